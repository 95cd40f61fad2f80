"""Which vehicles move, in an order that stays: the map lets rows glide by their number, so none may change places."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dashboard.fleet.freshness import DEFAULT_THRESHOLDS
from dashboard.fleet.geo import Floats, distance
from dashboard.fleet.headings import MOVED_METRES

STRETCH_SECONDS = 300
"""So long a vehicle that has moved counts among those that do, at most: then all are judged anew."""
STANDS = -1
Ordinals = NDArray[np.int32]


class Motion:
    """Remembers, by ordinal, where each vehicle was last, and its place among those that moved in this stretch."""

    def __init__(self) -> None:
        self._lon, self._lat = np.empty(0), np.empty(0)
        self._places = np.empty(0, dtype=np.int32)
        self._next = 0
        self._stretch = 0

    def update(
        self,
        ordinals: Ordinals,
        lon: Floats,
        lat: Floats,
        *,
        live: NDArray[np.bool_],
        speed: Floats,
        at: datetime,
    ) -> Ordinals:
        """Take the positions (degrees, NaN where unknown) and speeds (m/s) at a moment, and give the places.

        A vehicle moves that is live and drives, or is elsewhere than before. Its place is that in which the vehicles
        first moved since the stretch began, `STANDS` if it has not: within a stretch places are only added.
        """
        self._grow(int(ordinals.max(initial=-1)) + 1)
        if (stretch := int(at.timestamp() // STRETCH_SECONDS)) != self._stretch:
            self._stretch, self._next = stretch, 0
            self._places[:] = STANDS
        elsewhere = distance(self._lon[ordinals], self._lat[ordinals], lon, lat) >= MOVED_METRES
        driving = speed >= DEFAULT_THRESHOLDS.moving_speed
        new = ordinals[live & (driving | elsewhere) & (self._places[ordinals] == STANDS)]
        self._places[new] = np.arange(self._next, self._next + len(new), dtype=np.int32)
        self._next += len(new)
        known = ~np.isnan(lon)
        self._lon[ordinals[known]], self._lat[ordinals[known]] = lon[known], lat[known]
        return np.asarray(self._places[ordinals])

    def memory(self, size: int) -> Ordinals:
        """The places that so many vehicles were last given, by ordinal."""
        self._grow(size)
        return self._places

    def restore(self, places: Ordinals, lon: Floats, lat: Floats, at: datetime) -> None:
        """Go on from the places that another one gave at a moment, and from where the vehicles were last."""
        self._places, self._lon, self._lat = places.copy(), lon.copy(), lat.copy()
        self._next = int(places.max(initial=STANDS)) + 1
        self._stretch = int(at.timestamp() // STRETCH_SECONDS)

    def _grow(self, size: int) -> None:
        more = size - len(self._lon)
        if more > 0:
            nowhere = np.full(more, np.nan)
            self._lon, self._lat = np.append(self._lon, nowhere), np.append(self._lat, nowhere)
            self._places = np.append(self._places, np.full(more, STANDS, dtype=np.int32))
