"""One fleet's vehicles as they come onto the map: ringed, named, and gliding from their middle to their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pydeck as pdk

from dashboard.deck import icons
from dashboard.deck.layers import NAME_PADDING, icon_layer, names_layer
from dashboard.fleet.colours import PALETTES, Theme, rgb

NAMED = 150
"""Of more vehicles neither rings nor names are drawn, which would hide each other."""
NAME_LETTERS = 24
NAME_PIXELS = 24
ICON_PIXELS = 42
RING_PIXELS, RING_WIDTH = 25, 3
"""From the middle to the ring, and the ring's own width; names begin beside it."""


def fleet_layers(
    vehicles: Sequence[Mapping[str, Any]], *, theme: Theme, assets_url: str, glide_ms: int, gathered: bool
) -> list[pdk.Layer]:
    """The layers of a fleet, from the bottom up.

    `vehicles` have `p` ([lon, lat] in degrees), `shape` (of `icons.SHAPES`), `angle` (degrees counter-clockwise) and
    `name`. `gathered`: all of them in the middle of their places, from where they glide there with the next drawing.
    """
    colour = PALETTES[theme].categories[0]
    middle = _middle([vehicle["p"] for vehicle in vehicles])
    rows = [
        {
            "p": middle if gathered else vehicle["p"],
            "icon": icons.name(vehicle["shape"], colour),
            "angle": vehicle["angle"],
            "name": vehicle["name"][:NAME_LETTERS],
        }
        for vehicle in vehicles
    ]
    glide = {"getPosition": glide_ms} if glide_ms else None
    drawn = [
        icon_layer(
            "arrived",
            rows,
            theme=theme,
            assets_url=assets_url,
            get_angle="angle",
            get_size=ICON_PIXELS,
            billboard=False,
            pickable=False,
            transitions=glide,
        )
    ]
    if len(rows) > NAMED:
        return drawn
    places = [{"p": row["p"], "name": row["name"]} for row in rows]
    ring = pdk.Layer(
        "ScatterplotLayer",
        id="arrived_rings",
        data=places,
        get_position="p",
        get_radius=RING_PIXELS,
        radius_units=pdk.types.String("pixels"),
        filled=False,
        stroked=True,
        get_line_color=rgb(colour),
        get_line_width=RING_WIDTH,
        line_width_units=pdk.types.String("pixels"),
        pickable=False,
        transitions=glide,
    )
    characters = "".join(sorted({letter for row in rows for letter in row["name"]}))
    if gathered or not characters:
        return [ring, *drawn]
    names = names_layer(
        places,
        theme=theme,
        glide_ms=glide_ms,
        characters=characters,
        size=NAME_PIXELS,
        beside=RING_PIXELS + RING_WIDTH + NAME_PADDING[0],
    )
    return [names, ring, *drawn]  # the ground of a name would hide a part of another's ring


def _middle(places: Sequence[Sequence[float]]) -> list[float]:
    return [sum(axis) / len(places) for axis in zip(*places, strict=True)] if places else []
