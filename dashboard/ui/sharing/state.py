"""What the page Sharing remembers for one viewer between two runs of its script."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard.fleet.filters import Filters
from dashboard.sharing.share import Share


@dataclass
class SharingState:
    """The state of one browser tab."""

    filters: Filters | None = None
    """Those of the map when somebody asked there to share it; None: nobody did."""
    turn: int = 0
    """Part of the form's widget keys; raising it empties the form."""
    made: Share | None = None
    """The link that is shown."""
    link: str = ""
    """Its address, which nothing else knows."""
    problem: str = ""
    """Why no link was made, in a sentence."""


def sharing_state() -> SharingState:
    """The state of this tab, a new one at first."""
    return st.session_state.setdefault("sharing", SharingState())  # type: ignore[no-any-return]
