"""Hexagons in place of vehicles: how many there are where, counted once per snapshot for all who see the same."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
import pandas as pd
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.access.scope import Scope
from dashboard.access.tokens import FeedTokens
from dashboard.access.viewer import Visibility
from dashboard.feed.answers import answer, nothing_yet, refused
from dashboard.feed.codings import Packed
from dashboard.feed.frames import Frames, by_moment, placeable
from dashboard.feed.recent import RecentCache, RecentSnapshots
from dashboard.fleet import hexagons
from dashboard.fleet.colours import Rgb, Theme, step_colours
from dashboard.fleet.filters import Filters
from dashboard.fleet.snapshot import Snapshot
from dashboard.runtime.once import once

KEPT_BYTES = 50_000_000
"""Of all hexagons that are kept."""


@dataclass(frozen=True, slots=True)
class HexagonScope:
    """What hexagons depend on of a `Scope`, and their size, one of `hexagons.SIZES`."""

    visibility: Visibility
    filters: Filters
    theme: Theme
    size: str


@dataclass(frozen=True, slots=True)
class LegendClass:
    """One line of the hexagons' legend."""

    colour: Rgb
    smallest: int
    largest: int
    """Vehicles in a hexagon of this colour, both included."""


@dataclass(frozen=True, slots=True)
class Hexagons:
    """The hexagons of a scope."""

    packed: Packed
    """A list of `hex` (H3 cell as text), `count`, `color` and the tooltip's texts."""
    legend: tuple[LegendClass, ...]
    vehicles: int
    """All of them together."""
    hexagons: int

    @property
    def version(self) -> str:
        """Another one if and only if the hexagons are others."""
        return self.packed.version


class HexagonFeed:
    """Makes the hexagons' addresses and answers them. One per process."""

    def __init__(self, frames: Frames, tokens: FeedTokens, recent: RecentSnapshots) -> None:
        self._frames = frames
        self._tokens = tokens
        self._recent = recent
        self._hexagons = once(self._count, RecentCache(KEPT_BYTES, _bytes_of), by_moment)

    def hexagons(self, snapshot: Snapshot, scope: Scope, size: str) -> Hexagons:
        """The hexagons of a scope."""
        return self._hexagons(snapshot, _reduced(scope, size))

    def url(self, snapshot: Snapshot, scope: Scope, size: str, session: str = "") -> str:
        """A relative URL of them; it changes exactly when they do."""
        self._recent.hold(snapshot)
        reduced = _reduced(scope, size)
        query = {"v": self._hexagons(snapshot, reduced).version, "id": self._tokens.id_of(reduced, session)}
        return f"feed/hexagons.json?{urlencode(query)}"

    def route(self, prefix: str) -> Route:
        """The route that answers the URLs, below a base path such as `/maps` or ""."""
        return Route(f"{prefix}/feed/hexagons.json", self.answer, methods=["GET"])

    def answer(self, request: Request) -> Response:
        """JSON for a known id; 403 for a missing, made up or expired one; 503 before the first snapshot."""
        scope = self._tokens.entry(request, HexagonScope)
        if scope is None:
            return refused()
        found = self._recent.asked_for(request, lambda snapshot: self._hexagons(snapshot, scope))
        return nothing_yet() if found is None else answer(request, found.packed)

    def _count(self, snapshot: Snapshot, scope: HexagonScope) -> Hexagons:
        frame = self._frames.filtered(
            snapshot, scope.visibility, scope.filters, ("lon", "lat", "h3", "position_error")
        )
        return count_hexagons(placeable(frame), scope.size, scope.theme)


def count_hexagons(frame: pd.DataFrame, size: str, theme: Theme) -> Hexagons:
    """Count vehicles that can all be drawn per hexagon, and colour the hexagons by their counts."""
    cells = hexagons.hexagons(frame, hexagons.SIZES[size])
    counts = cells["count"].to_numpy()
    # Most vehicles stand out most: bright on a dark map, dark on a light one.
    colours = step_colours(theme=theme)[:: 1 if theme == "dark" else -1]
    codes = hexagons.count_classes(counts, len(colours))
    rows = [
        {
            "hex": cell,
            "count": count,
            "color": colours[code],
            "name": "1 vehicle" if count == 1 else f"{count:,} vehicles",
            "label": "in this hexagon",
        }
        for cell, count, code in zip(cells["hex"].tolist(), counts.tolist(), codes.tolist(), strict=True)
    ]
    ranges = hexagons.class_ranges(int(counts.max()), len(colours)) if len(counts) else []
    used = np.bincount(codes, minlength=len(colours)).tolist()
    legend = tuple(
        LegendClass(colour, smallest, largest)
        for colour, (smallest, largest), number in zip(colours, ranges, used, strict=False)
        if number
    )
    return Hexagons(Packed.of(rows), legend, int(counts.sum()), len(counts))


def _bytes_of(hexagons: Hexagons) -> int:
    return len(hexagons.packed) + 1000  # with their legend


def _reduced(scope: Scope, size: str) -> HexagonScope:
    return HexagonScope(scope.visibility, scope.filters, scope.theme, size)
