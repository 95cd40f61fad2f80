"""The roads of the United States as vehicles drive them: long routes, and local routes around each city.

`roads.npz` holds them as `scripts/build_roads.py` made them: edges between junctions, long routes as sequences of
edges (`~edge` is driven backwards), and local routes as lines of their own, equally many for each city.
"""

from importlib.resources import as_file, files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_UNIT = 1e4  # coordinates are whole ten-thousandths of a degree
MAIN_ROUTES, STREET_ROUTES = 24, 72
"""Local routes of one city: along its main roads, then beside them, all on land."""


class Lines(NamedTuple):
    """Lines end to end: degrees and the nearest of `TOWNS` for each point, and how many points each line has."""

    lon: Floats
    lat: Floats
    place: Ints
    points: Ints


def load() -> tuple[Lines, Lines]:
    """Return the long routes and the local routes of all cities."""
    with as_file(files("sandbox.world").joinpath("roads.npz")) as path, np.load(path) as data:
        edges = _lines(data["steps"], data["place"], data["points"])
        local = _lines(data["local_steps"], data["local_place"], data["local_points"])
        return _routes(edges, data["routes"], data["route_edges"].astype(np.int64)), local


def _lines(steps: Ints, place: Ints, points: Ints) -> Lines:
    lon, lat = np.cumsum(steps, axis=1, dtype=np.int64) / _UNIT
    return Lines(lon, lat, place.astype(np.int64), points.astype(np.int64))


def _routes(edges: Lines, driven: NDArray[np.int16], per_route: Ints) -> Lines:
    """Lay edges one after another; the junction between two is taken once."""
    backwards = driven < 0
    edge = np.where(backwards, ~driven, driven)
    first, size = (np.cumsum(edges.points) - edges.points)[edge], edges.points[edge]
    opening = np.zeros(len(edge), dtype=bool)
    opening[np.cumsum(per_route) - per_route] = True
    size -= ~opening  # others begin behind their junction
    within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(~opening, size)
    last = np.repeat(edges.points[edge] - 1, size)
    point = np.repeat(first, size) + np.where(np.repeat(backwards, size), last - within, within)
    per_edge = np.concatenate([[0], np.cumsum(size)])
    ends = np.concatenate([[0], np.cumsum(per_route)])
    return Lines(edges.lon[point], edges.lat[point], edges.place[point], np.diff(per_edge[ends]))
