"""Invitations: create one, hand it over, follow it until the fleet's first vehicle is on the map."""

import streamlit as st

from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.invitations.bulk import bulk
from dashboard.ui.invitations.card import invitation_card, stage
from dashboard.ui.invitations.form import invite_form
from dashboard.ui.invitations.funnel import invitation_funnel
from dashboard.ui.invitations.state import INVITE_TAB, page_state
from dashboard.ui.invitations.style import style
from dashboard.ui.invitations.table import invitation_table
from dashboard.ui.invitations.trouble import trouble
from dashboard.ui.invitations.webhook import webhook_button
from dashboard.ui.map import camera
from pages import live_map

TAB_KEY = "invitations-tab"
READING_WIDTH = 860
FIRST_LOOK_SECONDS = 2.0
"""How long the first visitor waits for the list; the page opens in any case, and nobody waits after that."""


def render() -> None:
    """Show the page."""
    viewer = sign_in.viewer()
    if not viewer.may_invite:
        st.info("You may look at the live map, but not invite fleets. Ask an operator of this dashboard.")
        return
    desk = service().invitations
    desk.view(wait=FIRST_LOOK_SECONDS)
    style()
    if stage(service(), viewer, fly_to):
        return
    st.title("Invitations")
    trouble(service())
    state = page_state()
    if state.go_to:
        st.session_state[TAB_KEY], state.go_to = state.go_to, ""
    tabs = st.tabs([INVITE_TAB, "Follow up", "Progress", "Many at once"], on_change="rerun", key=TAB_KEY)
    invite, follow, progress, many = tabs
    with invite:
        if invite.open:
            with st.container(width=READING_WIDTH):
                invitation_card(service(), viewer, fly_to)
                invite_form(desk, service().settings, viewer.name)
    with follow:
        if follow.open:
            invitation_table(service(), viewer)
    with progress:
        if progress.open:
            invitation_funnel(service(), viewer, fly_to)
            webhook_button(service())
    with many:
        if many.open:
            bulk(service(), viewer)


def fly_to(fleet_id: str) -> None:
    """Open the live map on one fleet."""
    camera.ask("shown")
    st.switch_page(
        st.Page(live_map.render, url_path="live_map", default=True), query_params={"fleet": fleet_id}
    )
