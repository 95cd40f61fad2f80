"""Take it away: what the filters leave as a file, built when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from dashboard.access.scope import Scope
from dashboard.fleet import export
from dashboard.fleet.snapshot import Snapshot
from dashboard.service import service

FORMATS: dict[str, tuple[str, str, Callable[[pd.DataFrame], bytes]]] = {
    "csv": ("CSV, for spreadsheets", "text/csv", export.to_csv),
    "geojson": ("GeoJSON, for maps", "application/geo+json", export.to_geojson),
    "parquet": ("Parquet, for analysis", "application/vnd.apache.parquet", export.to_parquet),
}
"""Ending of the file: label, media type, and what writes it."""


def show(scope: Scope, snapshot: Snapshot, vehicles: int) -> None:
    """Show the button that opens the choice of files; `vehicles` is how many will be in them."""
    with st.popover("Take it away", icon=":material/download:", key="take_away"):
        noun = "vehicle" if vehicles == 1 else "vehicles"
        st.caption(
            f"{vehicles:,} {noun}, as the filters leave them, those without a position included. "
            "Units are in the column names, times are UTC."
        )
        for kind, (label, media_type, _) in FORMATS.items():
            st.download_button(
                label,
                partial(_build, snapshot, scope, kind),
                file_name=export.file_name(snapshot.taken_at, kind),
                mime=media_type,
                on_click="ignore",
                key=f"download_{kind}",
            )


def _build(snapshot: Snapshot, scope: Scope, kind: str) -> bytes:
    write = FORMATS[kind][2]
    return write(service().feed.frames.filtered(snapshot, scope.visibility, scope.filters))
