"""The map's data as bytes: JSON, built once per (snapshot, scope) for all viewers who may see the same.

A browser asks for it by a URL that the script minted for its viewer. The signed scope in that URL says what the
viewer may see and has asked for; it is the only thing the route believes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from cachetools import LRUCache, TTLCache, cached
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.access.scope import Scope
from dashboard.access.tokens import FeedTokens
from dashboard.access.viewer import Viewer, vehicles_for, vehicles_of
from dashboard.feed.answers import answer, not_yet, packed, refused
from dashboard.feed.recent import RecentSnapshots
from dashboard.feed.summary import FacetCounts, Summary, coloured, facet_counts, placeable, summarise
from dashboard.feed.vehicle_rows import vehicle_rows
from dashboard.fleet.colours import ColourAssignments
from dashboard.fleet.search import SearchIndex
from dashboard.fleet.snapshot import Snapshot, as_of
from dashboard.runtime.defects import Contained

WATCHED_SECONDS = 60
"""A scope that no page has asked for this long is no longer prepared."""


class VehicleFeed:
    """Mints URLs and answers them. One per process."""

    def __init__(self, snapshot: Callable[[], Snapshot | None]) -> None:
        self.links = FeedTokens()
        self.minted = RecentSnapshots(snapshot)
        # Given a condition, unlike a lock, cachetools lets one thread compute while others wait for its result.
        self._slots = cached(LRUCache(1024), condition=threading.Condition())(_new_slots)
        self._body = cached(LRUCache(32), _of_version, condition=threading.Condition())(self._pack)
        self._summary = cached(LRUCache(256), _of_version, condition=threading.Condition())(self._summarise)
        self._facets = cached(LRUCache(32), _of_viewer, condition=threading.Condition())(facet_counts)
        self._index = cached(LRUCache(8), _of_viewer, condition=threading.Condition())(_search_index)
        self._watched: TTLCache[Scope, None] = TTLCache(64, WATCHED_SECONDS)
        self._watched_lock = threading.Lock()

    def url(self, snapshot: Snapshot, scope: Scope) -> str:
        """A relative URL of the rows of a scope; it changes exactly when the data does, or its ages matter."""
        version = self.minted.version(snapshot)
        return f"feed/vehicles.json?{urlencode({'v': version, 'scope': self.links.mint(scope, version)})}"

    def summary(self, snapshot: Snapshot, scope: Scope) -> Summary:
        """The numbers that go with the rows of a scope."""
        with self._watched_lock:
            self._watched[scope] = None
        return self._summary(snapshot, scope, as_of(snapshot))

    def facets(self, snapshot: Snapshot, viewer: Viewer) -> FacetCounts:
        """What a viewer can filter by."""
        return self._facets(snapshot, viewer)

    def prepare(self, snapshot: Snapshot) -> None:
        """Count ahead, for a snapshot about to be published, what the pages now open will ask of it.

        Otherwise the script of whoever looks first would pay for every vehicle. What cannot be counted is counted
        again by the pages that ask for it, and says so there.
        """
        with self._watched_lock:
            watched = list(self._watched)
        for scope in watched:
            with Contained("the vehicles of one viewer's filters were not counted"):
                self._facets(snapshot, scope.viewer)
                self._summary(snapshot, scope, as_of(snapshot))

    def search(self, snapshot: Snapshot, viewer: Viewer) -> SearchIndex:
        """What a viewer's vehicles can be found by."""
        return self._index(snapshot, viewer)

    def route(self, prefix: str) -> Route:
        """The route that answers the URLs, below a base path such as `/maps` or ""."""
        return Route(f"{prefix}/feed/vehicles.json", self.answer, methods=["GET"])

    def answer(self, request: Request) -> Response:
        """JSON for a valid scope; 403 for a missing, altered or expired one; 503 before the first snapshot.

        It is of the snapshot that the URL was minted for, unless that is older than the one before the newest: a
        page has decided by its rows whether they glide.
        """
        scope = self.links.of(request)
        if scope is None:
            return refused()
        snapshot = self.minted.asked(request)
        if snapshot is None:
            return not_yet()
        return answer(request, self._body(snapshot, scope, as_of(snapshot)))

    def _pack(self, snapshot: Snapshot, scope: Scope, now: datetime) -> bytes:
        frame = placeable(vehicles_for(scope.viewer, snapshot, scope.filters, now))
        colours = coloured(frame, scope, now, self._slots(scope.viewer))
        return packed(vehicle_rows(frame, colours, now, metric=scope.metric))

    def _summarise(self, snapshot: Snapshot, scope: Scope, now: datetime) -> Summary:
        return summarise(snapshot, scope, now, self._slots(scope.viewer))


def _new_slots(_viewer: Viewer) -> ColourAssignments:
    return ColourAssignments()


def _search_index(snapshot: Snapshot, viewer: Viewer) -> SearchIndex:
    return SearchIndex(vehicles_of(viewer, snapshot))


def _of_version(snapshot: Snapshot, scope: Scope, now: datetime) -> tuple[int, Scope, datetime]:
    return snapshot.version, scope, now


def _of_viewer(snapshot: Snapshot, viewer: Viewer) -> tuple[int, Viewer]:
    return snapshot.version, viewer
