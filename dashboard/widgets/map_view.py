"""Where the map opens. It then belongs to the viewer: nothing moves it but their own hand."""

from __future__ import annotations

import pydeck as pdk
import streamlit as st

from dashboard.access import Viewer, vehicles_of
from dashboard.map.views import fit
from dashboard.snapshot import Snapshot

NORTH_AMERICA = pdk.ViewState(longitude=-97.0, latitude=40.0, zoom=3.4)


def opening(viewer: Viewer, snapshot: Snapshot | None) -> pdk.ViewState:
    """The view of this session's map: all vehicles, decided once when the first are known."""
    if "map_view" in st.session_state:
        view: pdk.ViewState = st.session_state["map_view"]
        return view
    if snapshot is None:
        return NORTH_AMERICA
    frame = vehicles_of(viewer, snapshot)
    if not (frame["unplaceable"] == "").any():
        return NORTH_AMERICA
    st.session_state["map_view"] = view = fit(frame)
    return view
