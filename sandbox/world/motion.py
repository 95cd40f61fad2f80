"""Where a vehicle is at any moment: a closed form of (vehicle, time), so history agrees with the present.

A vehicle repeats a cycle: it speeds up, cruises with a slow wave in its speed, brakes, and stands. Distance
is the exact integral of speed; position is that distance folded back and forth over a section of its road.
Fixes lie on a grid of the vehicle's own interval; standing still it keeps the first and every `sparse`-th.
"""

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sandbox.world.paths import Roads

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EPOCH = 1_780_272_000.0  # 2026-06-01T00:00:00Z, the zero of all cycles; seconds since 1970


class State(NamedTuple):
    """Vehicles at moments: degrees, m/s, metres, percent, hours; `place` indexes `PLACES`."""

    lon: Floats
    lat: Floats
    place: Ints
    speed: Floats
    odometer: Floats
    fuel_level: Floats
    engine_hours: Floats


@dataclass(frozen=True)
class Motion:
    """Parameters of n vehicles, one float64 array of shape (n,) each; metres, seconds, m/s."""

    section_start: Floats
    section_length: Floats
    distance_offset: Floats
    period: Floats
    drive: Floats
    ramp: Floats
    cruise: Floats
    wave: Floats
    waves: Floats
    cycle_offset: Floats
    odometer_offset: Floats
    hours_offset: Floats
    legs_per_tank: Floats
    tank_offset: Floats
    interval: Floats
    sparse: Floats

    def take(self, rows: Ints) -> "Motion":
        """Return the parameters of some vehicles; `rows` may repeat one."""
        return Motion(*(getattr(self, field.name)[rows] for field in fields(self)))

    def join(self, *others: "Motion") -> "Motion":
        """Return these vehicles, then the others'."""
        return Motion(
            *(np.concatenate([getattr(part, f.name) for part in (self, *others)]) for f in fields(self))
        )

    def _cycle(self, t: Floats) -> tuple[Floats, Floats]:
        """Return the number of the cycle and seconds since it began."""
        elapsed = t - EPOCH + self.cycle_offset
        number = np.floor(elapsed / self.period)
        return number, elapsed - number * self.period

    def _drive(self, since: Floats) -> tuple[Floats, Floats]:
        """Return metres driven in a cycle and speed, `since` seconds into it, without branches."""
        up = np.minimum(since, self.ramp)
        left = np.clip(self.drive - since, 0.0, self.ramp)
        span = self.drive - 2 * self.ramp
        cruising = np.clip(since - self.ramp, 0.0, span)
        turn = 2 * np.pi * self.waves / span
        metres = self.cruise * (
            up**2 / (2 * self.ramp)
            + cruising
            + self.wave / turn * (1 - np.cos(turn * cruising))
            + self.ramp / 2
            - left**2 / (2 * self.ramp)
        )
        speed = self.cruise * np.minimum(up, left) / self.ramp * (1 + self.wave * np.sin(turn * cruising))
        return metres, speed

    def state(self, t: Floats, roads: Roads) -> State:
        """Return the vehicles at epoch seconds `t`, shape (n,)."""
        number, since = self._cycle(t)
        metres, speed = self._drive(since)
        leg = self.cruise * (self.drive - self.ramp)
        driven = number * leg + metres
        fold = np.mod(driven + self.distance_offset, 2 * self.section_length)
        along = self.section_length - np.abs(fold - self.section_length)
        lon, lat, place = roads.locate(self.section_start + along)
        tank_legs = np.mod(number + self.tank_offset, self.legs_per_tank) + metres / np.maximum(leg, 1.0)
        hours = (number * self.drive + np.minimum(since, self.drive)) / 3600
        return State(
            lon,
            lat,
            place,
            speed,
            self.odometer_offset + driven,
            97.0 - 84.0 * tank_legs / self.legs_per_tank,
            self.hours_offset + np.where(self.cruise > 0, hours, 0.0),
        )

    def _moving(self, t: Floats) -> NDArray[np.bool_]:
        return (self._cycle(t)[1] < self.drive) & (self.cruise > 0)

    def latest(self, until: Floats) -> Floats:
        """Return epoch seconds of each vehicle's newest fix at or before `until`."""
        k = np.floor((until - EPOCH) / self.interval)
        t = EPOCH + k * self.interval
        moving = self._moving(t)
        since = self._cycle(t)[1]
        stopped_at = t - since + self.drive
        first = np.ceil((stopped_at - EPOCH) / self.interval)
        sparse = np.floor(k / self.sparse) * self.sparse
        standing = np.where(self.cruise > 0, np.maximum(first, sparse), sparse)
        return EPOCH + np.where(moving, k, np.minimum(standing, k)) * self.interval

    def fixes(self, begin: float, end: float) -> Floats:
        """Return epoch seconds of the fixes of **one** vehicle in [begin, end), ascending."""
        interval, sparse = float(self.interval[0]), float(self.sparse[0])
        first_k, after_k = (int(np.ceil((edge - EPOCH) / interval)) for edge in (begin, end))
        k = np.arange(first_k, after_k).astype(np.float64)
        t = EPOCH + k * interval
        moving = self._moving(t)
        first = ~moving & self._moving(t - interval)
        kept: Floats = t[moving | first | (np.mod(k, sparse) == 0)]
        return kept
