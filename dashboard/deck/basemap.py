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
CHARACTERS = " '-.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzÎáèéíñóôú"

# Half a world beyond each edge, so that no end of the ocean comes into sight. Latitudes end where Mercator does.
OCEAN = [[-360, -85], [360, -85], [360, 85], [-360, 85]]


MAX_ZOOM = 6
"""Of the tiles; further in, these are drawn larger."""


@dataclass(frozen=True)
class BasemapColours:
    """The basemap's colours in one theme: muted, so that the vehicles are what is seen first."""

    ocean: Rgba
    land: Rgba
    county: Rgba
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
        state=(49, 62, 80, 255),
        country=(82, 98, 120, 255),
        city_text=(151, 164, 181, 255),
        state_text=(84, 99, 119, 255),
        country_text=(112, 127, 147, 255),
    ),
}


def layers(theme: Theme, assets_url: str) -> list[pdk.Layer]:
    """Ocean, land, lakes and borders, then names. `assets_url` leads to `dashboard/assets/`.

    Both come as tiles, so that a browser holds and draws only what the viewer can see at this zoom.
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
            get_line_color=_by_kind({"county": colours.county, "state": colours.state}, colours.country),
            line_width_units=pdk.types.String("pixels"),
            get_line_width=_by_kind({"county": 0.7, "state": 1.0}, 1.4),
        ),
        _tiles(
            "names",
            assets_url,
            point_type=pdk.types.String("text"),
            get_text="properties.n",
            text_character_set=pdk.types.String(CHARACTERS),
            text_font_family=pdk.types.String("Inter, system-ui, sans-serif"),
            text_font_weight=600,
            get_text_size=_by_kind({"country": 14, "state": 11}, "properties.r == 0 ? 14 : 12"),
            get_text_color=_by_kind(
                {"country": colours.country_text, "state": colours.state_text}, colours.city_text
            ),
        ),
    ]


def _tiles(series: str, assets_url: str, **style: Any) -> pdk.Layer:
    return pdk.Layer(
        "TileLayer",
        id=f"basemap-{series}",
        data=pdk.types.String(assets.tiles_url(assets_url, f"basemap/{series}")),
        min_zoom=0,
        max_zoom=MAX_ZOOM,
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

    Empty: the built-in basemap, for which both are None (add `layers`). `carto`: CARTO's street map of the theme.
    Anything else is the https URL of a map style.
    """
    if not setting:
        return None, None
    if setting == "carto":
        return "carto", pdk.map_styles.CARTO_LIGHT if theme == "light" else pdk.map_styles.CARTO_DARK
    return "carto", setting
