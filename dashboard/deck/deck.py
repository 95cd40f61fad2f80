"""The deck that the map page shows: a few kilobytes that say where the data is and how to draw it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pydeck as pdk
from pydeck.bindings.json_tools import default_serialize

from dashboard.deck import basemap, icons
from dashboard.deck.layers import icon_layer
from dashboard.deck.viewport import ViewState
from dashboard.fleet.colours import Theme, rgb

# Each Deck would try several times to import the widget for Jupyter, which fails without ipywidgets after compiling it
# anew: about a quarter of what a viewer costs. Known to be missing, it is not looked for.
sys.modules["pydeck.widget"] = None  # type: ignore[assignment]

HOVER_ALPHA = 80
"""Of 255: how much of the ink is mixed into the vehicle that is pointed at."""
GLIDE_MS = 1500
"""Vehicles glide to a new fix for this long at most and stop there; nothing is extrapolated."""

STYLE = {
    "backgroundColor": "var(--tooltip-background, #101828)",
    "color": "#ffffff",
    "fontSize": "13px",
    "lineHeight": "1.45",
    "borderRadius": "8px",
    "padding": "8px 12px",
    "maxWidth": "280px",
    "overflowWrap": "anywhere",
}
TOOLTIP = {"html": "<b>{name}</b><br>{fleet} · {source}<br>{speed} · {age}", "style": STYLE}
"""For vehicles and trailers."""
PLAIN_TOOLTIP = {"html": "<b>{name}</b><br>{label}", "style": STYLE}
"""For hexagons, trails and replays. What a row lacks would be shown in braces, so a deck shows one kind of tooltip."""


def glide_for(poll_seconds: float) -> int:
    """How long vehicles glide: a quarter of the time between two polls at most.

    While anything glides each frame is drawn anew, which keeps a computer without a graphics card busy.
    """
    return min(GLIDE_MS, int(poll_seconds * 250))


def vehicles_layer(
    data_url: str,
    *,
    layer_id: str,
    theme: Theme,
    assets_url: str,
    glide_ms: int,
    pickable: bool = True,
    faded: bool = False,
) -> pdk.Layer:
    """The vehicles, drawn from the JSON at a relative URL of the feed; a selection comes back under `layer_id`.

    `glide_ms` is 0 unless the rows begin with those of before: after a row went or came between them, the transition
    would carry vehicles to each other's places. `faded` while something else is what the map is about.
    """
    return icon_layer(
        layer_id,
        data_url,
        theme=theme,
        assets_url=assets_url,
        get_angle="angle",
        # Small over a continent, so that a road full of trucks stays legible; larger in a town.
        get_size=8000,
        size_units=pdk.types.String("meters"),
        size_min_pixels=16,
        size_max_pixels=28,
        billboard=False,
        opacity=0.25 if faded else 1.0,
        pickable=pickable and not faded,
        auto_highlight=True,
        # A tint of the ink: deck.gl's own blue would make all colours one.
        highlight_color=[*rgb(icons.MARK[theme]), HOVER_ALPHA],
        transitions={"getPosition": glide_ms} if glide_ms else None,
    )


def chosen_layer(lon: float, lat: float, *, theme: Theme, assets_url: str, glide_ms: int) -> pdk.Layer:
    """A ring around the chosen vehicle, which glides as that does."""
    return icon_layer(
        "chosen",
        [{"p": [lon, lat], "icon": icons.name("selected", icons.MARK[theme])}],
        theme=theme,
        assets_url=assets_url,
        get_size=44,
        pickable=False,
        transitions={"getPosition": glide_ms},
    )


COMPLETED = {
    "bearing": 0,
    "pitch": 0,
    "altitude": 1.5,
    "max_pitch": 60,
    "min_pitch": 0,
    "normalize": True,
    "rubber_band": False,
}
"""What deck.gl adds to a view that does not say it: it then says the whole view back to the page a moment after it is
made, and undoes what it was told in that moment."""


@dataclass(frozen=True)
class Spec:
    """What `st.pydeck_chart` takes in the place of a `pydeck.Deck`, of which it asks for these names.

    pydeck writes a deck anew for each viewer, most of it spaces and what is the same for all.
    """

    layers: Sequence[pdk.Layer]
    """Those between ground and names of places."""
    view: Mapping[str, float | bool | None]
    setting: str
    theme: Theme
    assets_url: str
    _tooltip: Mapping[str, Any]

    def to_json(self) -> str:
        """The deck as deck.gl reads it."""
        ground, names = ("", "") if self.setting else _surroundings(self.theme, self.assets_url)
        layers = ",".join(filter(None, (ground, *map(_written, self.layers), names)))
        view = _written(pdk.ViewState(**self.view))
        return f'{_settings(self.setting, self.theme)[:-1]},"initialViewState":{view},"layers":[{layers}]}}'


def deck(
    overlay: Sequence[pdk.Layer],
    view: ViewState,
    *,
    setting: str,
    theme: Theme,
    assets_url: str,
    plain: bool = False,
) -> Spec:
    """A deck of the basemap that the settings ask for, with the layers of `overlay` on it, under the names of places.

    `plain` is about the tooltips.
    """
    closest = basemap.closest_zoom(setting)
    told = {
        "longitude": view.longitude,
        "latitude": view.latitude,
        "zoom": min(view.zoom, closest),
        "min_zoom": basemap.FARTHEST_ZOOM,
        "max_zoom": closest,
        "transition_duration": view.glide_ms,
        **COMPLETED,
    }
    return Spec(overlay, told, setting, theme, assets_url, PLAIN_TOOLTIP if plain else TOOLTIP)


@lru_cache(8)
def _surroundings(theme: Theme, assets_url: str) -> tuple[str, str]:
    """What lies under and over everything on the built-in basemap."""
    return ",".join(map(_written, basemap.ground(theme, assets_url))), _written(
        basemap.names(theme, assets_url)
    )


@lru_cache(8)
def _settings(setting: str, theme: Theme) -> str:
    """What a deck says beside its layers and its view."""
    provider, style = basemap.style(setting, theme)
    # Streamlit puts a hosted map under a deck whose style is null; only a missing one means none.
    made = json.loads(pdk.Deck(map_provider=provider, **({"map_style": style} if style else {})).to_json())
    return _written({name: said for name, said in made.items() if name not in ("layers", "initialViewState")})


def _written(part: object) -> str:
    """As pydeck writes it, without its spaces."""
    return json.dumps(part, sort_keys=True, default=default_serialize, separators=(",", ":"))
