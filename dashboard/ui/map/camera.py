"""Where the map looks. It belongs to the viewer: nothing moves it but their own hand, or what they asked for."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from dashboard.deck.basemap import closest_zoom
from dashboard.deck.viewport import (
    CLOSEST,
    DEFAULT_VIEW,
    Bounds,
    ViewState,
    bounds,
    moved_anew,
    told_anew,
    view_of,
)
from dashboard.fleet.display_options import Spot
from dashboard.fleet.geo import Floats
from dashboard.ui.map.controls import set_control
from dashboard.ui.map.window import Window, window

CLOSE = {False: 10.0, True: 14.0}
"""The zoom at which a single vehicle is shown, on the built-in map and on one with streets."""
GLIDE_MS = 600
SETTLING_SECONDS = 15.0
"""After a fit, what opens with it may still come to lie over the map, late in a busy browser; then, and at the first
touch of a hand, the map is the viewer's again."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Something that was fitted into the map."""

    shown: Bounds
    window: Window
    """As it was known then."""
    at: float
    """Seconds of the monotonic clock."""

    def is_due_anew(self, now: Window) -> bool:
        """Whether the map has turned out to be of another size, or covered elsewhere, before anybody moved it."""
        if not self.window.known:
            return now.room != self.window.room
        passed = time.monotonic() - self.at
        return passed < min(SETTLING_SECONDS, now.untouched) and now.leaves_less_room(self.window)


def ask(what: str) -> None:
    """Ask to be shown `shown` (all vehicles drawn) or `vehicle` (the chosen one) with the next drawing."""
    st.session_state["map_target"] = what


def needs_rows() -> bool:
    """Whether the next drawing moves the map to the vehicles drawn, so that their places are needed."""
    return "map_view" not in st.session_state or st.session_state.get("map_target") == "shown"


def look_at(spot: Spot, setting: str) -> None:
    """Look where a link says, from the next drawing on, as close as the map of a setting goes."""
    latitude, longitude, zoom = spot
    _move_to(ViewState(longitude, latitude, min(zoom, closest_zoom(setting))), spot=spot)
    st.session_state.pop("map_target", None)


def fit_to(lon: Floats, lat: Floats, setting: str) -> None:
    """Show places (degrees) with the next drawing, on the map of a setting as `closest_zoom` has it."""
    if (found := bounds(lon, lat)) is not None:
        _fit(found, setting)
        st.session_state.pop("map_target", None)


def current(
    shown: pd.DataFrame | None, vehicle: pd.DataFrame | None, *, follow: bool, setting: str
) -> ViewState:
    """The view to tell the map: as before, unless something was asked for or a chosen vehicle is followed.

    `shown` are the vehicles drawn, `vehicle` the row of the chosen one; either may be missing or not placeable.
    `setting` is the map under them, as for `closest_zoom`.
    """
    state = st.session_state
    target = state.pop("map_target", None)
    if not follow:
        # Followed again, it is gone to again, wherever the map was moved meanwhile.
        state.pop("map_followed", None)
    spot = None if vehicle is None or vehicle["lon"].isna().all() else vehicle.iloc[0]
    fitted: Fit | None = state.get("map_fit")
    if target == "vehicle" and spot is not None:
        place = float(spot["lat"]), float(spot["lon"]), CLOSE[bool(setting)]
        by_link = "map_view" not in state  # which says it already
        _move_to(ViewState(place[1], place[0], place[2]), spot=None if by_link else place)
    elif shown is not None and len(shown):
        fit_to(shown["lon"].to_numpy(), shown["lat"].to_numpy(), setting)
    elif fitted and fitted.is_due_anew(window()):
        _fit(fitted.shown, setting, since=fitted.at)
    elif follow and spot is not None and "map_view" in state:
        set_control("at", None)  # a link leads to the vehicle, wherever it is then
        longitude, latitude = float(spot["lon"]), float(spot["lat"])
        if (longitude, latitude) != state.get("map_followed"):
            state["map_view"] = moved_anew(state["map_view"], longitude, latitude, _count_move())
            state["map_followed"] = longitude, latitude
    view: ViewState = state.get("map_view", DEFAULT_VIEW)
    return view


def _fit(shown: Bounds, setting: str, since: float | None = None) -> None:
    now = window()
    closest = min(CLOSEST, closest_zoom(setting))
    view = view_of(shown, width=now.width, height=now.height, padding=now.padding, closest=closest)
    _move_to(view, glides=since is None)
    st.session_state["map_fit"] = Fit(shown, now, time.monotonic() if since is None else since)


def _move_to(view: ViewState, *, spot: Spot | None = None, glides: bool = True) -> None:
    """Look elsewhere; `spot` is what a link says of it, None where the rest of the link says it."""
    state = st.session_state
    # The first view is where the map is made.
    glide_ms = GLIDE_MS if glides and "map_view" in state and not window().still else 0
    state["map_view"] = told_anew(replace(view, glide_ms=glide_ms), _count_move())
    state["map_fit"] = None
    state.pop("map_followed", None)
    set_control("at", spot)


def _count_move() -> int:
    """How often the map was moved, with this time."""
    state = st.session_state
    state["map_moves"] = state.get("map_moves", 0) + 1
    moves: int = state["map_moves"]
    return moves
