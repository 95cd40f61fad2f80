"""The names of vehicles beside them, where few are in sight."""

from __future__ import annotations

import pydeck as pdk
import streamlit as st

from dashboard.access.scope import Scope
from dashboard.deck.layers import name_tiles_layer, names_layer
from dashboard.feed.names import FEW, characters
from dashboard.feed.summary import Summary
from dashboard.fleet.snapshot import Snapshot
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.map import chart


def layers(snapshot: Snapshot, scope: Scope, summary: Summary) -> list[pdk.Layer]:
    """All names if few vehicles are drawn; otherwise those of the places that the viewer has come close to."""
    feed = service().feed.names
    if summary.shown > FEW:
        url = feed.url(snapshot, scope, sign_in.viewer().feed)
        written_with = feed.characters(snapshot, scope.visibility)
        return [name_tiles_layer(url, theme=scope.theme, characters=written_with)]
    vehicles = feed.named(snapshot, scope)
    ordinals = [vehicle.ordinal for vehicle in vehicles]
    # As with the vehicles: after one came or went, each name would fly to its neighbour's place.
    glides = st.session_state.get("names_drawn") == ordinals
    st.session_state["names_drawn"] = ordinals
    rows = [{"p": vehicle.p, "name": vehicle.name} for vehicle in vehicles]
    return [
        names_layer(
            rows,
            theme=scope.theme,
            glide_ms=chart.glide_ms(summary) if glides else 0,
            characters=characters(vehicle.name for vehicle in vehicles),
        )
    ]
