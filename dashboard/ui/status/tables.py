"""What operators look through: rows that are not drawn, providers, errors, and this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.access.viewer import EVERYTHING, Viewer
from dashboard.fleet import units
from dashboard.fleet.snapshot import Snapshot, counts
from dashboard.invitations.formatting import local_time
from dashboard.service import service
from dashboard.ui.clock import viewer_zone
from dashboard.ui.markdown import plain
from dashboard.watch.metrics import UNREADABLE
from dashboard.watch.providers import provider_freshness
from dashboard.watch.replica import versions

MOST_ERRORS = 10
"""So many are shown."""


def rejected(snapshot: Snapshot, viewer: Viewer) -> None:
    """Show which rows could not be drawn, by why."""
    st.subheader("Not on the map", anchor=False)
    frame = service().feed.frames.visible(snapshot, viewer.visibility)
    found = {reason: number for reason, number in counts(frame, "position_error").items() if reason}
    if snapshot.unreadable and viewer.visibility == EVERYTHING:
        found[UNREADABLE] = snapshot.unreadable
    if not found:
        st.success("Every vehicle has a position that can be drawn.", icon=":material/check:")
        return
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    _table(
        [{"Why": reason[0].upper() + reason[1:], "Rows": number} for reason, number in ordered],
        "Rows not drawn, by why",
    )


def providers(snapshot: Snapshot, viewer: Viewer, now: datetime) -> None:
    """Show how fresh each provider's vehicles are."""
    st.subheader("Providers", anchor=False)
    frame = service().feed.frames.visible(snapshot, viewer.visibility)
    found = provider_freshness(frame, snapshot.deliveries, now)
    if not found:
        st.info("There are no vehicles, so there are no providers.")
        return
    rows = [
        {
            "Provider": one.provider or "not known",
            "Vehicles": one.vehicles,
            "Live": one.live,
            "Late": one.late,
            "Silent": one.silent,
            "Clock ahead": one.clock,
            "Newest position": _ago(one.newest, now) or "none",
            "Last delivery": _ago(one.delivered, now) or "not known",
        }
        for one in found
    ]
    _table(rows, "Providers and how fresh their vehicles are")


def errors(viewer: Viewer, now: datetime) -> None:
    """Show the last warnings and errors of this process, in the words of its log."""
    st.subheader("What went wrong lately", anchor=False)
    if viewer.visibility != EVERYTHING:
        st.info("Operators who see all fleets see it here.")
        return
    if service().roster is not None:
        st.markdown("This is of the replica that serves this page; each has a log of its own.")
    found = service().troubles.latest()
    if not found:
        st.success("Nothing, since this process has started.", icon=":material/check:")
        return
    for one in found[:MOST_ERRORS]:
        times = "" if one.times == 1 else f", {one.times:,} times"
        st.markdown(f"**{_ago(one.last, now)}{times}:** {plain(one.text)}")
    if len(found) > MOST_ERRORS:
        st.markdown(f"And {len(found) - MOST_ERRORS} more; the log has all of them.")


def replicas(now: datetime) -> None:
    """Show the processes that serve this dashboard, and what this one runs on."""
    roster = service().roster
    st.subheader("This process" if roster is None else "Replicas", anchor=False)
    if roster is not None and roster.problem:
        st.warning(
            f"Which other replicas run is not known. {plain(roster.problem)}", icon=":material/cloud_off:"
        )
    this, *others = service().replicas()
    rows = [
        {
            "Replica": f"{one.name} (this one)" if one is this and roster else one.name,
            "Asks Catena": "yes" if one.polls else "no",
            "Open pages": one.pages,
            "Running for": units.duration((now - one.started_at).total_seconds())
            if one.started_at
            else "not known",
            "Started": local_time(one.started_at, viewer_zone()) if one.started_at else "not known",
            "Version": one.version or "not known",
            "Snapshot": "none" if one.snapshot is None else str(one.snapshot),
        }
        for one in sorted([this, *others], key=lambda one: one.name)
    ]
    _table(rows, "Replicas")
    st.markdown(" · ".join(f"{name} {number}" for name, number in versions().items()))


def _ago(moment: datetime | None, now: datetime) -> str:
    return "" if moment is None else units.age((now - moment).total_seconds()) or ""


def _table(rows: Sequence[Mapping[str, Any]], alt: str) -> None:
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=alt)
