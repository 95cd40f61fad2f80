"""Sharing: make links for guests, follow and end them, and read what happened."""

import streamlit as st

from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.sharing import form, handing_over, links, record, style

READING_WIDTH = 860


def render() -> None:
    """Show the page."""
    if not sign_in.viewer().may_invite:
        st.info("You may look at the live map, but not share it. Ask an operator of this dashboard.")
        return
    style.show()
    st.title("Sharing")
    _reach()
    with st.container(width=READING_WIDTH):
        handing_over.show()
        form.show()
    links.show(service().connections.guests)
    record.show()


def _reach() -> None:
    """Say where links work that do not work everywhere, or are not for real."""
    settings = service().settings
    if settings.simulated:
        st.caption("A demonstration: links show made-up vehicles, and end with this dashboard's process.")
    elif not settings.sign_in:
        st.warning(
            "Links work on this machine only until sign-in is set up; the README, section “Deploy”, says how."
        )
