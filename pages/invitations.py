"""Invitations: create one, hand it over, follow it until the fleet's first vehicle is on the map."""

import streamlit as st

from dashboard.invitations.rights import NotAllowed
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.invitations import bulk, card, form, funnel, outage, style, table, webhook
from dashboard.ui.invitations.state import INVITE_TAB, page_state
from dashboard.ui.map import camera
from pages import live_map

TAB_KEY = "invitations-tab"
READING_WIDTH = 860
FIRST_LOOK_SECONDS = 2.0
"""How long the first visitor waits for the list; the page opens in any case, and nobody waits after that."""


def render() -> None:
    """Show the page."""
    try:
        service().invitations.lists(sign_in.viewer(), FIRST_LOOK_SECONDS)
    except NotAllowed as refusal:
        st.info(str(refusal))
        return
    style.show()
    st.title("Invitations")
    outage.show()
    state = page_state()
    if state.go_to:
        st.session_state[TAB_KEY], state.go_to = state.go_to, ""
    tabs = st.tabs([INVITE_TAB, "Follow up", "Progress", "Many at once"], on_change="rerun", key=TAB_KEY)
    invite, follow, progress, many = tabs
    with invite:
        if invite.open:
            with st.container(width=READING_WIDTH):
                card.show(fly_to)
                form.show()
    with follow:
        if follow.open:
            table.show()
    with progress:
        if progress.open:
            funnel.show(fly_to)
            webhook.show()
    with many:
        if many.open:
            bulk.show()


def fly_to(fleet_id: str) -> None:
    """Open the live map on one fleet."""
    camera.ask("shown")
    st.switch_page(
        st.Page(live_map.render, url_path="live_map", default=True), query_params={"fleet": fleet_id}
    )
