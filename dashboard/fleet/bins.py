"""The classes that speed, fuel and age are sorted into, for the legend and for filters alike.

One table per quantity, so a legend entry and the filter it sets can never disagree. A bin holds its lower
limit and not its upper one. Keys go into links and never change with the viewer's units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf

import numpy as np
import pandas as pd

from dashboard.fleet.freshness import DEFAULT_THRESHOLDS, Codes, ages
from dashboard.fleet.geo import Floats
from dashboard.fleet.units import KMH, MPH


@dataclass(frozen=True, slots=True)
class Bin:
    """Values from `lower` (included) to `upper` (excluded), in m/s, % or seconds; NaN limits: not known."""

    key: str
    lower: float
    upper: float


NOT_KNOWN = Bin("unknown", np.nan, np.nan)

SPEED_BINS = (
    Bin("0", -inf, DEFAULT_THRESHOLDS.moving_speed),
    Bin("15", DEFAULT_THRESHOLDS.moving_speed, 15 * MPH),
    Bin("35", 15 * MPH, 35 * MPH),
    Bin("55", 35 * MPH, 55 * MPH),
    Bin("70", 55 * MPH, 70 * MPH),
    Bin("fast", 70 * MPH, inf),
    NOT_KNOWN,
)
FUEL_BINS = (
    Bin("10", -inf, 10),
    Bin("25", 10, 25),
    Bin("50", 25, 50),
    Bin("75", 50, 75),
    Bin("100", 75, inf),
    NOT_KNOWN,
)
AGE_BINS = (
    Bin("ahead", -inf, -DEFAULT_THRESHOLDS.clock_ahead.total_seconds()),
    Bin("5m", -DEFAULT_THRESHOLDS.clock_ahead.total_seconds(), 300),
    Bin("1h", 300, 3600),
    Bin("4h", 3600, 4 * 3600),
    Bin("1d", 4 * 3600, 86400),
    Bin("7d", 86400, 7 * 86400),
    Bin("older", 7 * 86400, inf),
    NOT_KNOWN,
)
AGE_LABELS = {
    "ahead": "dated in the future",
    "5m": "up to 5 min old",
    "1h": "5 min to 1 h old",
    "4h": "1 to 4 h old",
    "1d": "4 to 24 h old",
    "7d": "1 to 7 days old",
    "older": "over 7 days old",
    "unknown": "of unknown time",
}
FUEL_LABELS = {
    "10": "under 10 %",
    "25": "10 to 25 %",
    "50": "25 to 50 %",
    "75": "50 to 75 %",
    "100": "over 75 %",
    "unknown": "unknown",
}


def keys(bins: Sequence[Bin]) -> tuple[str, ...]:
    """Return the bins' keys, in order."""
    return tuple(each.key for each in bins)


def bin_codes(values: Floats, bins: Sequence[Bin]) -> Codes:
    """Index into `bins` for each value; the last bin takes what is NaN."""
    edges = np.array([each.upper for each in bins[:-2]])
    codes = np.searchsorted(edges, values, side="right")
    codes[np.isnan(values)] = len(bins) - 1
    return codes.astype(np.int8)


def speed_codes(frame: pd.DataFrame) -> Codes:
    """Index into `SPEED_BINS` for each row."""
    return bin_codes(frame["speed"].to_numpy(dtype=np.float64), SPEED_BINS)


def fuel_codes(frame: pd.DataFrame) -> Codes:
    """Index into `FUEL_BINS` for each row."""
    return bin_codes(frame["fuel_level"].to_numpy(dtype=np.float64), FUEL_BINS)


def age_codes(frame: pd.DataFrame, now: datetime) -> Codes:
    """Index into `AGE_BINS` for each row."""
    return bin_codes(ages(frame, now), AGE_BINS)


def speed_labels(*, metric: bool) -> dict[str, str]:
    """Name each bin of speed: the same limits, in km/h or mph."""
    unit, name = (KMH, "km/h") if metric else (MPH, "mph")
    labels = {"0": f"0 {name}"}
    for each in SPEED_BINS[1:-1]:
        lower, upper = f"{each.lower / unit:.0f}", f"{each.upper / unit:.0f}"
        labels[each.key] = f"over {lower} {name}" if each.upper == inf else f"{lower} to {upper} {name}"
    labels["15"] = f"under {SPEED_BINS[1].upper / unit:.0f} {name}"
    return labels | {NOT_KNOWN.key: "unknown"}
