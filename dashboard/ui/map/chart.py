"""The map itself: the vehicles of a scope, drawn by URL, with what lies over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pydeck as pdk
import streamlit as st

from dashboard.access.scope import Scope
from dashboard.deck.assets import FROM_PAGES
from dashboard.deck.deck import chosen_layer, deck, glide_for, vehicles_layer
from dashboard.feed.frames import placeable
from dashboard.feed.summary import Summary
from dashboard.fleet.snapshot import Snapshot
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.map import basemaps, camera, pick, trails, window

CANNOT_DRAW = (
    "Your browser cannot draw the map, because it has no WebGL 2: turn on hardware acceleration in its settings, or "
    "take another browser. The list has all the vehicles meanwhile."
)
SLOWLY_DRAWN = 200
"""Moving vehicles beyond which those do not glide that a processor draws."""
ALT = "Map of the vehicles that the filters leave. The list of vehicles says the same in words."


def vehicles(
    snapshot: Snapshot, scope: Scope, summary: Summary, chosen: str, *, faded: bool = False
) -> list[pdk.Layer]:
    """The layers of a scope's vehicles; `chosen` is the id of the one chosen, or "".

    Those that move glide to their new places, while rows are only added: otherwise each would fly to its neighbour's.
    The rows come to the browser by themselves, later than this, so one more snapshot is let pass before they glide.
    """
    before, since = st.session_state.get("rows_moving", (None, 0))
    if before is None or not summary.drawn["moving"].startswith(before):
        since = snapshot.version
    st.session_state["rows_moving"] = summary.drawn["moving"], since
    layers = []
    for layer, ids in pick.layer_ids(chosen, snapshot.version, scope.visibility, summary.drawn).items():
        glides = layer == "moving" and len(ids) == 1 and snapshot.version > since + 1
        layers += [
            vehicles_layer(
                service().feed.vehicles.url(snapshot, scope, layer, sign_in.viewer().feed),
                layer_id=layer_id,
                theme=scope.theme,
                assets_url=FROM_PAGES,
                glide_ms=glide_ms(summary) if glides else 0,
                pickable=layer_id == ids[-1],
                faded=faded,
            )
            for layer_id in ids
        ]
    return layers


def ring(vehicle: pd.DataFrame | None, scope: Scope, summary: Summary) -> list[pdk.Layer]:
    """The ring around the chosen vehicle, if there is one and it has a place."""
    if vehicle is None or vehicle["lon"].isna().all():
        return []
    lon, lat = float(vehicle["lon"].iloc[0]), float(vehicle["lat"].iloc[0])
    return [chosen_layer(lon, lat, theme=scope.theme, assets_url=FROM_PAGES, glide_ms=glide_ms(summary))]


def glide_ms(summary: Summary) -> int:
    """How long what moves glides, in milliseconds; 0 where the viewer wants no such thing.

    Nor does it where a processor would draw each picture of very many vehicles: the page could do nothing else.
    """
    browser = window.window()
    if browser.still or (browser.slow and summary.moving > SLOWLY_DRAWN):
        return 0
    return glide_for(service().settings.poll_seconds)


def show(
    layers: Sequence[pdk.Layer],
    snapshot: Snapshot | None,
    scope: Scope,
    vehicle: pd.DataFrame | None,
    *,
    follow: bool = False,
    plain: bool = False,
) -> bool:
    """Draw the map where the viewer left it or asked to be. Gives whether a click has chosen another vehicle.

    `follow`: the chosen vehicle stays in the middle. `plain`: what can be pointed at are hexagons or trails, not
    vehicles.
    """
    window.listen(basemaps.address(scope.theme), basemaps.cookie())
    if not window.window().draws:
        st.warning(CANNOT_DRAW, icon=":material/desktop_access_disabled:")
        return False
    setting, shown = basemaps.setting(scope.theme), None
    trails.frame(setting)
    if snapshot is not None and camera.needs_rows():
        where = ("lon", "lat", "position_error")
        shown = placeable(service().feed.frames.filtered(snapshot, scope.visibility, scope.filters, where))
    if not any(str(layer.id).startswith("vehicles-") for layer in layers):
        pick.forget()
    view = camera.current(shown, vehicle, follow=follow, setting=setting)
    event: Any = st.pydeck_chart(
        deck(
            layers,
            view,
            setting=setting,
            theme=scope.theme,
            assets_url=FROM_PAGES,
            plain=plain,
        ),
        key="map",
        height="stretch",
        on_select="rerun",
        alt=ALT,
    )
    return snapshot is not None and pick.taken(
        event, service().feed.frames.visible(snapshot, scope.visibility)
    )
