"""The way from the map to the page Sharing."""

from __future__ import annotations

import streamlit as st

from dashboard.fleet.filters import Filters
from dashboard.ui.sharing.state import sharing_state

URL_PATH = "sharing"


def forget() -> None:
    """Offer the map no more as it was when somebody asked to share it: it may look otherwise by now."""
    sharing_state().filters = None


def share_this(filters: Filters) -> None:
    """Open the page Sharing, which then offers the map as these filters leave it. Ends the script's run."""
    state = sharing_state()
    state.filters, state.made, state.link = filters, None, ""
    state.turn += 1
    st.switch_page(st.Page(lambda: None, title="Sharing", url_path=URL_PATH))
