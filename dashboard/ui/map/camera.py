"""Where the map looks. It belongs to the viewer: nothing moves it but their own hand, or what they asked for."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard.deck.viewport import DEFAULT_VIEW, ViewState, fit
from dashboard.fleet.geo import Floats

MAP_PIXELS = {"desktop": (1000, 520), "phone": (360, 560)}
"""Pixels assumed of the map, width and height, since Streamlit does not tell its size."""
CLOSE = 10.0
"""The zoom at which a single vehicle is shown: near enough to see it drive, far enough to see where."""
NUDGE = 1e-6
"""Degrees. Streamlit moves a map only when the view it is told changes, so equal views are told apart by this."""


def ask(what: str) -> None:
    """Ask to be shown `shown` (all vehicles drawn) or `vehicle` (the chosen one) with the next drawing."""
    st.session_state["map_target"] = what


def needs_rows() -> bool:
    """Whether the next drawing moves the map to the vehicles drawn, so that their places are needed."""
    target: str | None = st.session_state.get(
        "map_target", None if "map_view" in st.session_state else "shown"
    )
    return target == "shown"


def fit_to(lon: Floats, lat: Floats) -> None:
    """Show places (degrees) with the next drawing, in a map that has a panel beside or below it."""
    width, height = _size()
    _move_to(fit(lon, lat, width=round(width * 0.8), height=round(height * 0.65)))


def current(shown: pd.DataFrame | None, vehicle: pd.DataFrame | None, *, follow: bool) -> ViewState:
    """The view to tell the map: as before, unless something was asked for or a chosen vehicle is followed.

    `shown` are the vehicles drawn, `vehicle` the row of the chosen one; either may be missing or not placeable.
    """
    view: ViewState | None = st.session_state.get("map_view")
    target = st.session_state.pop("map_target", None if view else "shown")
    spot = None if vehicle is None or vehicle["lon"].isna().all() else vehicle.iloc[0]
    if target == "vehicle" and spot is not None:
        view = _move_to(ViewState(float(spot["lon"]), float(spot["lat"]), CLOSE))
    elif target == "shown" and shown is not None and len(shown):
        lon, lat = shown["lon"].to_numpy(), shown["lat"].to_numpy()
        width, height = _size()
        view = _move_to(fit(lon, lat, width=width, height=height))
    elif follow and spot is not None and view is not None:
        # Only the changed fields reach the map, so the viewer's own zoom stays.
        view = replace(view, longitude=float(spot["lon"]), latitude=float(spot["lat"]))
        st.session_state["map_view"] = view
    return view or DEFAULT_VIEW


def _size() -> tuple[int, int]:
    return MAP_PIXELS["phone" if "Mobi" in st.context.headers.get("User-Agent", "") else "desktop"]


def _move_to(view: ViewState) -> ViewState:
    count = st.session_state["map_moves"] = st.session_state.get("map_moves", 0) + 1
    nudge = NUDGE * (count % 2 + 1)
    view = ViewState(view.longitude + nudge, view.latitude + nudge, view.zoom + nudge)
    st.session_state["map_view"] = view
    return view
