"""What lies over the map, in its corners: how many vehicles, whether all is well, what the colours mean.

Each corner is a fragment of its own, so that a page that draws the next snapshot says only what has changed.
"""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, datetime

import streamlit as st

from dashboard.access.scope import Scope
from dashboard.feed.summary import FacetCounts, Summary
from dashboard.fleet.snapshot import Snapshot
from dashboard.runtime.defects import Contained
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.map import (
    banners,
    basemaps,
    defect,
    density,
    filters,
    legend,
    overlay,
    permalink,
    status,
    trailers,
    trails,
)
from dashboard.ui.map.permalink import MapRequest

OVER, BELOW = "map_over_said", "map_below_said"
"""Keys of the fragments, and of what each of them said last."""
FAILED = "map_failed"
"""Whether the map was drawn without its vehicles, because of a defect."""


def over(scope: Scope, request: MapRequest, facets: FacetCounts, run_every: float | None = None) -> None:
    """Say over the map how many vehicles there are, how old that is, what is filtered, and what is wrong.

    `run_every`: anew after so many seconds, where no pulse asks whether it has changed.
    """
    st.fragment(_over, key=OVER, run_every=run_every)(scope, request, facets)


def below(scope: Scope, request: MapRequest) -> None:
    """Say at the map's lower edge what the colours mean."""
    st.fragment(_below, key=BELOW)(scope, request)


def texts(scope: Scope, request: MapRequest) -> dict[str, str]:
    """What the corners say now and the browser can write by itself, by the CSS selectors of where it stands.

    Only of corners that would say nothing else than before.
    """
    snapshot, found = service().poller.state.snapshot, dict[str, str]()
    if snapshot is None:
        return found
    anew = changed(scope, request)
    with Contained("what the map's corners count was not told"):
        summary = service().feed.vehicles.summary(snapshot, scope)
        if OVER not in anew:
            found |= status.counts(summary) | banners.sentences(summary.late)
        if BELOW not in anew and trails.ready() is None and not request.display.hexagons:
            found |= legend.counts(summary.legend)
    return found


def changed(scope: Scope, request: MapRequest) -> list[str]:
    """The keys of the fragments that would say something else now than they did."""
    said: dict[str, Hashable] = dict.fromkeys((OVER, BELOW), object())
    with Contained("what the map's corners say was not compared"):
        said = _said(scope, request)
    return [key for key, now in said.items() if st.session_state.get(key) != now]


def _over(scope: Scope, request: MapRequest, facets: FacetCounts) -> None:
    _hold_on(OVER, scope, request)
    state, now = service().poller.state, datetime.now(UTC)
    with st.container(key="map_over"):
        if state.snapshot is None:
            status.trouble(state, None, now)
            return
        with defect.contained("What these filters leave") as telling:
            summary = service().feed.vehicles.summary(state.snapshot, scope)
            _tell(scope, state.snapshot, summary, request, facets)
        if st.session_state.get(FAILED) and not telling.failed:
            defect.say("What these filters leave")


def _tell(
    scope: Scope, snapshot: Snapshot, summary: Summary, request: MapRequest, facets: FacetCounts
) -> None:
    state, now = service().poller.state, datetime.now(UTC)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="map_status"):
        status.numbers(state, snapshot, summary, now)
        trailers.status_line(scope, request.display)
        density.suggestion(summary, request.display)
        banners.show(summary.late)
    filters.sentence(request, facets.options, summary)
    basemaps.trouble()
    status.trouble(state, summary, now)


def _below(scope: Scope, request: MapRequest) -> None:
    _hold_on(BELOW, scope, request)
    snapshot = service().poller.state.snapshot
    if snapshot is None or trails.ready() is not None:
        return  # trails have their own there
    with st.container(key="map_below"), Contained("the legend was not shown"):
        overlay.show_legend(snapshot, scope, service().feed.vehicles.summary(snapshot, scope), request, None)


def _hold_on(key: str, scope: Scope, request: MapRequest) -> None:
    """Remember what is said from here on, unless the whole page has to run instead."""
    if sign_in.viewer().visibility != scope.visibility or permalink.current_request() != request:
        st.rerun()
    st.session_state[key] = object()  # whatever fails is said anew
    with Contained("what the map's corners say was not remembered"):
        st.session_state[key] = _said(scope, request)[key]


def _said(scope: Scope, request: MapRequest) -> dict[str, Hashable]:
    """All that each corner depends on and that may change while the page stays as it is asked for.

    But not what the browser writes (`texts`).
    """
    state, now, display = service().poller.state, datetime.now(UTC), request.display
    if state.snapshot is None or status.health(state, now).state != "Live":
        return {OVER: object(), BELOW: BELOW}  # it counts seconds
    summary = service().feed.vehicles.summary(state.snapshot, scope)
    trailer_state = service().trailers.watch() if display.trailers else None
    over = (
        bool(summary.shown) or summary.total,
        tuple(summary.unplaceable.items()),
        len(summary.late),
        summary.notices,
        density.suggested(summary, display),
        now.replace(second=0, microsecond=0) if summary.notices else None,
        trailer_state and (trailer_state.problem, trailer_state.retry_at, id(trailer_state.snapshot)),
        basemaps.is_down(),
        bool(st.session_state.get(FAILED)),
    )
    if trails.ready() is not None:
        return {OVER: over, BELOW: "trails"}
    return {
        OVER: over,
        BELOW: (state.snapshot.version,) if display.hexagons else legend.without_counts(summary.legend),
    }
