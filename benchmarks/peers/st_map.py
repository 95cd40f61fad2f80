"""`st.map`: three columns, dots, no tooltip. Its streets come from outside, which nothing waits for."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from benchmarks.peers.page import show


def draw(rows: pd.DataFrame) -> None:
    """Draw these positions."""
    st.map(rows, latitude="lat", longitude="lon", color="colour", size=2000, zoom=3, height=545)


show(draw)
