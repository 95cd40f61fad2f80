"""The names that stand beside vehicles on the map, where few are in sight.

The server does not know where a browser looks. So names come as tiles, which a browser asks for only where it looks,
and a tile with many vehicles has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.access.scope import Scope
from dashboard.access.tokens import FeedTokens
from dashboard.access.viewer import Visibility
from dashboard.feed.answers import answer, nothing_yet, refused
from dashboard.feed.codings import Packed
from dashboard.feed.frames import ROWS_OF_A_FRAME, Frames, by_version
from dashboard.feed.recent import RecentCache, RecentSnapshots
from dashboard.feed.watched import Watched
from dashboard.fleet.display_options import MOST_ZOOM
from dashboard.fleet.filters import Filters
from dashboard.fleet.geo import Floats
from dashboard.fleet.snapshot import Snapshot
from dashboard.runtime.once import once

FEW = 40
"""Vehicles: with more in a tile, or on a map that shows all names, these would only cover each other."""
LONGEST = 28
"""Letters of a name that are drawn."""
MOST_CHARACTERS = 600
"""Different ones that a browser is told to draw; each costs it a little when the first name comes into sight."""

LOCATED_ROWS = 1_000_000
"""Vehicles whose places in the tiles are kept, 16 bytes each."""


@dataclass(frozen=True, slots=True)
class NamesScope:
    """What names depend on of a `Scope`."""

    visibility: Visibility
    filters: Filters


class Tile(NamedTuple):
    """A square of the Web Mercator map: one of 2^z by 2^z, counted from the north-west."""

    z: int
    x: int
    y: int


class NamesOf(NamedTuple):
    """The names of one tile of a scope."""

    scope: NamesScope
    tile: Tile


class NamedVehicle(NamedTuple):
    """A vehicle with a name, as the map draws it."""

    ordinal: int
    p: tuple[float, float]
    """Longitude and latitude."""
    name: str


class NamesFeed:
    """Makes the names' addresses and answers them. One per process."""

    def __init__(self, frames: Frames, tokens: FeedTokens, recent: RecentSnapshots, watched: Watched) -> None:
        self._frames = frames
        self._watched = watched
        self._tokens = tokens
        self._recent = recent
        self._located = once(self._locate, RecentCache(LOCATED_ROWS, _rows_of), by_version)
        """`_located(snapshot, visibility)`: how far east and south each vehicle is, from 0 to 1."""
        self._features = once(self._pack, RecentCache(2048), by_version)
        self._characters = once(self._used, RecentCache(32), by_version)

    def named(self, snapshot: Snapshot, scope: Scope) -> list[NamedVehicle]:
        """The vehicles drawn that have a name, by their ordinals; of a scope with few of them."""
        drawn = self._frames.drawn(snapshot, scope.visibility, scope.filters)
        return _named(self._frames.visible(snapshot, scope.visibility).iloc[np.flatnonzero(drawn)])

    def characters(self, snapshot: Snapshot, visibility: Visibility) -> str:
        """What the names of all who may be seen are written with."""
        self._watched.add(self._characters, visibility)
        return self._characters(snapshot, visibility)

    def url(self, snapshot: Snapshot, scope: Scope, session: str = "") -> str:
        """A relative URL of the tiles, with places for `{z}`, `{x}` and `{y}`; it changes when the data does."""
        query = {"v": self._recent.version(snapshot), "id": self._tokens.id_of(_reduced(scope), session)}
        return f"feed/names/{{z}}/{{x}}/{{y}}.json?{urlencode(query)}"

    def route(self, prefix: str) -> Route:
        """The route that answers the URLs, below a base path such as `/maps` or ""."""
        return Route(f"{prefix}/feed/names/{{z}}/{{x}}/{{y}}.json", self.answer, methods=["GET"])

    def answer(self, request: Request) -> Response:
        """GeoJSON features for a known id.

        403 for a missing, made up or expired one; 404 for no tile; 503 before the first snapshot.
        """
        tile = _tile(request.path_params)
        if tile is None:
            return PlainTextResponse("There is no such tile.", 404)
        scope, snapshot = self._tokens.entry(request, NamesScope), self._recent.of(request)
        if scope is None:
            return refused()
        return (
            nothing_yet()
            if snapshot is None
            else answer(request, self._features(snapshot, NamesOf(scope, tile)))
        )

    def _locate(self, snapshot: Snapshot, visibility: Visibility) -> tuple[Floats, Floats]:
        frame = self._frames.visible(snapshot, visibility)
        south = np.arctanh(np.sin(np.radians(frame["lat"].to_numpy()))) / (2 * np.pi)
        return frame["lon"].to_numpy() / 360 + 0.5, 0.5 - south

    def _pack(self, snapshot: Snapshot, asked: NamesOf) -> Packed:
        visibility, (z, x, y) = asked.scope.visibility, asked.tile
        frame = self._frames.visible(snapshot, visibility)
        east, south = self._located(snapshot, visibility)
        here = (np.floor(east * 2**z) % 2**z == x) & (np.floor(south * 2**z) == y)
        inside = np.flatnonzero(here & self._frames.drawn(snapshot, visibility, asked.scope.filters))
        few = _named(frame.iloc[inside]) if len(inside) <= FEW else []
        return Packed.of(
            [
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": vehicle.p},
                    "properties": {"name": vehicle.name},
                }
                for vehicle in few
            ]
        )

    def _used(self, snapshot: Snapshot, visibility: Visibility) -> str:
        return characters(_different(self._frames.visible(snapshot, visibility)["name"]))


def characters(names: Iterable[str]) -> str:
    """What some names are written with, in one order; of very many different ones those with the lowest numbers."""
    return "".join(sorted({*"…", *"".join(names)})[:MOST_CHARACTERS])


def _different(names: pd.Series) -> str:
    """All that some names are written with, without a step in Python for each."""
    column = pa.array(names.array, type=pa.string())
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    together = pa.ListArray.from_arrays(pa.array([0, len(column)], pa.int32()), column)
    written = pc.binary_join(together, "")[0].as_buffer()
    used = np.flatnonzero(np.bincount(np.frombuffer(written, np.uint8), minlength=256)).tolist()
    return "".join(map(chr, used)) if max(used, default=0) < 128 else written.to_pybytes().decode()


def _tile(asked: Mapping[str, str]) -> Tile | None:
    """The tile of an address, if a map can ask for it: numbers of any length would take any time to reckon with."""
    numbers = [asked[name] for name in Tile._fields]
    if not all(re.fullmatch("[0-9]{1,9}", number) for number in numbers):
        return None
    tile = Tile(*map(int, numbers))
    return tile if tile.z <= MOST_ZOOM else None


def _named(frame: pd.DataFrame) -> list[NamedVehicle]:
    lon, lat = (np.round(frame[column].to_numpy(), 5).tolist() for column in ("lon", "lat"))
    return [
        NamedVehicle(ordinal, place, _short(name))
        for ordinal, place, name in zip(
            frame["ordinal"].tolist(), zip(lon, lat, strict=True), frame["name"], strict=True
        )
        if name
    ]


def _rows_of(located: tuple[Floats, Floats]) -> int:
    return len(located[0]) + ROWS_OF_A_FRAME


def _short(name: str) -> str:
    """A name on one line."""
    line = " ".join(name.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _reduced(scope: Scope) -> NamesScope:
    return NamesScope(scope.visibility, scope.filters)
