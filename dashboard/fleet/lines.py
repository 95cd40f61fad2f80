"""Lines made ready to draw: fewer points, and cut where they cross the antimeridian."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dashboard.fleet.geo import METRES_PER_DEGREE, Floats

LonLat = list[float]

TOLERANCE = 5.0
"""Metres a drawn line may pass beside a fix: no more than a receiver's own error."""


def simplify(lon: Floats, lat: Floats, tolerance: float = TOLERANCE) -> npt.NDArray[np.intp]:
    """Return the indices of the points to draw, first and last included (Ramer, Douglas, Peucker).

    Every point that is left out lies within `tolerance` metres of the drawn line.
    """
    if len(lon) < 3:
        return np.arange(len(lon))
    east = np.unwrap(lon, period=360)
    x = (east - east[0]) * METRES_PER_DEGREE * np.cos(np.radians(lat.mean()))
    y = (lat - lat[0]) * METRES_PER_DEGREE
    kept = np.zeros(len(lon), dtype=np.bool_)
    kept[[0, -1]] = True
    waiting = [(0, len(lon) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        off = _beside(x[first : last + 1], y[first : last + 1])
        worst = int(off.argmax())
        if off[worst] > tolerance:
            kept[first + worst] = True
            waiting += [(first, first + worst), (first + worst, last)]
    return np.flatnonzero(kept)


def cut(points: list[LonLat]) -> Iterator[list[LonLat]]:
    """Cut a line of [lon, lat] where it crosses the antimeridian, at the latitude where it does."""
    piece = points[:1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if abs(x1 - x0) > 180:
            edge = 180.0 if x0 > 0 else -180.0
            ahead = x1 + 2 * edge
            y = y0 + (y1 - y0) * (edge - x0) / (ahead - x0) if ahead != x0 else y0
            yield [*piece, [edge, y]]
            piece = [[-edge, y]]
        piece.append([x1, y1])
    yield piece


def _beside(x: Floats, y: Floats) -> Floats:
    """Return each point's distance to the straight line from the first to the last, between those two."""
    along_x, along_y = x[-1] - x[0], y[-1] - y[0]
    length = along_x**2 + along_y**2
    across_x, across_y = x - x[0], y - y[0]
    share = np.clip((across_x * along_x + across_y * along_y) / length, 0, 1) if length else np.zeros_like(x)
    metres: Floats = np.hypot(across_x - share * along_x, across_y - share * along_y)
    return metres
