"""Histories of vehicles as frames of fixes, and the trails of them."""

from datetime import timedelta

import numpy as np
import pandas as pd

from dashboard.fleet.geo import METRES_PER_DEGREE
from dashboard.fleet.trails import Trail, trails
from tests.dashboard.frames import NOW

METRE = 1 / METRES_PER_DEGREE
"""Degrees of latitude."""


def fixes(*rows: tuple[float | None, float, float, float | None], vehicle: str = "a") -> pd.DataFrame:
    """Rows of (seconds, lon, lat, speed)."""
    frame = pd.DataFrame(rows, columns=["seconds", "lon", "lat", "speed"]).astype("float64")
    times = pd.Series([pd.NaT if s is None or s != s else NOW + timedelta(seconds=s) for s, *_ in rows])
    frame["occurred_at"] = pd.to_datetime(times, utc=True).astype("datetime64[us, UTC]")
    return frame.assign(vehicle_id=vehicle)


def trail(*rows: tuple[float | None, float, float, float | None]) -> Trail:
    return trails(fixes(*rows))["a"]


def drive(
    start: float, seconds: float, lon: float, speed: float, every: float = 60
) -> list[tuple[float, float, float, float]]:
    """Northwards from latitude 10 at a steady speed."""
    steps = int(seconds // every) + 1
    return [(start + n * every, lon, 10 + speed * n * every * METRE, speed) for n in range(steps)]


def stand(
    start: float,
    seconds: float,
    lon: float,
    lat: float,
    *,
    jitter: float = 0,
    every: float = 60,
    speed: float | None = 0.0,
) -> list[tuple[float, float, float, float | None]]:
    spread = np.random.default_rng(3).uniform(-jitter, jitter, (10_000, 2)) * METRE
    return [
        (start + n * every, lon + spread[n][0], lat + spread[n][1], speed)
        for n in range(int(seconds // every) + 1)
    ]
