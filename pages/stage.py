"""Stage: one fleet joins before the eyes of a room, from the code to its vehicles on the map."""

import streamlit as st

from dashboard.invitations.rights import NOT_ALLOWED
from dashboard.ui import sign_in
from dashboard.ui.stage import lobby, performance
from dashboard.ui.stage.state import stage_state
from pages.invitations import fly_to


def render() -> None:
    """Show the page."""
    if not sign_in.viewer().may_invite:
        st.info(NOT_ALLOWED)
        return
    if stage_state().handle:
        performance.show(fly_to)
    else:
        lobby.show()
