"""The plain way: a DataFrame in the layer. Everything else is as on our map, so that only the delivery differs."""

from __future__ import annotations

import numpy as np
import streamlit as st

from benchmarks.inline_map import layer, rows_of
from benchmarks.meter import unmetered
from dashboard.deck.deck import deck
from dashboard.deck.viewport import bounds, view_of
from dashboard.service import service
from dashboard.ui.map.pulse import RETRY_SECONDS

st.set_page_config(layout="wide")
st.title("Vehicles")


@st.fragment(run_every=min(RETRY_SECONDS, service().settings.poll_seconds))
def show() -> None:
    """Draw the newest positions."""
    snapshot = service().poller.state.snapshot
    if snapshot is None:
        st.info("Reading …")
        return
    with unmetered():  # our rows are not made in the script either
        rows = rows_of(service().feed.vehicles, snapshot)
    if "view" not in st.session_state:  # as on our map: decided once
        lon, lat = np.array(rows["p"].tolist()).T
        st.session_state["view"] = view_of(bounds(lon, lat), width=1000, height=560)
    view = st.session_state["view"]
    st.pydeck_chart(
        deck(
            [layer(rows, service().settings.poll_seconds)],
            view,
            setting="",
            theme="light",
            assets_url="assets/",
        ),
        key="map",
        height=545,
    )


show()
