"""The map under the vehicles: built in (drawn from our own files, no outside request) or hosted.

Layers only. Their ids are constant, so that a rerun updates them in place instead of building them anew.
"""

from dataclasses import dataclass
from typing import Any, Literal

import pydeck as pdk

from dashboard import assets

Theme = Literal["light", "dark"]
Rgba = tuple[int, int, int, int]

# Text outside this set is drawn as nothing by deck.gl, and its "auto" does not work in Streamlit.
CHARACTERS = " '-.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzáèéíñóôú"

# Half a world beyond each edge, so that no end of the ocean comes into sight. Latitudes end where Mercator does.
OCEAN = [[-360, -85], [360, -85], [360, 85], [-360, 85]]


@dataclass(frozen=True)
class Palette:
    """Colours of one theme: muted, so that the vehicles are what is seen first."""

    ocean: Rgba
    land: Rgba
    shore: Rgba
    county: Rgba
    state: Rgba
    country: Rgba
    city_text: Rgba
    state_text: Rgba
    country_text: Rgba


PALETTES: dict[Theme, Palette] = {
    "light": Palette(
        ocean=(211, 225, 233, 255),
        land=(247, 246, 243, 255),
        shore=(178, 198, 210, 255),
        county=(205, 203, 196, 150),
        state=(203, 200, 192, 255),
        country=(158, 156, 150, 255),
        city_text=(88, 98, 112, 255),
        state_text=(160, 160, 156, 255),
        country_text=(128, 132, 136, 255),
    ),
    "dark": Palette(
        ocean=(10, 16, 25, 255),
        land=(23, 31, 43, 255),
        shore=(44, 60, 79, 255),
        county=(46, 58, 74, 150),
        state=(49, 62, 80, 255),
        country=(82, 98, 120, 255),
        city_text=(151, 164, 181, 255),
        state_text=(84, 99, 119, 255),
        country_text=(112, 127, 147, 255),
    ),
}


def layers(theme: Theme, assets_url: str) -> list[pdk.Layer]:
    """Ocean, land, lakes, borders and names, bottom first. `assets_url` leads to `dashboard/assets/`."""
    palette = PALETTES[theme]

    def data(name: str) -> str:
        return assets.url(assets_url, f"basemap/{name}.json")

    return [
        pdk.Layer(
            "SolidPolygonLayer",
            id="basemap-ocean",
            data=[{"polygon": OCEAN}],
            get_polygon="polygon",
            get_fill_color=palette.ocean,
            pickable=False,
        ),
        _areas("land", data("land"), palette.land, palette.shore),
        _areas("lakes", data("lakes"), palette.ocean, palette.shore),
        # Widths in metres fade a line out as the viewer zooms out, and the cap keeps it thin further in.
        _lines("counties", data("counties"), palette.county, metres=260, at_least=0, at_most=0.9),
        _lines("states", data("states"), palette.state, metres=1200, at_least=0.7, at_most=1.4),
        _lines("countries", data("countries"), palette.country, metres=1800, at_least=1, at_most=1.8),
        _names(data("labels"), palette),
    ]


def _areas(name: str, data: str, fill: Rgba, shore: Rgba) -> pdk.Layer:
    return pdk.Layer(
        "GeoJsonLayer",
        id=f"basemap-{name}",
        data=data,
        filled=True,
        stroked=True,
        get_fill_color=fill,
        get_line_color=shore,
        line_width_units=pdk.types.String("pixels"),
        get_line_width=0.8,
        pickable=False,
    )


def _lines(name: str, data: str, color: Rgba, *, metres: float, at_least: float, at_most: float) -> pdk.Layer:
    return pdk.Layer(
        "GeoJsonLayer",
        id=f"basemap-{name}",
        data=data,
        stroked=True,
        filled=False,
        get_line_color=color,
        get_line_width=metres,
        line_width_min_pixels=at_least,
        line_width_max_pixels=at_most,
        pickable=False,
    )


def _names(data: str, palette: Palette) -> pdk.Layer:
    """Names, the most important last: where room is short, the later one stays. k = kind, n = name, r = rank."""

    def by_kind(country: Any, state: Any, city: Any) -> str:
        return f"k == 'country' ? {country} : k == 'state' ? {state} : {city}"

    return pdk.Layer(
        "TextLayer",
        id="basemap-names",
        data=data,
        get_position="[x, y]",
        get_text="n",
        character_set=pdk.types.String(CHARACTERS),
        font_family=pdk.types.String("Inter, system-ui, sans-serif"),
        font_weight=600,
        get_size=by_kind(14, 11, "r == 0 ? 14 : r == 1 ? 12.5 : 11.5"),
        get_color=by_kind(list(palette.country_text), list(palette.state_text), list(palette.city_text)),
        # Nearly invisible, but it makes a name's whole box count in the test for room, not only its ink.
        background=True,
        get_background_color=[0, 0, 0, 1],
        background_padding=[6, 4],
        extensions=[{"@@type": "CollisionFilterExtension"}],
        collision_group=pdk.types.String("basemap-names"),
        collision_test_props={"sizeScale": 2.6},
        pickable=False,
    )


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
