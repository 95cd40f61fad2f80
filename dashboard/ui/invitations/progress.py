"""How one invitation is doing, refreshed by itself. Reads memory only."""

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from dashboard.invitations.formatting import status_label
from dashboard.invitations.funnel import STEPS, FleetProgress
from dashboard.invitations.models import InvitationSummary
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.invitations.state import page_state
from dashboard.ui.markdown import plain

TICK_SECONDS = 3.0


def show(handle: str, fly: Callable[[str], None]) -> None:
    """Show where an invitation stands now; `fly` opens the live map on a fleet id."""
    st.fragment(_progress, run_every=TICK_SECONDS)(handle, fly)


def _progress(handle: str, fly: Callable[[str], None]) -> None:
    viewer, now = sign_in.viewer(), datetime.now(UTC)
    lists = service().invitations.lists(viewer)
    invitation = next((known for known in lists.invitations if known.handle == handle), None)
    if invitation is None:
        st.info("This invitation is not listed any more.")
        return
    fleet = service().overview.fleet_of(viewer, handle, now)
    if fleet and fleet.reached == len(STEPS):
        _arrived(fleet, invitation, fly)
    elif invitation.status in ("declined", "expired"):
        st.warning(f"{plain(fleet.waiting if fleet else invitation.status)}.", icon=":material/block:")
    elif invitation.status == "accepted":
        done = (
            [name for name, step in zip(STEPS, fleet.steps, strict=True) if step.done]
            if fleet
            else ["Accepted"]
        )
        st.info(
            f"**{' → '.join(done)}.** {plain(fleet.waiting if fleet else '')}",
            icon=":material/progress_activity:",
        )
    elif invitation.status != "active":
        st.info(
            f"This invitation is {plain(status_label(invitation.status).lower())}.", icon=":material/help:"
        )
    else:
        st.info("Waiting for the fleet to open the link and accept.", icon=":material/hourglass_empty:")


def _arrived(fleet: FleetProgress, invitation: InvitationSummary, fly: Callable[[str], None]) -> None:
    """Announce the first vehicle once, and offer to fly there."""
    state = page_state()
    if invitation.handle not in state.celebrated:
        state.celebrated.add(invitation.handle)
        st.toast(f"{plain(fleet.fleet)} is on the map", icon=":material/celebration:")
    st.success(
        f"**{plain(fleet.fleet)} is on the map:** {plain(fleet.steps[-2].note)}, {plain(fleet.steps[-1].note)}.",
        icon=":material/local_shipping:",
    )
    if st.button(
        "Fly there", type="primary", icon=":material/flight_takeoff:", key=f"fly-{invitation.handle}"
    ):
        fly(fleet.fleet_id)
