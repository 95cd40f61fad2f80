"""What a row on the map says of a vehicle's speed and of the age of its fix."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.fleet import units
from dashboard.fleet.freshness import FRESHNESS, LIVE, ages, freshness_codes
from dashboard.fleet.motion import into_stretch


def speed_words(speeds: NDArray[np.float64], *, metric: bool) -> pd.Categorical[str]:
    """Each speed (m/s) in words; an unknown one says so."""
    unit = units.KMH if metric else units.MPH
    return _words(
        np.round(speeds / unit) * unit, lambda speed: units.speed(speed, metric=metric), "speed unknown"
    )


def age_words(seconds: NDArray[np.float64]) -> pd.Categorical[str]:
    """Each age (seconds) in words; an unknown one says so."""
    size = np.select([np.abs(seconds) < limit for limit in (60, 3600, 86400)], [1, 60, 3600], default=86400)
    return _words(np.trunc(seconds / size) * size, units.age, "time unknown")


UNDER_TWO_HOURS = "under 2 h ago"


def exact_ages(frame: pd.DataFrame, now: datetime) -> pd.Categorical[str]:
    """The age of each vehicle's fix in words, as old as it is."""
    return age_words(ages(frame, now))


def coarse_ages(frame: pd.DataFrame, now: datetime) -> pd.Categorical[str]:
    """The same in steps that rarely change: of who is live only that, of the others the hours or days.

    They are counted from the beginning of the stretch, so that all change together.
    """
    words = hours_or_days(since_stretch(ages(frame, now), now))
    live = freshness_codes(frame, now) == FRESHNESS.index(LIVE)
    texts = [*words.categories, LIVE]
    codes = np.where(live, len(texts) - 1, words.codes)
    return pd.Categorical.from_codes(codes, categories=pd.Index(texts))


def since_stretch(seconds: NDArray[np.float64], now: datetime) -> NDArray[np.float64]:
    """Ages as they were at the beginning of the stretch; what came since was new."""
    then = seconds - into_stretch(now)
    return np.where((seconds >= 0) & (then < 0), 0.0, then)


def hours_or_days(seconds: NDArray[np.float64]) -> pd.Categorical[str]:
    """Each age in words that are no more exact than hours; what lies ahead, from a wrong clock, as it is."""
    recent = (seconds >= 0) & (seconds < 7200)
    words = age_words(np.where(recent, np.nan, seconds))
    texts = [*words.categories, UNDER_TWO_HOURS]
    codes = np.where(recent, len(texts) - 1, words.codes)
    return pd.Categorical.from_codes(codes, categories=pd.Index(texts))


def _words(
    values: NDArray[np.float64], say: Callable[[float], str | None], unknown: str
) -> pd.Categorical[str]:
    """Say each different value once: values that read alike were made equal before."""
    different, codes = np.unique(values, return_inverse=True)
    words = [say(float(value)) or unknown for value in different]
    labels = list(dict.fromkeys(words))
    place = np.array([labels.index(text) for text in words], dtype=np.int32)
    return pd.Categorical.from_codes(place[codes], categories=pd.Index(labels))
