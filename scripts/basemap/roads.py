"""Roads, and which of them are main roads: the source has lines alone, neither their class nor their number."""

import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any

from dashboard.deck.basemap import MAX_ZOOM, ROADS_FROM_ZOOM
from scripts.basemap.geometry import Line, Point, joined, simplify
from scripts.basemap.tiles import Tile, cut, pixel

Cell = tuple[int, int]
Step = frozenset[Cell]
CELL = 0.02  # degrees. Lines meet where they come through the same cell: many end a little beside the one they join.
# By rank. All of them at zoom 6 took a computer without a graphics card half its frames.
OTHERS_FROM_ZOOM = {1: 6, 2: 8}
REACH = 8  # cells between a town and the road that leads to it


class Network:
    """Roads as a graph of small cells, in which the shortest way from one town to another can be found."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self._next: dict[Cell, dict[Cell, float]] = {}
        for line in lines:
            for a, b in pairwise(line):
                for one, other in pairwise(_cells(a, b)):
                    self._link(one, other, _length(one, other))
        for end in {_cell(end) for line in lines for end in (line[0], line[-1])}:
            for beside in _around(end, 1):
                if beside in self._next:  # a little longer than it is, since no road is drawn there
                    self._link(end, beside, 1.5 * _length(end, beside))

    def between(self, towns: Iterable[Point], farthest: float) -> set[Step]:
        """The shortest ways from each of these towns to each other one, unless it takes so many degrees."""
        starts = [cell for town in towns if (cell := self._nearest(town))]
        used: set[Step] = set()
        for start in starts:
            back = self._ways_back(start, farthest)
            for end in starts:
                cell = end
                while cell in back and (step := frozenset((cell, back[cell]))) not in used:
                    used.add(step)
                    cell = back[cell]
        return used

    def _link(self, one: Cell, other: Cell, length: float) -> None:
        if one != other:
            for a, b in ((one, other), (other, one)):
                links = self._next.setdefault(a, {})
                links[b] = min(length, links.get(b, math.inf))

    def _nearest(self, town: Point) -> Cell | None:
        at = _cell(town)
        near = [cell for cell in _around(at, REACH) if cell in self._next]
        return min(near, key=lambda cell: (_length(at, cell), cell)) if near else None

    def _ways_back(self, start: Cell, farthest: float) -> dict[Cell, Cell]:
        """Dijkstra: for each cell within reach of `start` the one before it."""
        length, back, todo = {start: 0.0}, {}, [(0.0, start)]
        while todo:
            so_far, cell = heapq.heappop(todo)
            if so_far > length[cell]:
                continue
            for beside, step in self._next[cell].items():
                total = so_far + step
                if total < min(farthest, length.get(beside, math.inf)):
                    length[beside], back[beside] = total, cell
                    heapq.heappush(todo, (total, beside))
        return back


def _cell(point: Point) -> Cell:
    return round(point[0] / CELL), round(point[1] / CELL)


def _cells(a: Point, b: Point) -> list[Cell]:
    """The cells that a stretch of road comes through."""
    steps = max(1, math.ceil(max(abs(a[0] - b[0]), abs(a[1] - b[1])) / CELL))
    return [
        _cell((a[0] + (b[0] - a[0]) * i / steps, a[1] + (b[1] - a[1]) * i / steps)) for i in range(steps + 1)
    ]


def _around(cell: Cell, reach: int) -> Iterator[Cell]:
    for dx in range(-reach, reach + 1):
        for dy in range(-reach, reach + 1):
            yield cell[0] + dx, cell[1] + dy


def _length(a: Cell, b: Cell) -> float:
    """In degrees of latitude."""
    return math.hypot((a[0] - b[0]) * math.cos(math.radians(a[1] * CELL)), a[1] - b[1]) * CELL


def _split(line: Line, ways: Sequence[set[Step]]) -> Iterator[tuple[int, Line]]:
    """A line in parts, each with the first of the ways that it lies on for the most part, or else their number."""

    def first(stretch: tuple[Point, Point]) -> int:
        steps = [frozenset(step) for step in pairwise(_cells(*stretch)) if step[0] != step[1]]
        lies_on = [sum(step in way for step in steps) * 2 > len(steps) for way in ways]
        return [*lies_on, True].index(True)

    for number, stretches in groupby(pairwise(line), key=first):
        found = list(stretches)
        yield number, [found[0][0], *(b for _, b in found)]


def add(lines: list[Line], towns: list[tuple[str, Point, int]], found: dict[Tile, list[Any]]) -> None:
    """Roads from one hub to the next, further in those between larger cities, then all. `towns`: name, place, rank."""
    network = Network(lines)
    ways = [
        network.between((place for _, place, rank in towns if rank < 2), math.inf),
        network.between((place for _, place, rank in towns if rank < 3), 4.0),
    ]
    ranked: list[list[Line]] = [[], [], []]
    for line in lines:
        for rank, part in _split(line, ways):
            ranked[rank].append(part)
    for zoom in range(ROADS_FROM_ZOOM, MAX_ZOOM["lines"] + 1):
        others = [
            line for rank, lowest in OTHERS_FROM_ZOOM.items() if zoom >= lowest for line in ranked[rank]
        ]
        for kind, chosen in (("road", others), ("main", ranked[0])):
            cut(kind, [[simplify(line, _step(zoom))] for line in joined(chosen)], zoom, found)


def _step(zoom: int) -> float:
    """Degrees that a road may be drawn beside its place."""
    if zoom == MAX_ZOOM["lines"]:
        return pixel(zoom) * 0.35  # drawn larger further in
    if zoom < min(OTHERS_FROM_ZOOM.values()):
        return pixel(zoom) * 1.5  # over a continent it is seen where a road leads, not how
    return pixel(zoom)
