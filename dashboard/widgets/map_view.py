"""Where the map opens. It then belongs to the viewer: nothing moves it but their own hand."""

from __future__ import annotations

import pandas as pd
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
        open_at(vehicles_of(viewer, snapshot))
        view = st.session_state.get("map_view")
    return view or NOWHERE


def open_at(frame: pd.DataFrame) -> None:
    """Let the map open on these vehicles the next time it is shown; without a position among them, as before."""
    if (frame["unplaceable"] == "").any():
        st.session_state["map_view"] = fit(
            frame["lon"].to_numpy(), frame["lat"].to_numpy(), width=TYPICAL_WIDTH, height=TYPICAL_HEIGHT
        )
