"""How things are at this moment: a word, four numbers, and what is degraded."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from dashboard.access.viewer import Viewer
from dashboard.fleet import units
from dashboard.fleet.notices import reasons
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest.polling import PollState
from dashboard.service import service
from dashboard.ui.map.status import age, health
from dashboard.ui.markdown import plain

COLOURS = {"Live": "green", "Starting": "gray", "Slow": "orange", "Interrupted": "red"}
ICONS = {
    "Live": ":material/sensors:",
    "Starting": ":material/hourglass_top:",
    "Slow": ":material/hourglass_top:",
    "Interrupted": ":material/sensors_off:",
}


def show(state: PollState[Snapshot], viewer: Viewer, now: datetime) -> None:
    """Show it."""
    judged = health(state, now)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(judged.state, icon=ICONS[judged.state], color=COLOURS[judged.state])  # type: ignore[arg-type]
        st.markdown(plain(judged.sentence or usually(state)), width="content")
    if state.problem:
        st.error(plain(state.problem), icon=":material/cloud_off:")
    _numbers(state.snapshot, viewer, now)
    if state.snapshot is not None:
        degraded = [one for one in state.snapshot.notices if one.concerns(viewer.visibility.fleets)]
        lines = [*(notice.sentence(now) for notice in degraded), *reasons(degraded)]
        if lines:
            st.warning("\n\n".join(map(plain, lines)), icon=":material/info:")


def usually(state: PollState[Snapshot]) -> str:
    """What happens as long as all is well, a sentence."""
    return f"Catena is asked every {units.duration(state.poll_seconds)}."


def _numbers(snapshot: Snapshot | None, viewer: Viewer, now: datetime) -> None:
    pages = sum(replica.pages for replica in service().replicas())
    numbers = {"Open pages": f"{pages:,}"}
    if snapshot is not None:
        frame = service().feed.frames.visible(snapshot, viewer.visibility)
        drawn = int((frame["position_error"] == "").sum())
        numbers = {
            "Vehicles": f"{len(frame):,}",
            "Not on the map": f"{len(frame) - drawn:,}",
            "Age of positions": age(snapshot, now),
            **numbers,
        }
    with st.container(horizontal=True, key="status_numbers"):
        for label, value in numbers.items():
            st.metric(label, value, border=True)
