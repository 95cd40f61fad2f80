"""The live map: every connected vehicle, filtered by fleet and by source."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from dashboard.access import Viewer, vehicles_of
from dashboard.deck import deck, vehicles_layer
from dashboard.map.filters import Known
from dashboard.scope import Scope
from dashboard.service import service
from dashboard.widgets import frame, map_filters, map_status, map_view, sign_in

TICK_SECONDS = 5.0
"""How often a page looks for a new snapshot; it reads memory only."""


def render() -> None:
    """Show the page."""
    viewer = sign_in.viewer()
    snapshot = service().poller.state.snapshot
    known = Known() if snapshot is None else Known.of(vehicles_of(viewer, snapshot))
    filters = map_filters.controls(known, snapshot, viewer)
    scope = Scope(viewer, filters, dark=frame.theme() == "dark")
    st.fragment(_map, run_every=min(TICK_SECONDS, service().settings.poll_seconds))(viewer, scope, known)


def _map(viewer: Viewer, scope: Scope, known: Known) -> None:
    state = service().poller.state
    snapshot = state.snapshot
    if snapshot is not None and Known.of(vehicles_of(viewer, snapshot)) != known:
        st.rerun()  # a fleet or source came or went: the filters must offer it
    map_status.show(
        state, None if snapshot is None else service().feed.summary(snapshot, scope), datetime.now(UTC)
    )
    overlay = []
    if snapshot is not None:
        summary = service().feed.summary(snapshot, scope)
        glide = st.session_state.get("rows_drawn") == summary.rows
        st.session_state["rows_drawn"] = summary.rows
        overlay.append(vehicles_layer(service().feed.url(snapshot, scope), glide=glide))
    st.pydeck_chart(
        deck(
            overlay,
            map_view.opening(viewer, snapshot),
            setting=service().settings.basemap,
            theme="dark" if scope.dark else "light",
            assets_url="assets/",
        ),
        key="map",
        height="stretch",
        alt="Map of the vehicles that the filters leave.",
    )
