"""The map under the vehicles: built in (drawn from our own files, no outside request) or hosted.

Layers only. Their ids are constant, so that a rerun updates them in place instead of building them anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pydeck as pdk

from dashboard.deck import assets
from dashboard.fleet.colours import Theme

Rgba = tuple[int, int, int, int]

# Text outside this set is drawn as nothing by deck.gl, and its "auto" does not work in Streamlit.
CHARACTERS = " '-.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzÁÉÍÎÑÓÚàâáèéêëíîñóôúü"

WIDEST = 3840
"""Pixels across of the largest window that is thought of."""
_BESIDE = 180 + WIDEST / 2 * 360 / 512
# As far as such a window reaches at zoom 0 from either end of the world, so that no end of the ocean comes into sight.
# Upwards and downwards the window ends with Mercator's world, at 85.05 degrees.
OCEAN = [[-_BESIDE, -89], [_BESIDE, -89], [_BESIDE, 89], [-_BESIDE, 89]]

FARTHEST_ZOOM = 0.0
"""Further out there would be ocean alone."""
CLOSEST_ZOOM = 12.0
"""Of the built-in basemap. Its roads are drawn within about 100 m of where the source has them: at this zoom less
than half a vehicle's icon. Closer, vehicles would seem to drive beside them, with nothing else in sight."""
CLOSEST_HOSTED_ZOOM = 20.0
"""deck.gl's own limit. Written down, since Streamlit keeps the limit of the map before where none is given."""

MAX_ZOOM = {"shapes": 6, "lines": 8, "names": 10}
"""Of the tiles of each series; further in, these are drawn larger."""
ROADS_FROM_ZOOM = 4
COUNTIES_FROM_ZOOM = 7


@dataclass(frozen=True)
class BasemapColours:
    """The basemap's colours in one theme: muted, so that the vehicles are what is seen first."""

    ocean: Rgba
    land: Rgba
    county: Rgba
    road: Rgba
    main_road: Rgba
    state: Rgba
    country: Rgba
    city_text: Rgba
    state_text: Rgba
    country_text: Rgba


COLOURS: dict[Theme, BasemapColours] = {
    "light": BasemapColours(
        ocean=(211, 225, 233, 255),
        land=(247, 246, 243, 255),
        county=(205, 203, 196, 150),
        road=(228, 216, 191, 255),
        main_road=(216, 196, 156, 255),
        state=(203, 200, 192, 255),
        country=(158, 156, 150, 255),
        city_text=(88, 98, 112, 255),
        state_text=(160, 160, 156, 255),
        country_text=(128, 132, 136, 255),
    ),
    "dark": BasemapColours(
        ocean=(10, 16, 25, 255),
        land=(23, 31, 43, 255),
        county=(46, 58, 74, 150),
        road=(51, 54, 59, 255),
        main_road=(74, 74, 73, 255),
        state=(49, 62, 80, 255),
        country=(82, 98, 120, 255),
        city_text=(151, 164, 181, 255),
        state_text=(84, 99, 119, 255),
        country_text=(112, 127, 147, 255),
    ),
}


def closest_zoom(setting: str) -> float:
    """How far one can zoom in on the map of the setting CATENA_BASEMAP ("" is the built-in one)."""
    return CLOSEST_HOSTED_ZOOM if setting else CLOSEST_ZOOM


def ground(theme: Theme, assets_url: str) -> list[pdk.Layer]:
    """Ocean, land, lakes, borders and roads: what lies under the vehicles. `assets_url` leads to `dashboard/assets/`.

    They come as tiles, so that a browser holds and draws only what the viewer can see at this zoom.
    """
    colours = COLOURS[theme]
    return [
        pdk.Layer(
            "SolidPolygonLayer",
            id="basemap-ocean",
            data=[{"polygon": OCEAN}],
            get_polygon="polygon",
            get_fill_color=colours.ocean,
            pickable=False,
        ),
        _tiles(
            "shapes",
            assets_url,
            stroked=False,  # polygons have no outline; borders are lines of their own
            filled=True,
            get_fill_color=_by_kind({"lake": colours.ocean}, colours.land),
            get_line_color=_by_kind({"state": colours.state}, colours.country),
            line_width_units=pdk.types.String("pixels"),
            get_line_width=_by_kind({"state": 1.0}, 1.4),
        ),
        _tiles(
            "lines",
            assets_url,
            min_zoom=ROADS_FROM_ZOOM,
            get_line_color=_by_kind({"main": colours.main_road, "road": colours.road}, colours.county),
            # Metres: a road is thin over a state, broader in a town, and a border always as thin as can be.
            get_line_width=_by_kind({"main": 300, "road": 200}, 1),
            line_width_min_pixels=1,
            line_width_max_pixels=4,
        ),
    ]


def names(theme: Theme, assets_url: str) -> pdk.Layer:
    """Names of countries, states and towns, to lie over everything else. `assets_url` as above."""
    colours = COLOURS[theme]
    return _tiles(
        "names",
        assets_url,
        point_type=pdk.types.String("text"),
        get_text="properties.n",
        text_character_set=pdk.types.String(CHARACTERS),
        text_font_family=pdk.types.String("Inter, system-ui, sans-serif"),
        text_font_weight=600,
        text_font_settings={"sdf": True, "buffer": 10, "smoothing": 0.16},
        text_outline_width=8,  # of the 12 that deck.gl's letters of 64 pixels have around them: a pixel and a half
        text_outline_color=colours.land,
        get_text_size=_by_kind({"country": 14, "hub": 14, "state": 11}, 12),
        get_text_color=_by_kind(
            {"country": colours.country_text, "state": colours.state_text}, colours.city_text
        ),
    )


def _tiles(series: str, assets_url: str, *, min_zoom: int = 0, **style: Any) -> pdk.Layer:
    return pdk.Layer(
        "TileLayer",
        id=f"basemap-{series}",
        data=pdk.types.String(assets.tiles_url(assets_url, f"basemap/{series}")),
        min_zoom=min_zoom,
        max_zoom=MAX_ZOOM[series],
        tile_size=512,
        pickable=False,
        **style,
    )


def _by_kind(values: Mapping[str, Any], otherwise: Any) -> str:
    """An expression for deck.gl that depends on a shape's kind."""

    def written(value: Any) -> str:
        return str(list(value)) if isinstance(value, tuple) else str(value)

    cases = "".join(f"properties.k == '{kind}' ? {written(value)} : " for kind, value in values.items())
    return cases + written(otherwise)


def style(setting: str, theme: Theme) -> tuple[str | None, str | None]:
    """`map_provider` and `map_style` of a deck for the setting CATENA_BASEMAP.

    Empty: the built-in basemap, for which both are None (add `ground` and `names`). `carto`: CARTO's street map of the
    theme. Anything else is the https URL of a map style.
    """
    if not setting:
        return None, None
    if setting == "carto":
        return "carto", pdk.map_styles.CARTO_LIGHT if theme == "light" else pdk.map_styles.CARTO_DARK
    return "carto", setting
