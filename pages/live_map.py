"""The live map: find, filter and follow every connected vehicle."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pydeck as pdk
import streamlit as st

from dashboard.access import vehicle_of, vehicles_for, vehicles_of
from dashboard.deck import VEHICLES, chosen_layer, deck, vehicles_layer
from dashboard.scope import Choices, Scope, as_of, placeable
from dashboard.service import service
from dashboard.widgets import (
    frame,
    map_banners,
    map_filters,
    map_legend,
    map_link,
    map_panel,
    map_search,
    map_status,
    map_view,
    sign_in,
)
from dashboard.widgets.map_link import Wanted

TICK_SECONDS = 5.0
"""How often a page looks for a new snapshot; it reads memory only."""
ASSETS = "assets/"


def render() -> None:
    """Show the page."""
    viewer, feed = sign_in.viewer(), service().feed
    snapshot = service().poller.state.snapshot
    offered = Choices()
    if snapshot is not None:
        offered = feed.choices(snapshot, viewer)
        map_link.take(offered.known, lambda vehicle_id: vehicle_of(viewer, snapshot, vehicle_id) is not None)
    with st.container(horizontal=True, vertical_alignment="bottom", key="map_toolbar"):
        typed = map_search.box()
        map_filters.in_sight(offered)
        map_filters.more(offered, metric=map_link.wanted().look.metric)
        map_filters.view()
    if snapshot is not None:
        map_search.results(typed, lambda: feed.search(snapshot, viewer))
    asked = map_link.wanted()
    if snapshot is not None:
        map_link.write(asked)
    map_link.notes()
    look = asked.look
    scope = Scope(viewer, asked.filters, look.colour_by, dark=frame.theme() == "dark", metric=look.metric)
    tick = min(TICK_SECONDS, service().settings.poll_seconds)
    st.fragment(_map, run_every=tick)(scope, asked, offered)


def _map(scope: Scope, asked: Wanted, offered: Choices) -> None:
    if map_link.wanted() != asked:
        st.rerun()  # something inside this part of the page was clicked that the whole page shows
    feed, state, settings = service().feed, service().poller.state, service().settings
    snapshot, theme = state.snapshot, frame.theme()
    overlay: list[pdk.Layer] = []
    shown = vehicle = None
    now = datetime.now(UTC)
    if snapshot is None:
        map_status.trouble(state, None, settings.poll_seconds, now)
    else:
        if feed.choices(snapshot, scope.viewer).known != offered.known:
            st.rerun()  # a fleet or a source came or went: the filters must offer it
        summary = feed.summary(snapshot, scope)
        map_status.trouble(state, summary, settings.poll_seconds, now)
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="map_status"):
            map_status.numbers(state, snapshot, summary, now)
            map_banners.show(summary.late)
            map_filters.sentence(asked, offered.known)
        map_legend.show(summary.legend, map_link.chosen(asked))
        # Only the same rows glide: after one came or went, each row would fly to its neighbour's place.
        glide = st.session_state.get("rows_drawn") == summary.rows
        st.session_state["rows_drawn"] = summary.rows
        overlay.append(vehicles_layer(feed.url(snapshot, scope), theme=theme, assets_url=ASSETS, glide=glide))
        if map_view.needs_rows():
            shown = placeable(vehicles_for(scope.viewer, snapshot, scope.filters, as_of(snapshot)))
        if asked.look.vehicle:
            vehicle = vehicle_of(scope.viewer, snapshot, asked.look.vehicle)
        if vehicle is not None and not vehicle["lon"].isna().all():
            lon, lat = float(vehicle["lon"].iloc[0]), float(vehicle["lat"].iloc[0])
            overlay.append(chosen_layer(lon, lat, theme=theme, assets_url=ASSETS))
    spot = map_view.current(shown, vehicle, follow=bool(st.session_state.get("map_follow")))
    beside, panel = (st.container(), None) if vehicle is None else tuple(st.columns([3, 1]))
    with beside:
        event: Any = st.pydeck_chart(
            deck(overlay, spot, setting=settings.basemap, theme=theme, assets_url=ASSETS),
            key="map",
            height="stretch",
            on_select="rerun",
            alt="Map of the vehicles that the filters leave. The list of vehicles says the same in words.",
        )
    if panel is not None and vehicle is not None and snapshot is not None:
        with panel:
            map_panel.show(vehicle, scope, snapshot, as_of(snapshot))
    if snapshot is not None and map_view.picked(event, VEHICLES, vehicles_of(scope.viewer, snapshot)):
        st.rerun()
