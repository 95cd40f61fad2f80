"""How fresh a vehicle's last fix is, and what the vehicle was doing then.

A moving vehicle is expected to speak every few minutes; a parked one may sleep for a day. A vehicle without a
speed might be moving, so it is judged like one that moves. A speed nobody reported is unknown, never zero.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.fleet.geo import Floats

LIVE, LATE, SILENT, CLOCK = "live", "late", "silent", "clock"
FRESHNESS = (LIVE, LATE, SILENT, CLOCK)
FRESHNESS_LABELS = {LIVE: "live", LATE: "late", SILENT: "silent", CLOCK: "clock problem"}

MOVING, STOPPED, UNKNOWN = "moving", "stopped", "unknown"
STATES = (MOVING, STOPPED, UNKNOWN, SILENT)
STATE_LABELS = {MOVING: "moving", STOPPED: "stopped", UNKNOWN: "no speed known", SILENT: "silent"}

Codes = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Every limit that decides between live, late and silent, and between moving and stopped."""

    moving_live: timedelta = timedelta(minutes=5)
    """A vehicle that moved, or may have, is live up to this age."""
    moving_late: timedelta = timedelta(hours=4)
    """Then late up to this age, then silent."""
    stopped_live: timedelta = timedelta(hours=24)
    """A stopped vehicle is live up to this age, then silent: it has no duty to speak while it is parked."""
    clock_ahead: timedelta = timedelta(minutes=2)
    """A fix dated further ahead than this is a clock problem."""
    moving_speed: float = 0.2235
    """m/s. Half a mile per hour: what would be displayed as 0 mph is stopped."""


DEFAULT_THRESHOLDS = Thresholds()


def ages(frame: pd.DataFrame, now: datetime) -> Floats:
    """Seconds since each row's last fix: negative when dated ahead of `now`, NaN without a time."""
    occurred = frame["occurred_at"].to_numpy(dtype="datetime64[us]")
    moment = np.datetime64(now.astimezone(UTC).replace(tzinfo=None), "us")
    elapsed = (moment - occurred).astype("timedelta64[us]")
    seconds: Floats = elapsed.astype(np.int64) / 1e6
    seconds[np.isnat(elapsed)] = np.nan
    return seconds


def freshness_codes(frame: pd.DataFrame, now: datetime, thresholds: Thresholds = DEFAULT_THRESHOLDS) -> Codes:
    """Index into `FRESHNESS` for each row. A vehicle that never gave a time is silent."""
    age = ages(frame, now)
    stopped = frame["speed"].to_numpy(dtype=np.float64) < thresholds.moving_speed
    live_until = np.where(
        stopped, thresholds.stopped_live.total_seconds(), thresholds.moving_live.total_seconds()
    )
    late_until = np.where(stopped, 0.0, thresholds.moving_late.total_seconds())
    ahead = age < -thresholds.clock_ahead.total_seconds()
    # A comparison with NaN is false, so a row without a time falls through to silent.
    codes = np.select([ahead, age <= live_until, age <= late_until], [3, 0, 1], default=2)
    return codes.astype(np.int8)


def state_codes(frame: pd.DataFrame, now: datetime, thresholds: Thresholds = DEFAULT_THRESHOLDS) -> Codes:
    """Index into `STATES` for each row: silent wins over the last speed, which says nothing about now."""
    speed = frame["speed"].to_numpy(dtype=np.float64)
    silent = freshness_codes(frame, now, thresholds) == FRESHNESS.index(SILENT)
    codes = np.select(
        [silent, speed >= thresholds.moving_speed, speed < thresholds.moving_speed], [3, 0, 1], default=2
    )
    return codes.astype(np.int8)
