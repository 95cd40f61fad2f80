"""`st.pydeck_chart` with a DataFrame in the layer. Layer, basemap and view are ours: only the delivery differs."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from benchmarks.peers.page import show
from benchmarks.peers.rows import layer
from dashboard.deck.deck import deck
from dashboard.deck.viewport import bounds, view_of
from dashboard.service import service


def draw(rows: pd.DataFrame) -> None:
    """Draw these positions."""
    if "view" not in st.session_state:  # as on our map: decided once
        around = bounds(rows["lon"].to_numpy(), rows["lat"].to_numpy())
        st.session_state["view"] = view_of(around, width=1000, height=560)
    shown = deck(
        [layer(rows, service().settings.poll_seconds)],
        st.session_state["view"],
        setting="",
        theme="light",
        assets_url="assets/",
    )
    st.pydeck_chart(shown, key="map", height=545)


show(draw)
