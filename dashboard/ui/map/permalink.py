"""What a viewer asks of the map, kept in the page's URL so that a link reopens the same view.

A field of `Filters` or `DisplayOptions` is the name of its control. The URL is read when it is not what was last
written there (a link was opened), and written after the controls have run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import streamlit as st

from dashboard.fleet import display_options as display_link
from dashboard.fleet import filters as filter_link
from dashboard.fleet.display_options import DisplayOptions, Offered
from dashboard.fleet.filters import KINDS, FilterOptions, Filters
from dashboard.ingest.history import MOST_VEHICLES, WINDOWS_HOURS
from dashboard.ui import sign_in
from dashboard.ui.frame import theme
from dashboard.ui.map import basemaps, camera, trails
from dashboard.ui.map.controls import chosen_options, control_value, set_control
from dashboard.ui.markdown import plain

ELSEWHERE = {"basemap", "at", "trails", "hours"}
"""Fields that are more than a control."""
DISPLAY_FIELDS = tuple(field.name for field in fields(DisplayOptions) if field.name not in ELSEWHERE)
LEFT = "map_queries_left"
"""Of the session: when, and what the address said that was left then."""
OPENED = "map_query_opened"
"""Of the session: there from `_open` until its link has been read and said, as a run that does may be broken off."""
LATE_SECONDS = 10.0
"""A busy browser may need so long to take over an address."""
MOST_LEFT = 50
OUR_PARAMS = (*filter_link.PARAMS.values(), *display_link.PARAMS)


@dataclass(frozen=True, slots=True)
class MapRequest:
    """What the URL, and so the controls, ask for."""

    filters: Filters
    display: DisplayOptions


def load_from_url(known: FilterOptions, may_see: Callable[[str], bool]) -> None:
    """Set the controls when somebody opened a link or came back to the page; remember what was ignored."""
    state, query, entered = st.session_state, _query(), control_value("fleets") is None
    opened, late = OPENED in state, _is_late(query)
    if opened or late:
        query = state["map_query"]
    if entered and (late or not query) and not opened and "map_request" in state:
        request: MapRequest = state["map_request"]
        ignored: list[str] = []
    elif opened or entered or query != state.get("map_query"):
        filters, ignored = filter_link.parse(query, known)
        display, more = display_link.parse(query, may_see, _offered())
        request, ignored = MapRequest(filters, display), [*ignored, *more]
    else:
        return
    state["map_notes"] = ignored
    for kind in (*KINDS, "text"):
        values = getattr(request.filters, kind)
        set_control(kind, list(values) if isinstance(values, tuple) else values)
    for name in DISPLAY_FIELDS:
        set_control(name, getattr(request.display, name))
    basemaps.open_link(request.display.basemap)
    trails.show_only(request.display.trails, request.display.hours)
    set_control("at", None)
    if request.display.at is not None:
        camera.look_at(request.display.at, basemaps.setting(theme()))
    elif not request.display.trails and request.display.vehicle and query:
        camera.ask("vehicle")
    if query != state.get("map_query"):
        state[LEFT] = []
    state["map_query"] = query
    state["map_request"] = request
    if opened:
        st.query_params.from_dict(query)
        del state[OPENED]


def current_request() -> MapRequest:
    """What the controls say now."""
    chosen: dict[str, Any] = {kind: tuple(chosen_options(kind)) for kind in KINDS}
    usual, trail_set = DisplayOptions(), trails.held()
    return MapRequest(
        Filters(**chosen, text=control_value("text") or ""),
        DisplayOptions(
            colour_by=control_value("colour_by") or usual.colour_by,
            metric=bool(control_value("metric")),
            vehicle=control_value("vehicle") or "",
            kiosk=bool(control_value("kiosk")),
            cycle=bool(control_value("cycle")),
            hexagons=control_value("hexagons") or "",
            trailers=bool(control_value("trailers")),
            basemap=basemaps.asked(),
            at=control_value("at"),
            trails=() if trail_set is None else tuple(trail_set.names),
            hours=0 if trail_set is None else trail_set.hours,
        ),
    )


def write(request: MapRequest) -> None:
    """Put a request into the URL, beside parameters of others."""
    query = {**filter_link.to_query(request.filters), **display_link.to_query(request.display)}
    if query != (before := st.session_state.get("map_query")):
        _leave(before)
    st.session_state["map_query"] = query
    st.session_state["map_request"] = request
    if query != _query():
        others = {name: st.query_params.get_all(name) for name in st.query_params if name not in OUR_PARAMS}
        st.query_params.from_dict({**others, **query})


def chosen(request: MapRequest) -> dict[str, tuple[str, ...]]:
    """The filters of a request, by kind."""
    return {kind: getattr(request.filters, kind) for kind in KINDS}


def choose(vehicle_id: str) -> None:
    """Choose a vehicle, or none with ""; a link leads to the vehicle then, no longer to another place."""
    set_control("vehicle", vehicle_id)
    if vehicle_id:
        set_control("at", None)


def open_kiosk() -> None:
    """Turn this page into a screen on the wall, with the filters as they are."""
    request = current_request()
    query = {
        **filter_link.to_query(request.filters),
        **display_link.to_query(replace(request.display, kiosk=True, trails=(), hours=0)),
    }
    _open(query)


def leave_kiosk() -> None:
    """Turn the screen on the wall into the page again, with the filters as they are."""
    request = current_request()
    display = replace(request.display, kiosk=False, cycle=False)
    _open({**filter_link.to_query(request.filters), **display_link.to_query(display)})


def _open(query: Mapping[str, Any]) -> None:
    """Go to a link of ours, wherever one comes from, with the run that follows.

    To say an address may break off the run that does; what a click has not kept until then is lost.
    """
    _leave(st.session_state.get("map_query"))
    st.session_state["map_query"], st.session_state[OPENED] = query, True


def _leave(query: Mapping[str, list[str]] | None) -> None:
    """Remember that the address said this until now."""
    left = st.session_state.get(LEFT, [])[-MOST_LEFT:]
    st.session_state[LEFT] = [*left, (time.monotonic(), query)]


def _is_late(query: Mapping[str, list[str]]) -> bool:
    """Whether the browser says an address that this page has just left.

    Whatever it sends carries the address, also what it sends before it has been told of the next one: taken for a link
    that somebody opens, that would take back what was chosen in between.
    """
    since = time.monotonic() - LATE_SECONDS
    return any(at >= since and one == query for at, one in st.session_state.get(LEFT, ()))


def clear() -> None:
    """Take all filters away."""
    for kind in KINDS:
        set_control(kind, [])
    set_control("text", "")


def notes() -> None:
    """Say what of a link was ignored, until the next link."""
    for note in st.session_state.get("map_notes", ()):
        st.caption(f":material/info: {plain(note)}")


def _offered() -> Offered:
    windows = WINDOWS_HOURS if sign_in.viewer().may_see_trails else ()
    return Offered(basemaps.keys(), windows, trails.USUAL_HOURS, MOST_VEHICLES)


def _query() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in OUR_PARAMS if name in st.query_params}
