"""What a screen on the wall shows: a few big numbers, and one fleet after the other if asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from dashboard.fleet.freshness import MOVING, STATES, state_codes

CYCLE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Counters:
    """The big numbers."""

    vehicles: int
    moving: int
    fleets: int
    sources: int


def counters(frame: pd.DataFrame, now: datetime) -> Counters:
    """Count a frame of vehicles. A vehicle without a known fleet or source adds none."""
    return Counters(
        vehicles=len(frame),
        moving=int((state_codes(frame, now) == STATES.index(MOVING)).sum()),
        fleets=_different(frame["fleet_id"]),
        sources=_different(frame["source"]),
    )


def fleet_on_show(fleets: Sequence[str], now: datetime, seconds: int = CYCLE_SECONDS) -> str | None:
    """Return the fleet whose turn it is; None without fleets. It follows the clock, so all screens agree."""
    return fleets[int(now.timestamp()) // seconds % len(fleets)] if fleets else None


def _different(values: pd.Series) -> int:
    return int((values.dropna().unique() != "").sum())
