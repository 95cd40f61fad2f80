"""What the colours on the map mean."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard.scope import Summary


def show(summary: Summary) -> None:
    """One entry per colour, with the number of vehicles drawn in it."""
    entries = "".join(
        f'<li><i style="background:rgb{entry.colour}"></i>{escape(entry.label)} <b>{entry.count:,}</b></li>'
        for entry in summary.legend
        if entry.count
    )
    if entries:
        st.html(f'<ul class="map-legend" aria-label="Legend">{entries}</ul>')
