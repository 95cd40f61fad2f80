"""The live map: every connected vehicle, filtered by fleet and by source."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from dashboard.deck import deck, vehicles_layer
from dashboard.scope import Choices, Scope
from dashboard.service import service
from dashboard.widgets import frame, map_filters, map_legend, map_status, map_view, sign_in

TICK_SECONDS = 5.0
"""How often a page looks for a new snapshot; it reads memory only."""


def render() -> None:
    """Show the page."""
    viewer = sign_in.viewer()
    snapshot = service().poller.state.snapshot
    offered = Choices() if snapshot is None else service().feed.choices(snapshot, viewer)
    filters = map_filters.controls(offered)
    scope = Scope(viewer, filters, dark=frame.theme() == "dark")
    st.fragment(_map, run_every=min(TICK_SECONDS, service().settings.poll_seconds))(scope, offered)


def _map(scope: Scope, offered: Choices) -> None:
    feed, state, settings = service().feed, service().poller.state, service().settings
    snapshot = state.snapshot
    if snapshot is None:
        map_status.show(state, None, settings.poll_seconds, datetime.now(UTC))
        overlay = []
    else:
        if feed.choices(snapshot, scope.viewer).known != offered.known:
            st.rerun()  # a fleet or a source came or went: the filters must offer it
        summary = feed.summary(snapshot, scope)
        map_status.show(state, summary, settings.poll_seconds, datetime.now(UTC))
        # Only the same rows glide: after one came or went, each row would fly to its neighbour's place.
        glide = st.session_state.get("rows_drawn") == summary.rows
        st.session_state["rows_drawn"] = summary.rows
        map_legend.show(summary)
        overlay = [vehicles_layer(feed.url(snapshot, scope), glide=glide)]
    st.pydeck_chart(
        deck(
            overlay,
            map_view.opening(scope.viewer, snapshot),
            setting=settings.basemap,
            theme="dark" if scope.dark else "light",
            assets_url="assets/",
        ),
        key="map",
        height="stretch",
        alt="Map of the vehicles that the filters leave.",
    )
