"""Which vehicles move, in an order that stays: the map lets rows glide by their number, so none may change places."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.fleet.freshness import DEFAULT_THRESHOLDS
from dashboard.fleet.geo import Floats, distance
from dashboard.fleet.headings import MOVED_METRES

STRETCH_SECONDS = 300
"""Vehicles are taken from among those that move only at the end of a stretch, and many at once."""
RESTS_STRETCHES = 24
"""Who has not moved for so many, two hours, stands. One that loads or rests may begin again at any moment, and for each
that begins the rows of those that stand are sent anew."""
STANDS = -1
Ordinals = NDArray[np.int32]


def stretch_of(at: datetime) -> int:
    """The number of the stretch that a moment lies in."""
    return int(at.timestamp() // STRETCH_SECONDS)


def into_stretch(at: datetime) -> float:
    """How many seconds a moment lies after the beginning of its stretch."""
    return at.timestamp() % STRETCH_SECONDS


class Motion:
    """Remembers, by ordinal, where each vehicle was last, and its place among those that move."""

    def __init__(self) -> None:
        self._lon, self._lat = np.empty(0), np.empty(0)
        self._places = np.empty(0, dtype=np.int32)
        self._moved = np.empty(0, dtype=np.int32)
        """The stretch in which each has moved last; 0: never seen to."""
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

        A vehicle moves that is live and drives, or may, or is elsewhere than before; for two hours it counts among
        those that do. Its place is that in which the vehicles began to; `STANDS` for the others. Within a stretch
        places are only added.
        """
        self._grow(int(ordinals.max(initial=-1)) + 1)
        if (stretch := stretch_of(at)) != self._stretch:
            self._begin(stretch)
        elsewhere = distance(self._lon[ordinals], self._lat[ordinals], lon, lat) >= MOVED_METRES
        # One without a speed is late or live by whether it has just spoken, so its row changes as often as it speaks.
        may_drive = live & ~(speed < DEFAULT_THRESHOLDS.moving_speed) & ~np.isnan(lat)
        moving = ordinals[may_drive | elsewhere]
        self._moved[moving] = stretch
        new = moving[self._places[moving] == STANDS]
        self._places[new] = np.arange(self._next, self._next + len(new), dtype=np.int32)
        self._next += len(new)
        known = ~np.isnan(lon)
        self._lon[ordinals[known]], self._lat[ordinals[known]] = lon[known], lat[known]
        return np.asarray(self._places[ordinals])

    def memory(self, size: int) -> dict[str, Ordinals]:
        """What so many vehicles are remembered by, by ordinal: the places last given, the stretch each moved in."""
        self._grow(size)
        return {"place": self._places, "moved": self._moved}

    def restore(self, columns: Mapping[str, NDArray[Any]], lon: Floats, lat: Floats, at: datetime) -> None:
        """Go on from what another one remembered at a moment, and from where the vehicles were last."""
        self._places, self._moved = columns["place"].copy(), columns["moved"].copy()
        self._lon, self._lat = lon.copy(), lat.copy()
        self._next = int(self._places.max(initial=STANDS)) + 1
        self._stretch = stretch_of(at)

    def _begin(self, stretch: int) -> None:
        """Take away who rests; the others keep their order."""
        stay = np.flatnonzero((self._places != STANDS) & (self._moved >= stretch - RESTS_STRETCHES))
        stay = stay[np.argsort(self._places[stay])]
        self._places[:] = STANDS
        self._places[stay] = np.arange(len(stay), dtype=np.int32)
        self._stretch, self._next = stretch, len(stay)

    def _grow(self, size: int) -> None:
        more = size - len(self._lon)
        if more > 0:
            nowhere = np.full(more, np.nan)
            self._lon, self._lat = np.append(self._lon, nowhere), np.append(self._lat, nowhere)
            self._places = np.append(self._places, np.full(more, STANDS, dtype=np.int32))
            self._moved = np.append(self._moved, np.zeros(more, dtype=np.int32))
