"""The map on the stage: it flies from the whole continent to a fleet whose first vehicle has reported."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any, get_args

import numpy as np
import pydeck as pdk
import streamlit as st

from dashboard.access.scope import Scope
from dashboard.deck.arrival import fleet_layers
from dashboard.deck.assets import FROM_PAGES
from dashboard.deck.deck import Spec, deck, glide_for, vehicles_layer
from dashboard.deck.viewport import DEFAULT_VIEW, ViewState, bounds, told_anew, view_of
from dashboard.feed.drawing import Layer
from dashboard.feed.frames import placeable
from dashboard.feed.vehicle_rows import VEHICLE_SHAPES, shapes
from dashboard.fleet.filters import Filters
from dashboard.fleet.geo import Floats
from dashboard.fleet.snapshot import Snapshot, as_of
from dashboard.service import service
from dashboard.ui import frame, sign_in
from dashboard.ui.map import basemaps, window
from dashboard.ui.stage.state import Act, StageState, seconds, stage_state

FLY_MS = 3500
ARRIVE_MS = 2500
MOST_SENT = 2_000
"""Vehicles that glide in: all their places go with each drawing of the map. More are fetched, and are there at once."""
SETTLING_SECONDS = 12.0
"""A busy browser may tell this late what the words over the map cover; they are to cover no vehicle."""
CLOSEST = 8.0
"""The zoom beyond which it does not fly, however close together the vehicles are: one should see where that is."""


def show(act: Act) -> None:
    """Draw the map of this moment, and be a step further with the next: there, flown, arrived."""
    state, snapshot = stage_state(), service().poller.state.snapshot
    layers: list[pdk.Layer] = []
    if act == "live" and snapshot is not None:
        layers = _layers(state, snapshot)
    window.listen(basemaps.address(frame.theme()), "")
    st.pydeck_chart(
        _deck(layers, state), key="stage_map", height="stretch", alt="Map of the fleet's vehicles."
    )
    state.drawings += 1


def _layers(state: StageState, snapshot: Snapshot) -> list[pdk.Layer]:
    viewer, theme = sign_in.viewer(), frame.theme()
    own = Scope(viewer.visibility, Filters(fleets=(state.fleet_id,)), theme=theme)
    others = _fetched("stage_others", snapshot, replace(own, filters=Filters())) if state.others else []
    if not state.drawings:
        return others  # the map has just begun to be there
    shown = placeable(service().feed.frames.filtered(snapshot, own.visibility, own.filters))
    if shown.empty:
        return others
    gathered = state.view is None
    room = window.window().room
    settling = seconds() - state.since < SETTLING_SECONDS
    if state.view is None or (settling and state.room != room):
        state.flights += 1
        view = _view(shown["lon"].to_numpy(), shown["lat"].to_numpy())
        state.view, state.room = told_anew(view, state.flights), room
    if len(shown) > MOST_SENT:
        return [*others, *_fetched("arrived", snapshot, own)]
    now = as_of(snapshot).astimezone(UTC)
    angles = -np.round(np.nan_to_num(shown["heading"].to_numpy(dtype=np.float64)))
    rows: list[dict[str, Any]] = [
        {"p": [lon, lat], "shape": VEHICLE_SHAPES[shape], "angle": int(angle), "name": name}
        for lon, lat, shape, angle, name in zip(
            shown["lon"].round(5).tolist(),
            shown["lat"].round(5).tolist(),
            shapes(shown, now).tolist(),
            angles.tolist(),
            shown["name"].tolist(),
            strict=True,
        )
    ]
    vehicles, glide = hash(tuple(shown["vehicle_id"])), 0
    if state.rows == vehicles and not window.window().still:
        glide = ARRIVE_MS if state.arriving else glide_for(service().settings.poll_seconds)
    state.rows, state.arriving = vehicles, gathered
    drawn = fleet_layers(rows, theme=theme, assets_url=FROM_PAGES, glide_ms=glide, gathered=gathered)
    return [*others, *drawn]


def _fetched(name: str, snapshot: Snapshot, scope: Scope) -> list[pdk.Layer]:
    """The vehicles of a scope, pale unless it is the fleet's own; the browser asks for them by itself."""
    return [
        vehicles_layer(
            service().feed.vehicles.url(snapshot, scope, layer, sign_in.viewer().feed),
            layer_id=f"{name}_{layer}",
            theme=scope.theme,
            assets_url=FROM_PAGES,
            glide_ms=0,
            pickable=False,
            faded=not scope.filters,
        )
        for layer in get_args(Layer)
    ]


def _view(lon: Floats, lat: Floats) -> ViewState:
    now = window.window()
    view = view_of(bounds(lon, lat), width=now.width, height=now.height, padding=now.padding, closest=CLOSEST)
    return replace(view, glide_ms=0 if now.still else FLY_MS)


def _deck(layers: list[pdk.Layer], state: StageState) -> Spec:
    return deck(
        layers,
        state.view or DEFAULT_VIEW,
        setting=basemaps.setting(frame.theme()),
        theme=frame.theme(),
        assets_url=FROM_PAGES,
    )
