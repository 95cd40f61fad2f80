"""The live map: find, filter and follow every connected vehicle."""

from __future__ import annotations

import pydeck as pdk
import streamlit as st

from dashboard.access.scope import Scope
from dashboard.feed.summary import FacetCounts
from dashboard.fleet.snapshot import as_of
from dashboard.runtime.defects import Contained
from dashboard.service import service
from dashboard.ui import frame, sign_in
from dashboard.ui.map import (
    basemaps,
    chart,
    corners,
    defect,
    display,
    filters,
    kiosk,
    overlay,
    panel,
    permalink,
    pulse,
    replay,
    search,
    trails,
    vehicle_list,
)
from dashboard.ui.map.permalink import MapRequest
from dashboard.ui.map.style import style

MAP = "map_drawn"
"""Key of the fragment that draws the vehicles."""


def render() -> None:
    """Show the page."""
    style()
    visibility, feed = sign_in.viewer().visibility, service().feed
    snapshot = service().poller.state.snapshot
    facets = FacetCounts()
    if snapshot is not None:
        with defect.contained("The map") as counting:
            facets = feed.vehicles.facets(snapshot, visibility)
        if counting.failed:
            return
        permalink.load_from_url(
            facets.options,
            lambda vehicle_id: feed.frames.vehicle(snapshot, visibility, vehicle_id) is not None,
        )
    request = permalink.current_request()
    on_wall = request.display.kiosk and snapshot is not None
    if not on_wall:
        with st.container(horizontal=True, key="map_toolbar"):
            search.show(
                visibility, None if snapshot is None else lambda: feed.vehicles.search(snapshot, visibility)
            )
            display.sheet_switch()
            with st.container(horizontal=True, key="map_tools"):
                filters.primary_filters(facets)
                filters.more(facets, metric=request.display.metric)
                display.controls(request)
        if snapshot is not None:
            request = permalink.current_request()
            permalink.write(request)
            basemaps.tell()
    scope = Scope(
        visibility,
        request.filters,
        request.display.colour_by,
        theme=frame.theme(),
        metric=request.display.metric,
    )
    if on_wall:
        kiosk.show(scope, request)
        return
    page = st.container(key="map_page")
    with page.container(key="map_area"):
        # Always there: what follows keeps its place, and so the map its view.
        with st.container(key="map_remarks"):
            permalink.notes()
            trails.progress()
        over = st.container()
        run_every = trails.TICK_SECONDS if replay.playing() else None
        st.fragment(_map, run_every=run_every, key=MAP)(scope, request, facets, trails.state())
        with over:  # after the map, whose defects it tells
            corners.over(scope, request, facets, pulse.RETRY_SECONDS if replay.playing() else None)
        corners.below(scope, request)
    with page.container(key="map_list"):
        vehicle_list.show(scope, request.display.vehicle)


def _map(scope: Scope, request: MapRequest, facets: FacetCounts, trail_state: tuple[str, bool, bool]) -> None:
    others = sign_in.viewer().visibility != scope.visibility
    if others or permalink.current_request() != request or trails.state() != trail_state:
        st.rerun()  # the viewer may see something else by now, or something was clicked that the whole page shows
    waits = request.display.trailers and service().trailers.watch().snapshot is None
    pulse.beat(
        pulse.RETRY_SECONDS if waits else None,
        still=replay.playing(),
        on_due=lambda: _with_corners(scope, request),
        texts=corners.texts(scope, request),
    )
    # The map stays the same in the browser only while it has the same place.
    picture, side = st.container(key="map_picture"), st.container(key="map_side")
    feed = service().feed
    snapshot, trail_set = service().poller.state.snapshot, trails.ready()
    layers: list[pdk.Layer] = []
    vehicle = None
    failed_before, down_before = st.session_state.get(corners.FAILED, False), basemaps.is_down()
    with Contained("the vehicles on the map could not be drawn") as drawing:
        if snapshot is not None:
            if feed.vehicles.facets(snapshot, scope.visibility).options != facets.options:
                st.rerun()  # a fleet or a source came or went: the filters must offer it
            summary = feed.vehicles.summary(snapshot, scope)
            if request.display.vehicle:
                vehicle = feed.frames.vehicle(snapshot, scope.visibility, request.display.vehicle)
            layers += overlay.layers(snapshot, scope, summary, request, vehicle=vehicle, trail_set=trail_set)
    st.session_state[corners.FAILED] = drawing.failed
    if drawing.failed:
        snapshot = vehicle = None
    with picture:
        plain = bool(request.display.hexagons or trail_set)
        another = chart.show(layers, snapshot, scope, vehicle, follow=panel.follows(), plain=plain)
    if trail_set is not None:
        with st.container(key="map_below"):
            if snapshot is not None:
                overlay.show_legend(snapshot, scope, summary, request, trail_set)
            trails.controls(trail_set, scope)
    if vehicle is not None and snapshot is not None:
        with side:
            panel.selection_bar(vehicle)
            panel.show(vehicle, scope, snapshot, as_of(snapshot))
    told = drawing.failed != failed_before or basemaps.is_down() != down_before  # what a corner says
    if another or told or permalink.current_request() != request:
        st.rerun()


def _with_corners(scope: Scope, request: MapRequest) -> None:
    """Let the corners be drawn with the next snapshot as far as they say something else then."""
    if changed := corners.changed(scope, request):
        st.rerun([MAP, *changed])
