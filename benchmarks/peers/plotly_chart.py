"""`st.plotly_chart` with plotly's `scatter_map`, on an empty ground."""

from __future__ import annotations

import pandas as pd
import plotly.express as px
import streamlit as st

from benchmarks.peers.page import show
from benchmarks.peers.rows import WORDS


def draw(rows: pd.DataFrame) -> None:
    """Draw these positions."""
    name, *others = WORDS
    shown = dict.fromkeys(others, True) | dict.fromkeys(("lat", "lon", "colour"), False)
    figure = px.scatter_map(
        rows,
        lat="lat",
        lon="lon",
        color="colour",
        color_discrete_map="identity",
        hover_name=name,
        hover_data=shown,
        zoom=3,
        height=545,
    )
    figure.update_layout(
        map_style="white-bg", uirevision="as the viewer has moved it", margin=dict.fromkeys("lrtb", 0)
    )
    st.plotly_chart(figure, key="map")


show(draw)
