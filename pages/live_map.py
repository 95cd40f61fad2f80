"""The live map: find, filter and follow every connected vehicle."""

from __future__ import annotations

from datetime import UTC, datetime

import pydeck as pdk
import streamlit as st

from dashboard.access import vehicle_of
from dashboard.scope import Choices, Scope, Summary, as_of
from dashboard.service import service
from dashboard.snapshot import Snapshot
from dashboard.trail_sets import TrailSet
from dashboard.widgets import (
    frame,
    map_banners,
    map_chart,
    map_defect,
    map_density,
    map_filters,
    map_kiosk,
    map_link,
    map_list,
    map_overlay,
    map_panel,
    map_replay,
    map_search,
    map_status,
    map_trailers,
    map_trails,
    sign_in,
)
from dashboard.widgets.map_link import Wanted

TICK_SECONDS = 5.0
"""How often a page looks for a new snapshot; it reads memory only."""


def render() -> None:
    """Show the page."""
    viewer, feed = sign_in.viewer(), service().feed
    snapshot = service().poller.state.snapshot
    offered = Choices()
    if snapshot is not None:
        with map_defect.contained("The map") as counting:
            offered = feed.choices(snapshot, viewer)
        if counting.failed:
            return
        map_link.take(offered.known, lambda vehicle_id: vehicle_of(viewer, snapshot, vehicle_id) is not None)
    asked = map_link.wanted()
    kiosk = asked.look.kiosk and snapshot is not None
    if not kiosk:
        with st.container(horizontal=True, vertical_alignment="bottom", key="map_toolbar"):
            map_search.show(None if snapshot is None else lambda: feed.search(snapshot, viewer))
            map_filters.in_sight(offered)
            map_filters.more(offered, metric=asked.look.metric)
            map_filters.view(asked)
        if snapshot is not None:
            asked = map_link.wanted()
            map_link.write(asked)
    look = asked.look
    scope = Scope(viewer, asked.filters, look.colour_by, dark=frame.theme() == "dark", metric=look.metric)
    tick = min(TICK_SECONDS, service().settings.poll_seconds)
    if kiosk:
        map_kiosk.show(scope, asked, tick)
        return
    if map_replay.playing():
        tick = map_trails.TICK_SECONDS
    with st.container(key="map_said"):  # always there: what follows keeps its place, and so the map its view
        map_link.notes()
        map_trails.progress()
    st.fragment(_map, run_every=tick)(scope, asked, offered, map_trails.state())
    map_list.show(scope, look.vehicle)


def _map(scope: Scope, asked: Wanted, offered: Choices, trails: tuple[str, bool, bool]) -> None:
    if map_link.wanted() != asked or map_trails.state() != trails:
        st.rerun()  # something inside this part of the page was clicked that the whole page shows
    # The map stays the same in the browser only while it has the same place: what comes and goes is in `over`.
    over, body = st.container(key="map_over"), st.container(horizontal=True, key="map_body")
    beside = body.container(key="map_beside")
    snapshot, trail_set = service().poller.state.snapshot, map_trails.ready()
    layers: list[pdk.Layer] = []
    vehicle = None
    if snapshot is None:
        with over:
            map_status.trouble(service().poller.state, None, datetime.now(UTC))
    else:
        with over, map_defect.contained("What these filters leave") as drawing:
            if service().feed.choices(snapshot, scope.viewer).known != offered.known:
                st.rerun()  # a fleet or a source came or went: the filters must offer it
            summary = service().feed.summary(snapshot, scope)
            if asked.look.vehicle:
                vehicle = vehicle_of(scope.viewer, snapshot, asked.look.vehicle)
            _over(snapshot, scope, summary, asked, offered, trails=trail_set)
            if vehicle is not None:
                map_panel.handle(vehicle)
            layers += map_overlay.layers(snapshot, scope, summary, asked, vehicle=vehicle, trails=trail_set)
        if drawing.failed:
            snapshot = vehicle = None
    with beside:
        plain = bool(asked.look.hexagons or trail_set)
        another = map_chart.show(layers, snapshot, scope, vehicle, plain=plain)
        if trail_set is not None:
            map_trails.controls(trail_set, scope)
    if vehicle is not None and snapshot is not None:
        with body:
            map_panel.show(vehicle, scope, snapshot, as_of(snapshot))
    if another:
        st.rerun()


def _over(
    snapshot: Snapshot,
    scope: Scope,
    summary: Summary,
    asked: Wanted,
    offered: Choices,
    *,
    trails: TrailSet | None,
) -> None:
    state, now = service().poller.state, datetime.now(UTC)
    map_status.trouble(state, summary, now)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="map_status"):
        map_status.numbers(state, snapshot, summary, now)
        map_trailers.status(scope, asked.look)
        map_density.suggestion(summary, asked.look)
        map_banners.show(summary.late)
    map_filters.sentence(asked, offered.known)
    map_overlay.legend(snapshot, scope, summary, asked, trails)
