"""The heading of each vehicle, computed from successive fixes, since the API sends none."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dashboard.fleet.freshness import DEFAULT_THRESHOLDS
from dashboard.fleet.geo import Floats, bearing, distance

MOVED_METRES = 15.0
"""A heading exists only once a vehicle has moved this far; less is GPS noise."""
FASTEST = 70.0
"""m/s. A vehicle that was faster between two fixes did not drive there: one of the two is wrong."""
HEADING_GAP_SECONDS = DEFAULT_THRESHOLDS.moving_live.total_seconds()
"""Two fixes further apart say nothing of the way between them."""


class Headings:
    """Remembers, by ordinal, the last fix of each vehicle, where it was when it had moved, and its heading then."""

    def __init__(self) -> None:
        self._lon, self._lat, self._heading = np.empty(0), np.empty(0), np.empty(0)
        """Longitude and latitude when it had moved, and the heading since."""
        self._last = np.empty((3, 0))
        """Longitude, latitude and time of the last fix."""

    def update(self, ordinals: NDArray[np.int32], lon: Floats, lat: Floats, at: Floats) -> Floats:
        """Take the newest positions (NaN where unknown), with their times in seconds, and give the headings.

        These are in degrees; NaN where there is none yet, and after a gap or a jump until the next move.
        """
        self._grow(int(ordinals.max(initial=-1)) + 1)
        known = ~np.isnan(lon)
        last_lon, last_lat, last_at = self._last[:, ordinals]
        first = known & np.isnan(last_lon)
        stepped, elapsed = distance(last_lon, last_lat, lon, lat), at - last_at
        torn = (stepped > FASTEST * elapsed) | (elapsed > HEADING_GAP_SECONDS)
        lost = known & ~first & torn & (stepped >= MOVED_METRES)
        far = distance(self._lon[ordinals], self._lat[ordinals], lon, lat) >= MOVED_METRES
        moved = known & ~first & ~lost & far
        course = bearing(self._lon[ordinals[moved]], self._lat[ordinals[moved]], lon[moved], lat[moved])
        self._heading[ordinals[moved]] = course
        self._heading[ordinals[lost]] = np.nan
        anchored = first | lost | moved
        self._lon[ordinals[anchored]] = lon[anchored]
        self._lat[ordinals[anchored]] = lat[anchored]
        self._last[:, ordinals[known]] = lon[known], lat[known], at[known]
        return np.asarray(self._heading[ordinals])

    def memory(self, size: int) -> dict[str, Floats]:
        """What it remembers of so many vehicles, as columns by ordinal."""
        self._grow(size)
        lon, lat, at = self._last
        moved = {"moved_lon": self._lon, "moved_lat": self._lat, "heading": self._heading}
        return {**moved, "last_lon": lon, "last_lat": lat, "last_at": at}

    def restore(self, memory: Mapping[str, Floats]) -> None:
        """Go on from what another one remembered."""
        self._lon, self._lat, self._heading = (
            memory[name].copy() for name in ("moved_lon", "moved_lat", "heading")
        )
        self._last = np.stack([memory[name] for name in ("last_lon", "last_lat", "last_at")])

    def _grow(self, size: int) -> None:
        more = size - len(self._lon)
        if more > 0:
            grown = np.full(more, np.nan)
            self._lon, self._lat, self._heading = (
                np.concatenate([known, grown]) for known in (self._lon, self._lat, self._heading)
            )
            self._last = np.concatenate([self._last, np.full((3, more), np.nan)], axis=1)
