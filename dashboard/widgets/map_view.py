"""Where the map opens. It then belongs to the viewer: nothing moves it but their own hand."""

from __future__ import annotations

import streamlit as st

from dashboard.access import Viewer, vehicles_of
from dashboard.map.views import NOWHERE, View, fit
from dashboard.snapshot import Snapshot

TYPICAL_WIDTH, TYPICAL_HEIGHT = 1000, 560
"""Pixels assumed of the map, since Streamlit does not tell its size."""


def opening(viewer: Viewer, snapshot: Snapshot | None) -> View:
    """The view of this session's map: all vehicles, decided once when the first are known."""
    view: View | None = st.session_state.get("map_view")
    if view is None and snapshot is not None:
        frame = vehicles_of(viewer, snapshot)
        if (frame["unplaceable"] == "").any():
            view = fit(
                frame["lon"].to_numpy(), frame["lat"].to_numpy(), width=TYPICAL_WIDTH, height=TYPICAL_HEIGHT
            )
            st.session_state["map_view"] = view
    return view or NOWHERE
