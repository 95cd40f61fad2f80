"""The trailers on the map as JSON, built once per reading for all who see the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import repeat
from urllib.parse import urlencode

import msgspec
import pandas as pd
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.access.scope import Scope
from dashboard.access.tokens import FeedTokens
from dashboard.access.viewer import Visibility
from dashboard.deck import icons
from dashboard.feed.answers import answer, nothing_yet, refused
from dashboard.feed.codings import Packed
from dashboard.feed.frames import by_version
from dashboard.feed.recent import RecentCache
from dashboard.feed.vehicle_rows import Position, places, values
from dashboard.feed.words import hours_or_days, since_stretch
from dashboard.fleet.colours import Theme
from dashboard.fleet.filters import Filters, mask
from dashboard.fleet.freshness import ages
from dashboard.fleet.snapshot import TrailerSnapshot
from dashboard.runtime.once import once

KEPT_BYTES = 50_000_000
"""Of all trailers that are kept."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """Where a trailer is drawn, how, and what its tooltip says."""

    p: Position
    icon: str
    name: str
    fleet: str
    source: str
    speed: str
    age: str


@dataclass(frozen=True, slots=True)
class TrailerScope:
    """What trailers depend on of a `Scope`: of its filters only fleets, sources and providers."""

    visibility: Visibility
    filters: Filters
    theme: Theme


class TrailerFeed:
    """Makes the trailers' addresses and answers them. One per process."""

    def __init__(self, newest: Callable[[], TrailerSnapshot | None], tokens: FeedTokens) -> None:
        self._newest = newest
        self._tokens = tokens
        self._visible = once(_visible, RecentCache(64), by_version)
        self._drawable = once(self._filter, RecentCache(64), by_version)
        self._rows = once(self._pack, RecentCache(KEPT_BYTES, len), by_version)

    def count(self, snapshot: TrailerSnapshot, scope: Scope) -> int:
        """How many trailers of a scope can be drawn."""
        return len(self._drawable(snapshot, _reduced(scope)))

    def url(self, snapshot: TrailerSnapshot, scope: Scope, session: str = "") -> str:
        """A relative URL of them; it changes exactly when they do."""
        reduced = _reduced(scope)
        query = {"v": self._rows(snapshot, reduced).version, "id": self._tokens.id_of(reduced, session)}
        return f"feed/trailers.json?{urlencode(query)}"

    def route(self, prefix: str) -> Route:
        """The route that answers the URLs, below a base path such as `/maps` or ""."""
        return Route(f"{prefix}/feed/trailers.json", self.answer, methods=["GET"])

    def answer(self, request: Request) -> Response:
        """JSON for a known id; 403 for a missing, made up or expired one; 503 before the first reading."""
        scope, snapshot = self._tokens.entry(request, TrailerScope), self._newest()
        if scope is None:
            return refused()
        return nothing_yet("trailers") if snapshot is None else answer(request, self._rows(snapshot, scope))

    def _filter(self, snapshot: TrailerSnapshot, scope: TrailerScope) -> pd.DataFrame:
        frame = self._visible(snapshot, scope.visibility)
        return frame[mask(frame, scope.filters, snapshot.taken_at) & frame["lon"].notna().to_numpy()]

    def _pack(self, snapshot: TrailerSnapshot, scope: TrailerScope) -> Packed:
        frame, now = self._drawable(snapshot, scope), snapshot.taken_at
        icon = icons.name("trailer", icons.MARK[scope.theme])
        names = frame["name"].mask(frame["name"] == "", "Unnamed trailer")
        words = hours_or_days(since_stretch(ages(frame, now), now))
        columns = (
            map(Position, *map(values, places(frame))),
            repeat(icon),
            values(names),
            values(pd.Categorical(frame["fleet"])),
            values(pd.Categorical(frame["source_name"])),
            # In the place where a vehicle's speed stands in the tooltip.
            repeat("trailer"),
            values(words),
        )
        return Packed.of(list(map(Row, *columns)))


def _visible(snapshot: TrailerSnapshot, visibility: Visibility) -> pd.DataFrame:
    return visibility.of(snapshot.trailers)


def _reduced(scope: Scope) -> TrailerScope:
    """The other filters are about what only vehicles report."""
    filters = scope.filters
    shared = Filters(fleets=filters.fleets, sources=filters.sources, providers=filters.providers)
    return TrailerScope(scope.visibility, shared, scope.theme)
