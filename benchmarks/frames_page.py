"""The map with as many vehicles as `vehicles` in the address says, at its `lon`, `lat` and `zoom`.

`plain=yes`: without roads and counties, and with no more names than there are at zoom 6.
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.deck import icons
from dashboard.deck.deck import Spec, deck, vehicles_layer
from dashboard.deck.viewport import ViewState
from dashboard.fleet.colours import PALETTES, Theme


class Plain(Spec):
    """A deck without roads and counties, and with no more names than there are at zoom 6."""

    def to_json(self) -> str:
        """The deck as deck.gl reads it."""
        told = json.loads(super().to_json())
        told["layers"] = [layer for layer in told["layers"] if layer["id"] != "basemap-lines"]
        told["layers"][-1]["maxZoom"] = 6
        return json.dumps(told)


asked = st.query_params
theme: Theme = "dark" if st.context.theme.type == "dark" else "light"
number = int(asked.get("vehicles", "300"))
dice = np.random.default_rng(7)
layer = vehicles_layer("", layer_id="vehicles", theme=theme, assets_url="assets/", glide_ms=0)
layer.data = pd.DataFrame(
    {
        "p": np.column_stack((dice.uniform(-122, -78, number), dice.uniform(30, 47, number))).tolist(),
        "icon": icons.name("moving", PALETTES[theme].states[0]),
        "angle": 0,
    }
)
shown = deck(
    [layer],
    ViewState(float(asked.get("lon", "-95")), float(asked.get("lat", "39")), float(asked.get("zoom", "4"))),
    setting="",
    theme=theme,
    assets_url="assets/",
)

st.set_page_config(layout="wide")
st.html("<style>.stMainBlockContainer {padding: 0} header {display: none !important}</style>")
st.pydeck_chart(
    Plain(**vars(shown)) if "plain" in asked else shown, key="map", height=int(asked.get("height", "700"))
)
