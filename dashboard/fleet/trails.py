"""What a vehicle's history tells: where it drove, where it stopped and for how long, how far and how fast.

Nothing is made up between fixes that are far apart: over a hole of more than 15 minutes there is no line, no
distance and no moving time. A stop may span a hole, and then says how long nobody saw the vehicle.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.fleet.freshness import DEFAULT_THRESHOLDS
from dashboard.fleet.geo import Floats, distance, usable
from dashboard.fleet.stops import Stop, Times, find_stops

GAP_SECONDS = 15 * 60
CREEP = 0.5
"""m/s. What two fixes imply below this is the jitter of a receiver that stands still."""
SHORTEST_STEP = 10.0
"""Seconds. A speed worked out over less is mostly the receiver's error."""


@dataclass(frozen=True, slots=True)
class TrailStats:
    """The numbers of one trail."""

    fixes: int
    dropped: int
    """Fixes that were left out: repeated, without a time, or without a position that can be drawn."""
    gaps: int
    """Holes of more than 15 minutes."""
    distance: float
    """Metres along the trail, without holes and without the jitter of stops."""
    moving_seconds: float
    stopped_seconds: float
    """In stops, the part that lies in holes included."""
    top_speed: float | None
    """m/s; None: cannot be told."""
    top_speed_derived: bool
    """No fix reported a speed, so it was worked out from places and times."""


@dataclass(frozen=True, slots=True, eq=False)
class Trail:
    """The fixes of one vehicle in order of time, and what they tell."""

    vehicle_id: str
    times: Times
    """UTC, microseconds, strictly growing."""
    lon: Floats
    lat: Floats
    speed: Floats
    """m/s as reported; NaN: not reported."""
    stops: tuple[Stop, ...]
    stats: TrailStats

    @property
    def joined(self) -> npt.NDArray[np.bool_]:
        """For each two neighbouring fixes, whether they are close enough in time to be connected."""
        return _seconds_between(self.times) <= GAP_SECONDS


def trails(fixes: pd.DataFrame) -> dict[str, Trail]:
    """Make a trail of each vehicle's fixes.

    `fixes` has the columns `vehicle_id`, `occurred_at` (UTC), `lon`, `lat` (degrees), `speed` (m/s), in any order.
    A sample is told by vehicle and time, as row ids of the API are reused. Vehicles whose fixes are all unusable
    have a trail without points.
    """
    made = {}
    for vehicle_id, rows in fixes.groupby("vehicle_id", sort=False, observed=True):
        made[str(vehicle_id)] = _trail(str(vehicle_id), rows)
    return made


def _trail(vehicle_id: str, rows: pd.DataFrame) -> Trail:
    fixes = rows[rows["occurred_at"].notna().to_numpy() & usable(*_positions(rows))]
    # Of equal times the one with a speed is worth more; otherwise the one that came last.
    fixes = fixes.assign(silent=fixes["speed"].isna()).sort_values(
        ["occurred_at", "silent"], ascending=[True, False], kind="stable"
    )
    fixes = fixes.drop_duplicates("occurred_at", keep="last")
    lon, lat = _positions(fixes)
    times = fixes["occurred_at"].to_numpy(dtype="datetime64[us]")
    speed = fixes["speed"].to_numpy(dtype=np.float64)
    stops = find_stops(times, lon, lat, speed, gap_seconds=GAP_SECONDS)
    stats = _stats(times, lon, lat, speed, stops, dropped=len(rows) - len(fixes))
    return Trail(vehicle_id, times, lon, lat, speed, stops, stats)


def _seconds_between(times: Times) -> Floats:
    """The seconds from each time to the next."""
    return np.diff(times).astype("timedelta64[us]").astype(np.float64) / 1e6


def _positions(rows: pd.DataFrame) -> tuple[Floats, Floats]:
    return rows["lon"].to_numpy(dtype=np.float64), rows["lat"].to_numpy(dtype=np.float64)


def _stats(
    times: Times, lon: Floats, lat: Floats, speed: Floats, stops: tuple[Stop, ...], *, dropped: int
) -> TrailStats:
    seconds, metres = _seconds_between(times), distance(lon[:-1], lat[:-1], lon[1:], lat[1:])
    joined = seconds <= GAP_SECONDS
    inside = np.zeros(len(seconds), dtype=np.bool_)
    for stop in stops:
        inside[stop.first : stop.last] = True
    driven = joined & ~inside
    derived = np.divide(metres, seconds, out=np.zeros_like(metres), where=seconds > 0)
    resting = speed < DEFAULT_THRESHOLDS.moving_speed
    moving = driven & (derived >= CREEP) & ~(resting[:-1] & resting[1:])
    reported = speed[np.isfinite(speed)]
    sure = derived[joined & (seconds >= SHORTEST_STEP)]
    best = reported if len(reported) else sure
    return TrailStats(
        fixes=len(times),
        dropped=dropped,
        gaps=int((~joined).sum()),
        distance=float(metres[driven].sum()),
        moving_seconds=float(seconds[moving].sum()),
        stopped_seconds=float(sum(stop.seconds for stop in stops)),
        top_speed=float(best.max()) if len(best) else None,
        top_speed_derived=not len(reported) and len(sure) > 0,
    )
