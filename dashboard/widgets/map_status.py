"""The line over the map: how many vehicles, how old, and whether all is well."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from dashboard.map import units
from dashboard.polling.poller import PollState
from dashboard.scope import Summary


def show(state: PollState, summary: Summary | None, poll_seconds: float, now: datetime) -> None:
    """Say what the map shows, how old it is, and what went wrong."""
    snapshot = state.snapshot
    again = f"Trying again every {poll_seconds:g} seconds."
    if snapshot is None or summary is None:
        if state.problem:
            st.error(f"No positions yet. {state.problem} {again}", icon=":material/cloud_off:")
        else:
            st.info("Reading the first positions from Catena …", icon=":material/hourglass_top:")
        return
    age = units.duration((now - snapshot.taken_at).total_seconds()) or ""
    if state.problem:
        st.warning(
            f"Positions on the map are {age} old, because the last poll failed. {state.problem} {again}",
            icon=":material/cloud_off:",
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="map_status"):
        if state.problem:
            st.badge("Interrupted", icon=":material/sensors_off:", color="orange")
        else:
            st.badge("Live", icon=":material/sensors:", color="green")
        st.markdown(
            f"**{summary.shown:,}** shown of **{summary.total:,}** vehicles · updated {age} ago",
            width="content",
        )
        if summary.unplaceable:
            with st.popover(f"{sum(summary.unplaceable.values()):,} not placeable", type="tertiary"):
                st.write("These vehicles match the filters but cannot be drawn:")
                st.table({"Vehicles": summary.unplaceable})
    if summary.total == 0:
        st.info("No fleet shares vehicles with you yet. Create an invitation to connect the first one.")
    elif summary.shown == 0:
        st.info("No vehicle that can be drawn matches the filters.")
