"""`st.map`: three columns, dots, no tooltip. Its streets come from outside, which nothing waits for."""

from __future__ import annotations

import streamlit as st

from benchmarks.peers.rows import newest
from dashboard.service import service

st.set_page_config(layout="wide")
st.title("Vehicles")


@st.fragment(run_every=service().settings.poll_seconds)
def show() -> None:
    """Draw the newest positions."""
    rows = newest()
    if rows is None:
        st.info("Reading …")
        return
    st.map(rows, latitude="lat", longitude="lon", color="colour", size=2000, zoom=3, height=545)


show()
