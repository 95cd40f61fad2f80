"""The rows that the map draws: few columns, small numbers and ready texts, so that a browser only paints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dashboard import icons
from dashboard.map import units
from dashboard.map.colours import Colouring
from dashboard.map.freshness import FRESHNESS, STATES, ages, freshness_codes, state_codes

LIKE_A_NUMBER = (
    r"^\s*([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|true|false|TRUE|FALSE|\d{4}-\d\d?-\d\d?([T ].*)?)\s*$"
)
GUARD = "\u2060"
"""A word joiner, invisible: deck.gl's CSV reader would turn a vehicle called 0412 into the number 412."""


def drawn(frame: pd.DataFrame, colouring: Colouring, now: datetime, *, metric: bool) -> pd.DataFrame:
    """One row per vehicle of a frame in which all can be drawn, in its order.

    Columns: `lon`, `lat` (degrees, 5 decimals: about a metre), `n` (ordinal), `angle` (degrees counter-clockwise,
    as deck.gl turns icons), `icon`, and the tooltip's texts `name`, `fleet`, `provider`, `speed`, `age`.
    """
    heading = frame["heading"].to_numpy(dtype=np.float64)
    return pd.DataFrame(
        {
            "lon": np.round(frame["lon"].to_numpy(), 5),
            "lat": np.round(frame["lat"].to_numpy(), 5),
            "n": frame["ordinal"].to_numpy(),
            "angle": -np.round(np.nan_to_num(heading)).astype(np.int16),
            "icon": icon_names(shapes(frame, now), colouring),
            "name": guarded(frame["name"].mask(frame["name"] == "", "Unnamed vehicle")),
            "fleet": guarded_categories(frame["fleet"]),
            "provider": guarded_categories(frame["provider"]),
            "speed": speed_words(frame["speed"].to_numpy(dtype=np.float64), metric=metric),
            "age": age_words(ages(frame, now)),
        }
    )


SHAPES = ("moving", "moving_unknown", "stopped", "unknown", "late", "moving_late", "silent", "clock")


def shapes(frame: pd.DataFrame, now: datetime) -> NDArray[np.int8]:
    """Which of `SHAPES` each vehicle is drawn with: what it does, and how fresh that knowledge is."""
    state = state_codes(frame, now)
    fresh = freshness_codes(frame, now)
    turned = ~np.isnan(frame["heading"].to_numpy(dtype=np.float64))
    moving = state == STATES.index("moving")
    cases = [
        (fresh == FRESHNESS.index("clock"), "clock"),
        (fresh == FRESHNESS.index("silent"), "silent"),
        ((fresh == FRESHNESS.index("late")) & moving & turned, "moving_late"),
        (fresh == FRESHNESS.index("late"), "late"),
        (moving & turned, "moving"),
        (moving, "moving_unknown"),
        (state == STATES.index("stopped"), "stopped"),
    ]
    chosen = [SHAPES.index(shape) for _, shape in cases]
    return np.select([case for case, _ in cases], chosen, default=SHAPES.index("unknown")).astype(np.int8)


def icon_names(shape_codes: NDArray[np.int8], colouring: Colouring) -> pd.Categorical[str]:
    """The name of each vehicle's picture: its shape in its colour."""
    hexes = [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in (entry.colour for entry in colouring.entries)]
    names = [icons.name(shape, colour) for colour in dict.fromkeys(hexes) for shape in SHAPES]
    place = {colour: position for position, colour in enumerate(dict.fromkeys(hexes))}
    rows = np.array([place[colour] for colour in hexes], dtype=np.int32)
    # Entries may share a colour, and a category may be named once only.
    codes = rows[colouring.codes] * len(SHAPES) + shape_codes
    return pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype="str"))


def guarded(column: pd.Series) -> pd.Series:
    """Text that a CSV reader cannot take for a number, a truth value or a date."""
    text = pa.array(column, type=pa.string())
    risky = pc.match_substring_regex(text, LIKE_A_NUMBER)
    return pd.Series(
        pc.if_else(risky, pc.binary_join_element_wise(GUARD, text, ""), text).to_pandas(), dtype="str"
    )


def guarded_categories(column: pd.Series) -> pd.Categorical[str]:
    """The same for a column of few different texts."""
    values = guarded(pd.Series(column.cat.categories, dtype="str"))
    if values.is_unique:
        return pd.Categorical.from_codes(column.cat.codes, categories=pd.Index(values))
    return pd.Categorical(values.to_numpy()[column.cat.codes])


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


def _words(
    values: NDArray[np.float64], say: Callable[[float], str | None], unknown: str
) -> pd.Categorical[str]:
    """Say each different value once: values that read alike were made equal before."""
    different, codes = np.unique(values, return_inverse=True)
    said = [say(float(value)) or unknown for value in different]
    labels = list(dict.fromkeys(said))
    place = np.array([labels.index(text) for text in said], dtype=np.int32)
    return pd.Categorical.from_codes(place[codes], categories=pd.Index(labels))
