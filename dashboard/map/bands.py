"""The classes that speed, fuel and age are sorted into, for the legend and for filters alike.

One table per quantity, so a legend entry and the filter it sets can never disagree. A band holds its lower
limit and not its upper one. Keys go into links and never change with the viewer's units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf

import numpy as np
import pandas as pd

from dashboard.map.freshness import DEFAULT_THRESHOLDS, Codes, Floats, ages
from dashboard.map.units import KMH, MPH


@dataclass(frozen=True, slots=True)
class Band:
    """Values from `lower` (included) to `upper` (excluded), in m/s, % or seconds; NaN limits: not known."""

    key: str
    lower: float
    upper: float


NOT_KNOWN = Band("unknown", np.nan, np.nan)

SPEED_BANDS = (
    Band("0", -inf, DEFAULT_THRESHOLDS.moving_speed),
    Band("15", DEFAULT_THRESHOLDS.moving_speed, 15 * MPH),
    Band("35", 15 * MPH, 35 * MPH),
    Band("55", 35 * MPH, 55 * MPH),
    Band("70", 55 * MPH, 70 * MPH),
    Band("fast", 70 * MPH, inf),
    NOT_KNOWN,
)
FUEL_BANDS = (
    Band("10", -inf, 10),
    Band("25", 10, 25),
    Band("50", 25, 50),
    Band("75", 50, 75),
    Band("100", 75, inf),
    NOT_KNOWN,
)
AGE_BANDS = (
    Band("ahead", -inf, -DEFAULT_THRESHOLDS.clock_ahead.total_seconds()),
    Band("5m", -DEFAULT_THRESHOLDS.clock_ahead.total_seconds(), 300),
    Band("1h", 300, 3600),
    Band("4h", 3600, 4 * 3600),
    Band("1d", 4 * 3600, 86400),
    Band("7d", 86400, 7 * 86400),
    Band("older", 7 * 86400, inf),
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


def keys(bands: Sequence[Band]) -> tuple[str, ...]:
    """Return the bands' keys, in order."""
    return tuple(band.key for band in bands)


def band_codes(values: Floats, bands: Sequence[Band]) -> Codes:
    """Index into `bands` for each value; the last band takes what is NaN."""
    edges = np.array([band.upper for band in bands[:-2]])
    codes = np.searchsorted(edges, values, side="right")
    codes[np.isnan(values)] = len(bands) - 1
    return codes.astype(np.int8)


def speed_codes(frame: pd.DataFrame) -> Codes:
    """Index into `SPEED_BANDS` for each row."""
    return band_codes(frame["speed"].to_numpy(dtype=np.float64), SPEED_BANDS)


def fuel_codes(frame: pd.DataFrame) -> Codes:
    """Index into `FUEL_BANDS` for each row."""
    return band_codes(frame["fuel_level"].to_numpy(dtype=np.float64), FUEL_BANDS)


def age_codes(frame: pd.DataFrame, now: datetime) -> Codes:
    """Index into `AGE_BANDS` for each row."""
    return band_codes(ages(frame, now), AGE_BANDS)


def speed_labels(*, metric: bool) -> dict[str, str]:
    """Name each speed band: the same limits, in km/h or mph."""
    unit, name = (KMH, "km/h") if metric else (MPH, "mph")
    labels = {"0": f"0 {name}"}
    for band in SPEED_BANDS[1:-1]:
        lower, upper = f"{band.lower / unit:.0f}", f"{band.upper / unit:.0f}"
        labels[band.key] = f"over {lower} {name}" if band.upper == inf else f"{lower} to {upper} {name}"
    labels["15"] = f"under {SPEED_BANDS[1].upper / unit:.0f} {name}"
    return labels | {NOT_KNOWN.key: "unknown"}
