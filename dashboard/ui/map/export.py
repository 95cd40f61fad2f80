"""Export: what the filters leave as a file, built when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

import pandas as pd
import streamlit as st

from dashboard.access.scope import Scope
from dashboard.access.viewer import Viewer
from dashboard.fleet import export
from dashboard.fleet.export import System
from dashboard.fleet.snapshot import Snapshot
from dashboard.service import service
from dashboard.ui import sign_in

FORMATS: dict[str, tuple[str, str, Callable[[pd.DataFrame, Collection[str], System], bytes]]] = {
    "csv": ("CSV, for spreadsheets", "text/csv", export.to_csv),
    "geojson": (
        "GeoJSON, for maps",
        "application/geo+json",
        lambda frame, unseen, _: export.to_geojson(frame, unseen),
    ),
    "parquet": (
        "Parquet, for analysis",
        "application/vnd.apache.parquet",
        lambda frame, unseen, _: export.to_parquet(frame, unseen),
    ),
}
"""Ending of the file: label, media type, and what writes it."""


def show(scope: Scope, snapshot: Snapshot, vehicles: int) -> None:
    """Show the button that opens the choice of files, to who may have them; `vehicles` is how many will be in them."""
    viewer = sign_in.viewer()
    if not viewer.may_export:
        return
    with st.popover("Export", icon=":material/download:", key="export"):
        noun = "vehicle" if vehicles == 1 else "vehicles"
        st.caption(
            f"{vehicles:,} {noun}, as the filters leave them, those without a position included. "
            "Units are in the column names, times are UTC."
        )
        usual = "Kilometres, km/h and °C" if scope.metric else "Miles, mph and °F"
        si = st.toggle(
            "SI units in the CSV", key="export_si", help=f"{usual} otherwise. The others always are in SI."
        )
        system: System = "si" if si else "metric" if scope.metric else "us"
        for kind, (label, media_type, _) in FORMATS.items():
            st.download_button(
                label,
                partial(build, viewer, snapshot, scope, kind, system),
                file_name=export.file_name(snapshot.taken_at, kind),
                mime=media_type,
                on_click="ignore",
                key=f"download_{kind}",
            )


def build(viewer: Viewer, snapshot: Snapshot, scope: Scope, kind: str, system: System = "si") -> bytes:
    """A file of what a scope leaves, by its ending. Raises `PermissionError` for who may not have it."""
    if not viewer.may_export:
        raise PermissionError("This viewer may not export vehicles as a file.")
    frame = service().feed.frames.filtered(snapshot, scope.visibility, scope.filters)
    body = FORMATS[kind][2](frame, scope.visibility.unseen, system)
    what = f"{export.file_name(snapshot.taken_at, kind)}, vehicles: {len(frame)}"
    service().audit.record("export", viewer.name, viewer.address, what)
    return body
