"""The map's data as bytes: CSV, built once per (snapshot, scope) for all viewers who may see the same.

A browser asks for it by a URL that the script minted for its viewer. The signed scope in that URL says what the
viewer may see and has asked for; it is the only thing the route believes.
"""

from __future__ import annotations

import gzip
import io
import threading
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

import pandas as pd
import pyarrow as pa
import pyarrow.csv
from cachetools import LRUCache, TTLCache, cached
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.access import Viewer, vehicles_for, vehicles_of
from dashboard.drawn import drawn
from dashboard.links import Links, answer, not_yet, refused
from dashboard.map.colours import Slots
from dashboard.map.search import SearchIndex
from dashboard.scope import Choices, Scope, Summary, as_of, choices, coloured, placeable, summarise
from dashboard.snapshot import Snapshot

WATCHED_SECONDS = 60
"""A scope that no page has asked for this long is no longer prepared."""
GZIP_LEVEL = 1


class Feed:
    """Mints URLs and answers them. One per process."""

    def __init__(self, snapshot: Callable[[], Snapshot | None]) -> None:
        self._snapshot = snapshot
        self.links = Links()
        # Given a condition, unlike a lock, cachetools lets one thread compute while others wait for its result.
        self._slots = cached(LRUCache(1024), condition=threading.Condition())(_new_slots)
        self._body = cached(LRUCache(32), _of_version, condition=threading.Condition())(self._pack)
        self._summary = cached(LRUCache(256), _of_version, condition=threading.Condition())(self._summarise)

        self._choices = cached(LRUCache(32), _of_viewer, condition=threading.Condition())(choices)
        self._index = cached(LRUCache(8), _of_viewer, condition=threading.Condition())(_search_index)
        self._watched: TTLCache[Scope, None] = TTLCache(64, WATCHED_SECONDS)
        self._watched_lock = threading.Lock()
        self._minted: tuple[Snapshot, ...] = ()

    def url(self, snapshot: Snapshot, scope: Scope) -> str:
        """A relative URL of the CSV for a scope; it changes exactly when the data does, or its ages matter."""
        if all(held is not snapshot for held in self._minted):
            self._minted = (*self._minted[-1:], snapshot)
        version = f"{snapshot.version}.{as_of(snapshot):%H%M%S}"
        return f"feed/vehicles.csv?{urlencode({'v': version, 'scope': self.links.mint(scope, version)})}"

    def summary(self, snapshot: Snapshot, scope: Scope) -> Summary:
        """The numbers that go with the CSV of a scope."""
        with self._watched_lock:
            self._watched[scope] = None
        return self._summary(snapshot, scope, as_of(snapshot))

    def choices(self, snapshot: Snapshot, viewer: Viewer) -> Choices:
        """What a viewer can filter by."""
        return self._choices(snapshot, viewer)

    def prepare(self, snapshot: Snapshot) -> None:
        """Count ahead, for a snapshot about to be published, what the pages now open will ask of it.

        Otherwise the script of whoever looks first would pay for every vehicle.
        """
        with self._watched_lock:
            watched = list(self._watched)
        for scope in watched:
            self._choices(snapshot, scope.viewer)
            self._summary(snapshot, scope, as_of(snapshot))

    def search(self, snapshot: Snapshot, viewer: Viewer) -> SearchIndex:
        """What a viewer's vehicles can be found by."""
        return self._index(snapshot, viewer)

    def route(self, prefix: str) -> Route:
        """The route that answers the URLs, below a base path such as `/maps` or ""."""
        return Route(f"{prefix}/feed/vehicles.csv", self.answer, methods=["GET"])

    def answer(self, request: Request) -> Response:
        """CSV for a valid scope; 403 for a missing, altered or expired one; 503 before the first snapshot.

        It is of the snapshot that the URL was minted for, unless that is older than the one before the newest: a
        page has decided by its rows whether they glide.
        """
        scope = self.links.of(request)
        if scope is None:
            return refused()
        version = request.query_params.get("v", "").partition(".")[0]
        minted = (held for held in self._minted if str(held.version) == version)
        snapshot = next(minted, None) or self._snapshot()
        if snapshot is None:
            return not_yet()
        return answer(request, self._body(snapshot, scope, as_of(snapshot)), "text/csv")

    def _pack(self, snapshot: Snapshot, scope: Scope, now: datetime) -> bytes:
        frame = placeable(vehicles_for(scope.viewer, snapshot, scope.filters, now))
        colours = coloured(frame, scope, now, self._slots(scope.viewer))
        return gzip.compress(csv_bytes(drawn(frame, colours, now, metric=scope.metric)), GZIP_LEVEL)

    def _summarise(self, snapshot: Snapshot, scope: Scope, now: datetime) -> Summary:
        return summarise(snapshot, scope, now, self._slots(scope.viewer))


def _new_slots(_viewer: Viewer) -> Slots:
    return Slots()


def _search_index(snapshot: Snapshot, viewer: Viewer) -> SearchIndex:
    return SearchIndex(vehicles_of(viewer, snapshot))


def _of_version(snapshot: Snapshot, scope: Scope, now: datetime) -> tuple[int, Scope, datetime]:
    return snapshot.version, scope, now


def _of_viewer(snapshot: Snapshot, viewer: Viewer) -> tuple[int, Viewer]:
    return snapshot.version, viewer


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """A frame as CSV with one header line."""
    buffer = io.BytesIO()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    pa.csv.write_csv(table, buffer, pa.csv.WriteOptions(quoting_style="needed", quoting_header="none"))
    return buffer.getvalue()
