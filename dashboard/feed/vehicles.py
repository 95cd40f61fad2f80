"""The vehicles on the map as JSON, and the numbers that go with them: built once per snapshot for all who see the same.

A browser asks by an address that a page made for its viewer; what the id in it stands for is all the route believes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, get_args
from urllib.parse import urlencode
from weakref import WeakValueDictionary

from cachetools import LRUCache
from cachetools.keys import hashkey
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.access.scope import Scope
from dashboard.access.tokens import FeedTokens
from dashboard.access.viewer import Visibility
from dashboard.feed.answers import answer, nothing_yet, refused
from dashboard.feed.codings import Packed
from dashboard.feed.drawing import Layer, Rows, rows_of_layers
from dashboard.feed.frames import ROWS_OF_A_FRAME, Frames, by_moment, by_version, placeable
from dashboard.feed.recent import RecentCache, RecentSnapshots
from dashboard.feed.summary import (
    OF_A_COLOUR,
    FacetCounts,
    Summary,
    coloured,
    facet_counts,
    of_any_colour,
    summarise,
)
from dashboard.feed.vehicle_rows import CutRows, WrittenRows, write
from dashboard.feed.watched import Watched
from dashboard.feed.words import coarse_ages, exact_ages
from dashboard.fleet.colours import ColourAssignments, Colouring
from dashboard.fleet.counters import Counters, counters
from dashboard.fleet.search import SearchIndex
from dashboard.fleet.snapshot import Snapshot, as_of
from dashboard.runtime.once import once

KEPT_BYTES = 200_000_000
"""Of all rows that are kept packed; 100,000 vehicles have about two million."""
WRITTEN_BYTES = 250_000_000
"""Of all rows that are kept written; 100,000 vehicles have about 16 million."""
SUMMARY_BYTES = 50_000_000
"""Of all summaries that are kept; one of 100,000 vehicles has 400,000, and there is a new one with each snapshot."""
INDEXED_ROWS = 500_000
"""Rows of all search indexes that are kept."""
KEPT_ROWS = 5_000_000
"""Rows whose place on the map or colour is kept, 8 bytes and one each."""

AGES = {"standing": coarse_ages, "moving": exact_ages}
"""How each layer says ages: a word that changes is a layer that is sent anew."""


class Form(NamedTuple):
    """What the texts of rows depend on."""

    visibility: Visibility
    metric: bool


class VehicleFeed:
    """Makes addresses and answers them, and counts what they show. One per process."""

    def __init__(self, frames: Frames, tokens: FeedTokens, recent: RecentSnapshots, watched: Watched) -> None:
        self._frames = frames
        self._watched = watched
        self._tokens = tokens
        self._recent = recent
        self._assignments = once(_new_assignments, LRUCache(1024), hashkey)
        self._layers = once(self._order, RecentCache(KEPT_ROWS, _rows_of_layers), by_moment)
        """`_layers(snapshot, visibility)`: the rows of each layer."""
        self._written = once(
            self._write, RecentCache(WRITTEN_BYTES, _bytes_of_written, before=False), by_moment
        )
        """`_written(snapshot, form)`: all rows of each layer."""
        self._colours = once(self._colour, RecentCache(KEPT_ROWS, _rows_of_colouring), by_moment)
        """`_colours(snapshot, scope)`: of the rows that are drawn."""
        self.drawn = once(self._draw, RecentCache(KEPT_BYTES, _bytes_of_layers), by_moment)
        """`drawn(snapshot, scope)`: what each layer is sent."""
        self._packed: WeakValueDictionary[bytes, Packed] = WeakValueDictionary()
        self._summary = once(self._summarise, RecentCache(SUMMARY_BYTES, _bytes_of_summary), by_moment)
        self.counters = once(self._count, RecentCache(256), by_moment)
        """`counters(snapshot, scope)`: the big numbers of a wall screen."""
        self.facets = once(self._count_facets, RecentCache(256), by_version)
        """`facets(snapshot, visibility)`: what a viewer can filter by."""
        self.search = once(self._search_index, RecentCache(INDEXED_ROWS, _rows_of), by_version)
        """`search(snapshot, visibility)`: what a viewer's vehicles can be found by."""

    def url(self, snapshot: Snapshot, scope: Scope, layer: Layer, session: str = "") -> str:
        """A relative URL of a layer's rows; it changes exactly when they do."""
        self._watched.add(self.drawn, scope)
        self._recent.hold(snapshot)
        query = {
            "v": self.drawn(snapshot, scope)[layer].version,
            "id": self._tokens.id_of(scope, session),
        }
        return f"feed/vehicles/{layer}.json?{urlencode(query)}"

    def summary(self, snapshot: Snapshot, scope: Scope) -> Summary:
        """The numbers that go with the rows of a scope."""
        self._watched.add(self.facets, scope.visibility)
        self._watched.add(self._summary, scope)
        return self._summary(snapshot, scope)

    def route(self, prefix: str) -> Route:
        """The route that answers the URLs, below a base path such as `/maps` or ""."""
        return Route(f"{prefix}/feed/vehicles/{{layer}}.json", self.answer, methods=["GET"])

    def answer(self, request: Request) -> Response:
        """JSON for a known id; 403 for a missing, made up or expired one, or no layer; 503 before the first snapshot.

        It holds the rows that the URL was made for, unless they are gone: a page has decided by its rows whether they
        glide.
        """
        scope, layer = self._tokens.entry(request, Scope), request.path_params["layer"]
        if scope is None or layer not in get_args(Layer):
            return refused()
        drawn = self._recent.asked_for(request, lambda snapshot: self.drawn(snapshot, scope)[layer])
        return nothing_yet() if drawn is None else answer(request, drawn)

    def _order(self, snapshot: Snapshot, visibility: Visibility) -> Mapping[Layer, Rows]:
        return rows_of_layers(self._frames.visible(snapshot, visibility), as_of(snapshot))

    def _write(self, snapshot: Snapshot, form: Form) -> Mapping[Layer, WrittenRows]:
        frame, now = self._frames.visible(snapshot, form.visibility), as_of(snapshot)
        return {
            layer: write(frame, rows, now, metric=form.metric, age=AGES[layer])
            for layer, rows in self._layers(snapshot, form.visibility).items()
        }

    def _colour(self, snapshot: Snapshot, scope: Scope) -> Colouring:
        # Of all, not of a layer: who gets which colour goes by how many there are.
        frame = self._frames.visible(snapshot, scope.visibility)[list(OF_A_COLOUR)]
        drawn = self._frames.drawn(snapshot, scope.visibility, scope.filters)
        return coloured(frame[drawn], scope, as_of(snapshot), self._assignments(scope.visibility))

    def _draw(self, snapshot: Snapshot, scope: Scope) -> Mapping[Layer, Packed]:
        kept = self._frames.drawn(snapshot, scope.visibility, scope.filters)
        colours = self._colours(snapshot, scope)
        written = self._written(snapshot, Form(scope.visibility, scope.metric))
        return {layer: self._pack(rows.cut(kept, colours)) for layer, rows in written.items()}

    def _pack(self, rows: CutRows) -> Packed:
        """Rows as they were packed of the last snapshot or for other filters, if they are the same."""
        digest = rows.digest()
        packed = self._packed.get(digest)
        if packed is None:
            self._packed[digest] = packed = Packed(rows.json())
        return packed

    def _summarise(self, snapshot: Snapshot, scope: Scope) -> Summary:
        legend = self._colours(snapshot, of_any_colour(scope)).entries
        return summarise(self._frames, snapshot, scope, self._layers(snapshot, scope.visibility), legend)

    def _count(self, snapshot: Snapshot, scope: Scope) -> Counters:
        columns = ("fleet_id", "source", "speed", "occurred_at", "position_error")
        frame = self._frames.filtered(snapshot, scope.visibility, scope.filters, columns)
        return counters(placeable(frame), as_of(snapshot))

    def _count_facets(self, snapshot: Snapshot, visibility: Visibility) -> FacetCounts:
        return facet_counts(self._frames.visible(snapshot, visibility))

    def _search_index(self, snapshot: Snapshot, visibility: Visibility) -> SearchIndex:
        frames = self._frames
        return SearchIndex(frames.visible(snapshot, visibility), frames.texts(snapshot, visibility))


def _bytes_of_summary(summary: Summary) -> int:
    # Beside its order, with legend and notices: a lot for one, so that there are 500 at the most.
    return sum(map(len, summary.drawn.values())) + SUMMARY_BYTES // 500


def _rows_of_layers(layers: Mapping[Layer, Rows]) -> int:
    return sum(map(len, layers.values())) + ROWS_OF_A_FRAME


def _rows_of_colouring(colouring: Colouring) -> int:
    return len(colouring.codes) + ROWS_OF_A_FRAME * len(colouring.entries)


def _bytes_of_written(layers: Mapping[Layer, WrittenRows]) -> int:
    return sum(rows.nbytes + 1000 for rows in layers.values())


def _bytes_of_layers(layers: Mapping[Layer, Packed]) -> int:
    return sum(map(len, layers.values()))


def _rows_of(index: SearchIndex) -> int:
    return len(index.frame) + ROWS_OF_A_FRAME


def _new_assignments(_visibility: Visibility) -> ColourAssignments:
    return ColourAssignments()
