"""Where a vehicle stood for five minutes or more."""

from dataclasses import dataclass
from math import cos, hypot, radians

import numpy as np
import numpy.typing as npt

from dashboard.fleet.freshness import DEFAULT_THRESHOLDS
from dashboard.fleet.geo import METRES_PER_DEGREE, Floats

Times = npt.NDArray[np.datetime64]

SHORTEST_SECONDS = 5 * 60
RADIUS = 75.0
"""Metres around the middle of a stop that a receiver's jitter may stray."""
RADIUS_AT_REST = 150.0
"""The same for a fix that reports standing still: then even a far one is jitter."""
STRAY_SECONDS = 3 * 60
"""A single far fix is a glitch only between two fixes this close: nobody drives off and back in that time."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One stay of five minutes or more."""

    first: int
    """Index of its first fix in the trail."""
    last: int
    """Index of its last fix."""
    start: np.datetime64
    """UTC."""
    seconds: float
    """From the first fix to the last."""
    longest_hole: float
    """Seconds of the longest hole in it (0: none): the vehicle was seen at the same place before and after."""
    lon: float
    lat: float
    """The middle of its fixes, degrees."""


def find_stops(
    times: Times, lon: Floats, lat: Floats, speed: Floats, *, gap_seconds: float
) -> tuple[Stop, ...]:
    """Find the stays in fixes that are ordered by time. One far fix alone does not end a stay.

    A stay may span a hole when the vehicle was at the same place before and after; `longest_hole` says so.
    """
    clock = (
        (times - times[:1]).astype("timedelta64[us]").astype(np.float64) / 1e6 if len(times) else np.zeros(0)
    )
    # Unwrapped, a stay on the antimeridian is in one place.
    turns = np.unwrap(lon, period=360).tolist()
    rests = (speed < DEFAULT_THRESHOLDS.moving_speed).tolist()
    seconds, heights = clock.tolist(), lat.tolist()
    stops = []
    start = 0
    while start < len(seconds):
        end, middle = _stay(start, seconds, turns, heights, rests)
        if seconds[end] - seconds[start] >= SHORTEST_SECONDS:
            steps = np.diff(clock[start : end + 1])
            east = (middle[0] + 180) % 360 - 180
            hole = float(steps.max()) if steps.max() > gap_seconds else 0.0
            length = seconds[end] - seconds[start]
            stops.append(Stop(start, end, times[start], length, hole, east, middle[1]))
            start = end
        start += 1
    return tuple(stops)


def _stay(
    start: int, seconds: list[float], lon: list[float], lat: list[float], rests: list[bool]
) -> tuple[int, tuple[float, float]]:
    """Return the last fix that is still where the vehicle was at `start`, and the middle of those fixes."""
    x, y, count, last = lon[start], lat[start], 1, start
    shrink = cos(radians(y))
    for position in range(start + 1, len(lon)):
        limit = RADIUS_AT_REST if rests[position] else RADIUS
        off = METRES_PER_DEGREE * hypot((lon[position] - x) * shrink, lat[position] - y)
        if off <= limit:
            count += 1
            x += (lon[position] - x) / count
            y += (lat[position] - y) / count
            last = position
        elif position - last >= 2 or seconds[min(position + 1, len(lon) - 1)] - seconds[last] > STRAY_SECONDS:
            break
    return last, (x, y)
