"""The map's data as bytes: CSV, built once per (snapshot, scope) for all viewers who may see the same.

A browser asks for it by a URL that the script minted for its viewer. The signed scope in that URL says what the
viewer may see and has asked for; it is the only thing the route believes.
"""

from __future__ import annotations

import gzip
import io
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import pyarrow as pa
import pyarrow.csv
from cachetools import LRUCache, TTLCache, cached
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.access import Viewer, vehicles_for, vehicles_of
from dashboard.drawn import drawn
from dashboard.map.colours import Slots
from dashboard.map.filters import Filters
from dashboard.map.search import SearchIndex
from dashboard.scope import Choices, Scope, Summary, as_of, choices, coloured, placeable, summarise
from dashboard.snapshot import Snapshot

LIFE_SECONDS = 600
"""How long a minted URL is answered. A watching page mints a new one with every snapshot."""
REUSE_SECONDS = 300
"""Within this time, viewers with the same scope are given the same URL."""
WATCHED_SECONDS = 60
"""A scope that no page has asked for this long is no longer prepared."""
GZIP_LEVEL = 1


class Feed:
    """Mints URLs and answers them. One per process; its signing key is never stored."""

    def __init__(self, snapshot: Callable[[], Snapshot | None]) -> None:
        self._snapshot = snapshot
        self._signer = URLSafeTimedSerializer(secrets.token_bytes(32), salt="feed")
        # Given a condition, unlike a lock, cachetools lets one thread compute while others wait for its result.
        self._mint = cached(TTLCache(1024, REUSE_SECONDS), condition=threading.Condition())(self._sign)
        self._slots = cached(LRUCache(1024), condition=threading.Condition())(_new_slots)
        self._body = cached(LRUCache(32), _of_version, condition=threading.Condition())(self._pack)
        self._summary = cached(LRUCache(256), _of_version, condition=threading.Condition())(self._summarise)

        self._choices = cached(LRUCache(32), _of_viewer, condition=threading.Condition())(choices)
        self._index = cached(LRUCache(8), _of_viewer, condition=threading.Condition())(_search_index)
        self._watched: TTLCache[Scope, None] = TTLCache(64, WATCHED_SECONDS)
        self._watched_lock = threading.Lock()

    def url(self, snapshot: Snapshot, scope: Scope) -> str:
        """A relative URL of the CSV for a scope; it changes exactly when the data does, or its ages matter."""
        version = f"{snapshot.version}.{as_of(snapshot):%H%M%S}"
        return f"feed/vehicles.csv?{urlencode({'v': version, 'scope': self._mint(scope, version)})}"

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
        """CSV for a valid scope; 403 for a missing, altered or expired one; 503 before the first snapshot."""
        scope = self._read(request.query_params.get("scope", ""))
        if scope is None:
            refusal = "This link to the map's data is not valid or has expired. Reload the page."
            return PlainTextResponse(refusal, 403, {"Cache-Control": "no-store"})
        snapshot = self._snapshot()
        if snapshot is None:
            return PlainTextResponse("No positions have been received yet.", 503, {"Retry-After": "2"})
        packed = self._body(snapshot, scope, as_of(snapshot))
        headers = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, media_type="text/csv", headers={**headers, "Content-Encoding": "gzip"})
        return Response(gzip.decompress(packed), media_type="text/csv", headers=headers)

    def _sign(self, scope: Scope, _version: str) -> str:
        viewer = asdict(scope.viewer)
        viewer["fleets"] = None if scope.viewer.fleets is None else sorted(scope.viewer.fleets)
        return str(self._signer.dumps({**asdict(scope), "viewer": viewer}))

    def _read(self, token: str) -> Scope | None:
        try:
            stated = self._signer.loads(token, max_age=LIFE_SECONDS)
        except BadData:
            return None
        viewer, filters = stated.pop("viewer"), stated.pop("filters")
        fleets = None if viewer["fleets"] is None else frozenset(viewer["fleets"])
        chosen: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in filters.items()
        }
        return Scope(viewer=Viewer(**{**viewer, "fleets": fleets}), filters=Filters(**chosen), **stated)

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
