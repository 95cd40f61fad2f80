"""`st.pydeck_chart` with a DataFrame in the layer. Layer, basemap and view are ours: only the delivery differs."""

from __future__ import annotations

import streamlit as st

from benchmarks.peers.rows import layer, newest
from dashboard.deck.deck import deck
from dashboard.deck.viewport import bounds, view_of
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


show()
