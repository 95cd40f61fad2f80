"""The deck that the map page shows: about a kilobyte that says where the data is and how to draw it."""

from __future__ import annotations

import pydeck as pdk

from dashboard import basemap, icons

VEHICLES = "vehicles"
"""Id of the vehicles' layer; a selection comes back under it."""
GLIDE_MS = 1500
"""Vehicles glide to a new fix for this long and stop there; nothing is extrapolated."""

TOOLTIP = {
    "html": "<b>{name}</b><br>{fleet} · {provider}<br>{speed} · {age}",
    "style": {
        "backgroundColor": "var(--tooltip-background, #101828)",
        "color": "#ffffff",
        "fontSize": "13px",
        "lineHeight": "1.45",
        "borderRadius": "8px",
        "padding": "8px 12px",
        "maxWidth": "280px",
        "overflowWrap": "anywhere",
    },
}


def vehicles_layer(data_url: str, *, glide: bool) -> pdk.Layer:
    """The vehicles, drawn from the CSV at a relative URL of the feed.

    `glide` only while the rows are the same as before: after a row came or went, the transition would carry
    vehicles to each other's places.
    """
    return pdk.Layer(
        "IconLayer",
        id=VEHICLES,
        data=data_url,
        get_position="[lon, lat]",
        get_icon="icon",
        get_angle="angle",
        get_color="[r, g, b]",
        icon_atlas=pdk.types.String(icons.ATLAS),
        icon_mapping=icons.MAPPING,
        get_size=22,
        size_units=pdk.types.String("pixels"),
        billboard=False,
        pickable=True,
        auto_highlight=True,
        transitions={"getPosition": GLIDE_MS} if glide else None,
    )


def deck(
    overlay: list[pdk.Layer], view: pdk.ViewState, *, setting: str, theme: basemap.Theme, assets_url: str
) -> pdk.Deck:
    """A deck of the basemap that the settings ask for, with the layers of `overlay` on it."""
    provider, style = basemap.style(setting, theme)
    ground = [] if setting else basemap.layers(theme, assets_url)
    return pdk.Deck(
        [*ground, *overlay],
        initial_view_state=view,
        map_provider=provider,
        map_style=style,
        tooltip=TOOLTIP,
    )
