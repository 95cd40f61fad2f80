"""The data of the layers beside the vehicles: hexagons, trailers and trails, each at a signed URL."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from urllib.parse import urlencode

import numpy as np
import pandas as pd
from cachetools import LRUCache, cached
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.access.scope import Scope
from dashboard.access.tokens import FeedTokens
from dashboard.access.viewer import trailers_for, vehicles_for
from dashboard.deck import icons
from dashboard.feed.answers import answer, not_yet, packed, refused
from dashboard.feed.recent import RecentSnapshots
from dashboard.feed.summary import placeable
from dashboard.feed.trail_sets import LINES, STOPS, TrailSet, TrailSets
from dashboard.feed.vehicle_rows import Row, age_words, places, values
from dashboard.fleet import hexagons
from dashboard.fleet.colours import Rgb, step_colours
from dashboard.fleet.freshness import ages
from dashboard.fleet.snapshot import Snapshot, TrailerSnapshot, as_of
from dashboard.ingest.trailers import TrailerPoller


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the hexagons' legend."""

    colour: Rgb
    smallest: int
    largest: int
    """Vehicles in a hexagon of this colour, both included."""
    hexagons: int
    """How many hexagons have it."""


@dataclass(frozen=True, slots=True)
class Hexagons:
    """The hexagons of a scope."""

    packed: bytes
    """Gzipped JSON: a list of `hex` (H3 cell as text), `count`, `color` and the tooltip's texts."""
    steps: tuple[Step, ...]
    vehicles: int
    """All of them together."""
    hexagons: int


class OverlayFeed:
    """Mints the layers' URLs and answers them. One per process."""

    def __init__(
        self,
        links: FeedTokens,
        minted: RecentSnapshots,
        trailers: TrailerPoller,
        trail_sets: TrailSets,
    ) -> None:
        self._links = links
        self._minted = minted
        self._trailers = trailers
        self._trail_sets = trail_sets
        # Given a condition, cachetools lets one thread compute while others wait for its result.
        self._hexagons = cached(LRUCache(16), _of_hexagons, condition=threading.Condition())(count_hexagons)
        self._trailer_rows = cached(LRUCache(16), _of_trailers, condition=threading.Condition())(
            _pack_trailers
        )

    def hexagons(self, snapshot: Snapshot, scope: Scope, size: str) -> Hexagons:
        """The hexagons of a scope, of one of `hexagons.SIZES`."""
        return self._hexagons(snapshot, _without_units(scope), size, as_of(snapshot))

    def hexagons_url(self, snapshot: Snapshot, scope: Scope, size: str) -> str:
        """A relative URL of the hexagons."""
        version = self._minted.version(snapshot)
        token = self._links.mint(_without_units(scope), version)
        return f"feed/hexagons.json?{urlencode({'v': version, 'size': size, 'scope': token})}"

    def trailers_url(self, snapshot: TrailerSnapshot, scope: Scope) -> str:
        """A relative URL of the trailers of a scope."""
        token = self._links.mint(_without_units(scope), f"t{snapshot.version}")
        return f"feed/trailers.json?{urlencode({'v': snapshot.version, 'scope': token})}"

    def trails_url(self, trail_set: TrailSet, scope: Scope, what: str) -> str:
        """A relative URL of the `lines` or `stops` of a set; good only for the set's own viewer."""
        look = Scope(scope.viewer, dark=scope.dark, metric=scope.metric)
        token = self._links.mint(look, trail_set.id)
        return f"feed/trails.json?{urlencode({'what': what, 'set': trail_set.id, 'scope': token})}"

    def routes(self, prefix: str) -> list[BaseRoute]:
        """The routes that answer the URLs, below a base path such as `/maps` or ""."""
        answers = {
            "hexagons.json": self.answer_hexagons,
            "trailers.json": self.answer_trailers,
            "trails.json": self.answer_trails,
        }
        return [Route(f"{prefix}/feed/{name}", reply, methods=["GET"]) for name, reply in answers.items()]

    def answer_hexagons(self, request: Request) -> Response:
        """JSON for a valid scope; 403 for a missing, altered or expired one; 404 for no such size."""
        scope, size = self._links.of(request), request.query_params.get("size", "")
        if scope is None:
            return refused()
        if size not in hexagons.SIZES:
            return PlainTextResponse(f"There are hexagons of the sizes {', '.join(hexagons.SIZES)}.", 404)
        snapshot = self._minted.asked(request)
        if snapshot is None:
            return not_yet()
        return answer(request, self.hexagons(snapshot, scope, size).packed)

    def answer_trailers(self, request: Request) -> Response:
        """JSON for a valid scope; 403 for a missing, altered or expired one."""
        scope = self._links.of(request)
        if scope is None:
            return refused()
        snapshot = self._trailers.state.snapshot
        if snapshot is None:
            return not_yet("No trailers have been received yet.")
        return answer(request, self._trailer_rows(snapshot, _without_units(scope)))

    def answer_trails(self, request: Request) -> Response:
        """JSON for a valid scope of the set's viewer; 403 for any other; 404 when the set was closed."""
        scope, query = self._links.of(request), request.query_params
        if scope is None:
            return refused()
        found = self._trail_sets.find(query.get("set", ""), scope.viewer)
        if found is None or query.get("what") not in {LINES, STOPS}:
            return PlainTextResponse("These trails were closed. Show them again from the map.", 404)
        return answer(request, found.packed(query["what"], dark=scope.dark, metric=scope.metric))


def count_hexagons(snapshot: Snapshot, scope: Scope, size: str, now: datetime) -> Hexagons:
    """Count the vehicles of a scope per hexagon, and colour the hexagons by their counts."""
    frame = placeable(vehicles_for(scope.viewer, snapshot, scope.filters, now))
    found = hexagons.hexagons(frame, hexagons.SIZES[size])
    counts = found["count"].to_numpy()
    # Most vehicles stand out most: bright on a dark map, dark on a light one.
    colours = step_colours(dark=True) if scope.dark else step_colours()[::-1]
    codes = hexagons.steps(counts, len(colours))
    rows = [
        {
            "hex": cell,
            "count": count,
            "color": colours[code],
            "name": "1 vehicle" if count == 1 else f"{count:,} vehicles",
            "label": "in this hexagon",
        }
        for cell, count, code in zip(found["hex"].tolist(), counts.tolist(), codes.tolist(), strict=True)
    ]
    ranges = hexagons.ranges(int(counts.max()), len(colours)) if len(counts) else []
    tally = np.bincount(codes, minlength=len(colours)).tolist()
    steps = tuple(
        Step(colour, smallest, largest, number)
        for colour, (smallest, largest), number in zip(colours, ranges, tally, strict=False)
        if number
    )
    return Hexagons(packed(rows), steps, int(counts.sum()), len(counts))


def drawable_trailers(snapshot: TrailerSnapshot, scope: Scope) -> pd.DataFrame:
    """The trailers of a scope that have a place."""
    frame = trailers_for(scope.viewer, snapshot, scope.filters)
    return frame[frame["lon"].notna().to_numpy()]


def _pack_trailers(snapshot: TrailerSnapshot, scope: Scope) -> bytes:
    frame = drawable_trailers(snapshot, scope)
    icon = icons.name("trailer", icons.MARK["dark" if scope.dark else "light"])
    names = frame["name"].mask(frame["name"] == "", "Unnamed trailer")
    told = (values(column) for column in (names, frame["fleet"], frame["provider"]))
    words = values(pd.Series(age_words(ages(frame, snapshot.taken_at))))
    # "trailer" in the place where a vehicle's speed stands in the tooltip.
    return packed(list(map(Row, places(frame), repeat(icon), *told, repeat("trailer"), words)))


def _without_units(scope: Scope) -> Scope:
    """The parts of a scope that these layers depend on, so that more viewers share them."""
    return Scope(scope.viewer, scope.filters, dark=scope.dark)


def _of_hexagons(
    snapshot: Snapshot, scope: Scope, size: str, now: datetime
) -> tuple[int, Scope, str, datetime]:
    return snapshot.version, scope, size, now


def _of_trailers(snapshot: TrailerSnapshot, scope: Scope) -> tuple[datetime, Scope]:
    return snapshot.taken_at, scope
