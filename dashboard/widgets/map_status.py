"""The line over the map: how many vehicles, how old, and whether all is well."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from dashboard.map import units
from dashboard.polling.poller import PollState
from dashboard.scope import Summary
from dashboard.snapshot import Snapshot


def trouble(state: PollState, summary: Summary | None, now: datetime) -> None:
    """Say what went wrong, or why there is nothing to see; nothing when all is well."""
    again = f"Trying again every {state.retry_seconds:g} seconds."
    if state.snapshot is None or summary is None:
        if state.problem:
            st.error(f"No positions yet. {state.problem} {again}", icon=":material/cloud_off:")
        else:
            st.info("Reading the first positions from Catena …", icon=":material/hourglass_top:")
    elif state.problem:
        st.warning(
            f"Positions on the map are {age(state.snapshot, now)} old, because the last poll failed. "
            f"{state.problem} {again}",
            icon=":material/cloud_off:",
        )
    elif summary.total == 0:
        st.info("No fleet shares vehicles with you yet. Create an invitation to connect the first one.")
    elif summary.shown == 0:
        st.info("No vehicle that can be drawn matches the filters.")


def numbers(state: PollState, snapshot: Snapshot, summary: Summary, now: datetime) -> None:
    """Say how many vehicles are shown, how old that is, and whether the map is live."""
    if state.problem:
        st.badge("Interrupted", icon=":material/sensors_off:", color="orange")
    else:
        st.badge("Live", icon=":material/sensors:", color="green")
    st.markdown(
        f"**{summary.shown:,}** shown of **{summary.total:,}** vehicles · updated {age(snapshot, now)} ago",
        width="content",
    )
    if summary.unplaceable:
        with st.popover(f"{sum(summary.unplaceable.values()):,} not placeable", type="tertiary"):
            st.write("These vehicles match the filters but cannot be drawn:")
            st.table({"Vehicles": summary.unplaceable})


def age(snapshot: Snapshot, now: datetime) -> str:
    """How old a snapshot is, in words."""
    return units.duration((now - snapshot.taken_at).total_seconds()) or "0 s"
