"""How one invitation is doing, refreshed by itself. Reads memory only."""

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from dashboard.access.viewer import Viewer
from dashboard.invitations.funnel import STEPS, Line
from dashboard.invitations.items import Item
from dashboard.invitations.overview import fleet_line
from dashboard.invitations.words import expiry, status_word
from dashboard.service import Service
from dashboard.ui.invitations.state import page_state
from dashboard.ui.markdown import plain

TICK_SECONDS = 3.0


def live_status(service: Service, viewer: Viewer, handle: str, fly: Callable[[str], None]) -> None:
    """Show where an invitation stands now; `fly` opens the live map on a fleet id."""
    st.fragment(_status, run_every=TICK_SECONDS)(service, viewer, handle, fly)


def _status(service: Service, viewer: Viewer, handle: str, fly: Callable[[str], None]) -> None:
    view, now = service.invitations.view(), datetime.now(UTC)
    item = next((item for item in view.items if item.handle == handle), None)
    if item is None:
        st.info("This invitation is not listed any more.")
        return
    line = fleet_line(service, viewer, item, now)
    if line and line.reached == len(STEPS):
        _arrived(line, item, fly)
    elif item.status in ("declined", "expired"):
        st.warning(f"{plain(line.waiting if line else item.status)}.", icon=":material/block:")
    elif item.status == "accepted":
        done = (
            [name for name, step in zip(STEPS, line.steps, strict=True) if step.done]
            if line
            else ["Accepted"]
        )
        st.info(
            f"**{' → '.join(done)}.** {plain(line.waiting if line else '')}",
            icon=":material/progress_activity:",
        )
    elif item.status != "active":
        st.info(f"This invitation is {plain(status_word(item.status).lower())}.", icon=":material/help:")
    else:
        left = plain(expiry(item.status, item.expires_at, now))
        st.info(
            f"Waiting for the fleet to open the link and accept. Expires {left}.",
            icon=":material/hourglass_empty:",
        )


def _arrived(line: Line, item: Item, fly: Callable[[str], None]) -> None:
    """Announce the first vehicle once, and offer to fly there."""
    state = page_state()
    if item.handle not in state.celebrated:
        state.celebrated.add(item.handle)
        st.toast(f"{plain(line.fleet)} is on the map", icon=":material/celebration:")
    st.success(
        f"**{plain(line.fleet)} is on the map:** {plain(line.steps[-2].note)}, {plain(line.steps[-1].note)}.",
        icon=":material/local_shipping:",
    )
    if st.button("Fly there", type="primary", icon=":material/flight_takeoff:", key=f"fly-{item.handle}"):
        fly(line.fleet_id)
