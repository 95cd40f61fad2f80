"""What each peer's page has around its map: a title, and a fragment that draws the newest positions again and again."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from benchmarks.peers.rows import newest
from dashboard.service import service


def show(draw: Callable[[pd.DataFrame], None]) -> None:
    """Draw a page, and anew once a poll."""
    st.set_page_config(layout="wide")
    st.title("Vehicles")
    st.fragment(_newest, run_every=service().settings.poll_seconds)(draw)


def _newest(draw: Callable[[pd.DataFrame], None]) -> None:
    rows = newest()
    if rows is None:
        st.info("Reading …")
        return
    draw(rows)
