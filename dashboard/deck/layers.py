"""The deck's layers beside the vehicles: hexagons, trailers, names, trails and the vehicles of a replay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pydeck as pdk

from dashboard.deck import assets, icons
from dashboard.fleet.colours import PALETTES, Theme, rgb

NAME_GROUND_ALPHA = 215
"""Of 255: behind a vehicle's name, so that it can be read on any map."""
NAME_FONT = "Inter, system-ui, sans-serif"
NAME_SIZE = 12
NAME_PADDING = [4, 2, 4, 2]
NAME_TILES = (7, 14)
"""Zoom levels of the tiles of names; further out there are none."""
NAME_TILE_PIXELS = 1024
"""On a side: few tiles fill a window, and few vehicles in one leave room for their names."""
BESIDE = 18
"""Pixels from the middle of a vehicle to its name."""
HELD_ALPHA = 120
"""Of 255: a vehicle of a replay whose place at the moment is not known."""


def hexagons_layer(data_url: str) -> pdk.Layer:
    """Hexagons, drawn from the JSON at a relative URL of the feed."""
    return pdk.Layer(
        "H3HexagonLayer",
        id="hexagons",
        data=data_url,
        get_hexagon="hex",
        get_fill_color="color",
        opacity=0.55,
        extruded=False,
        stroked=False,
        # Drawn one by one: the shapes differ by latitude more than one template could show.
        high_precision=True,
        pickable=True,
    )


def trailers_layer(data_url: str, *, theme: Theme, assets_url: str, pickable: bool, faded: bool) -> pdk.Layer:
    """Trailers, drawn from the JSON at a relative URL of the feed; `faded` while trails are what the map is about."""
    return icon_layer(
        "trailers",
        data_url,
        theme=theme,
        assets_url=assets_url,
        get_size=18,
        pickable=pickable,
        opacity=0.25 if faded else 1.0,
    )


def name_tiles_layer(tiles_url: str, *, theme: Theme, characters: str) -> pdk.Layer:
    """The names of the vehicles in sight, drawn from the tiles of GeoJSON at a relative URL of the feed.

    Nothing is asked for while the map shows a continent.
    """
    return pdk.Layer(
        "TileLayer",
        id="name-tiles",
        data=pdk.types.String(tiles_url),
        tile_size=NAME_TILE_PIXELS,
        min_zoom=NAME_TILES[0],
        max_zoom=NAME_TILES[1],
        point_type=pdk.types.String("text"),
        get_text="properties.name",
        get_text_size=NAME_SIZE,
        text_character_set=pdk.types.String(characters),
        text_font_family=pdk.types.String(NAME_FONT),
        text_font_weight=600,
        get_text_color=rgb(icons.MARK[theme]),
        get_text_anchor=pdk.types.String("start"),
        get_text_alignment_baseline=pdk.types.String("center"),
        get_text_pixel_offset=[BESIDE, 0],
        text_background=True,
        get_text_background_color=[*rgb(icons.GROUNDS[theme]), NAME_GROUND_ALPHA],
        text_background_padding=NAME_PADDING,
        pickable=False,
        **_apart(BESIDE),
    )


def names_layer(
    data: object,
    *,
    theme: Theme,
    glide_ms: int,
    characters: str,
    size: int = NAME_SIZE,
    beside: int = BESIDE,
) -> pdk.Layer:
    """The names of vehicles beside them: rows with `p` ([lon, lat]) and `name`, or a relative URL of such rows.

    They glide as vehicles do, under the same condition: `glide_ms` is 0 unless the rows are the same as before. What is
    not among `characters` is drawn as a gap. In pixels: `size` of the letters, `beside` from the middle of a vehicle to
    its name.
    """
    return pdk.Layer(
        "TextLayer",
        id="names",
        data=data,
        get_position="p",
        get_text="name",
        get_size=size,
        character_set=pdk.types.String(characters),
        font_family=pdk.types.String(NAME_FONT),
        font_weight=600,
        get_color=rgb(icons.MARK[theme]),
        get_text_anchor=pdk.types.String("start"),
        get_alignment_baseline=pdk.types.String("center"),
        get_pixel_offset=[beside, 0],
        background=True,
        get_background_color=[*rgb(icons.GROUNDS[theme]), NAME_GROUND_ALPHA],
        background_padding=NAME_PADDING,
        pickable=False,
        transitions={"getPosition": glide_ms} if glide_ms else None,
        **_apart(beside),
    )


def _apart(beside: int) -> dict[str, Any]:
    """Of names that would cover each other one is drawn; they begin so many pixels from their vehicles."""
    return {
        "extensions": [{"@@type": "CollisionFilterExtension"}],
        "collision_group": pdk.types.String("names"),
        # A name is drawn if nothing else covers its vehicle, so it is grown until it does that itself.
        "collision_test_props": {"padding": [beside + 8, 8, 8, 8]},
    }


def trail_layers(lines_url: str, stops_url: str, *, theme: Theme) -> list[pdk.Layer]:
    """Trails as lines in the colours of their speeds, and a mark for each stop."""
    ink, paper = rgb(icons.MARK[theme]), rgb(icons.GROUNDS[theme])
    return [
        pdk.Layer(
            "PathLayer",
            id="trails",
            data=lines_url,
            get_path="path",
            get_color="color",
            get_width=4,
            width_units=pdk.types.String("pixels"),
            cap_rounded=True,
            joint_rounded=True,
            pickable=True,
        ),
        pdk.Layer(
            "ScatterplotLayer",
            id="trail_stops",
            data=stops_url,
            get_position="[lon, lat]",
            get_fill_color=paper,
            get_line_color=ink,
            get_radius=5,
            radius_units=pdk.types.String("pixels"),
            stroked=True,
            get_line_width=2,
            line_width_units=pdk.types.String("pixels"),
            pickable=True,
        ),
    ]


def replay_layer(
    positions: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    *,
    theme: Theme,
    assets_url: str,
    glide_ms: int,
) -> pdk.Layer:
    """Where the vehicles of a replay are; those whose place is not known at the moment are hollow and pale.

    `positions` are those of `replay.positions`, with `label` for the tooltip; a vehicle has the colour of its place
    among `names`.
    """
    colours = replay_colours(names, theme)
    rows = [
        {
            "p": [spot["lon"], spot["lat"]],
            "icon": icons.name(
                "late" if spot["held_seconds"] else "moving_unknown", colours[spot["vehicle_id"]]
            ),
            "tint": [0, 0, 0, HELD_ALPHA if spot["held_seconds"] else 255],
            "name": names[spot["vehicle_id"]],
            "label": spot["label"],
        }
        for spot in positions
    ]
    return icon_layer(
        "replay",
        rows,
        theme=theme,
        assets_url=assets_url,
        get_color="tint",
        get_size=30,
        pickable=True,
        transitions={"getPosition": glide_ms} if glide_ms else None,
    )


def replay_colours(names: Mapping[str, str], theme: Theme) -> dict[str, str]:
    """Vehicle id to the colour it has in a replay, as hex text."""
    palette = PALETTES[theme].categories
    return {vehicle: palette[position % len(palette)] for position, vehicle in enumerate(names)}


def icon_layer(layer_id: str, data: object, *, theme: Theme, assets_url: str, **options: object) -> pdk.Layer:
    """Pictures of `icons.SHAPES`: rows with `p` ([lon, lat]) and `icon`, or a relative URL of such rows."""
    return pdk.Layer(
        "IconLayer",
        id=layer_id,
        data=data,
        get_position="p",
        get_icon="icon",
        icon_atlas=pdk.types.String(assets.url(assets_url, f"icons/{theme}.svg")),
        icon_mapping=pdk.types.String(assets.url(assets_url, f"icons/{theme}.json")),
        **options,
    )
