"""The rows that the map draws: few columns, small numbers and ready texts, so that a browser only paints."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.map.colours import row_colours
from dashboard.map.freshness import FRESHNESS, STATES, freshness_codes, state_codes
from dashboard.map.units import age_words, speed_words
from dashboard.snapshot import Snapshot

if TYPE_CHECKING:
    from dashboard.feed import Scope

LIKE_A_NUMBER = (
    r"^\s*([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|true|false|TRUE|FALSE|\d{4}-\d\d?-\d\d?([T ].*)?)\s*$"
)
GUARD = "\u2060"
"""A word joiner, invisible: deck.gl's CSV reader would turn a vehicle called 0412 into the number 412."""


def drawn(frame: pd.DataFrame, scope: Scope, snapshot: Snapshot, now: datetime) -> pd.DataFrame:
    """One row per vehicle that can be drawn, in the frame's order.

    Columns: `lon`, `lat` (degrees, 5 decimals: about a metre), `n` (ordinal), `angle` (degrees counter-clockwise,
    as deck.gl turns icons), `icon`, `r`, `g`, `b`, and the tooltip's texts `name`, `fleet`, `provider`, `speed`, `age`.
    """
    frame = frame[(frame["unplaceable"] == "").to_numpy()]
    colours = row_colours(frame, scope.color_by, now, dark=scope.dark, everything=snapshot.vehicles)
    heading = frame["heading"].to_numpy(dtype=np.float64)
    return pd.DataFrame(
        {
            "lon": np.round(frame["lon"].to_numpy(), 5),
            "lat": np.round(frame["lat"].to_numpy(), 5),
            "n": frame["ordinal"].to_numpy(),
            "angle": np.where(np.isnan(heading), 0, -np.round(np.nan_to_num(heading))).astype(np.int16),
            "icon": icons(frame, now),
            "r": colours[:, 0],
            "g": colours[:, 1],
            "b": colours[:, 2],
            "name": guarded(frame["name"].mask(frame["name"] == "", "Unnamed vehicle")),
            "fleet": guarded_categories(frame["fleet"]),
            "provider": guarded_categories(frame["provider"]),
            "speed": speed_words(frame["speed"].to_numpy(dtype=np.float64), metric=scope.metric),
            "age": age_words(frame, now),
        }
    )


def icons(frame: pd.DataFrame, now: datetime) -> pd.Categorical:
    """The name of each vehicle's icon: what it does, and how fresh that knowledge is."""
    state = state_codes(frame, now)
    fresh = freshness_codes(frame, now)
    has_heading = ~np.isnan(frame["heading"].to_numpy(dtype=np.float64))
    moving, stopped = STATES.index("moving"), STATES.index("stopped")
    names = ["moving", "moving_unknown", "stopped", "unknown", "silent", "late"]
    codes = np.select(
        [
            fresh == FRESHNESS.index("silent"),
            fresh == FRESHNESS.index("late"),
            (state == moving) & has_heading,
            state == moving,
            state == stopped,
        ],
        [4, 5, 0, 1, 2],
        default=3,
    )
    return pd.Categorical.from_codes(codes, categories=names)


def guarded(column: pd.Series) -> pd.Series:
    """Text that a CSV reader cannot take for a number, a truth value or a date."""
    text = pa.array(column, type=pa.string())
    risky = pc.match_substring_regex(text, LIKE_A_NUMBER)
    return pd.Series(
        pc.if_else(risky, pc.binary_join_element_wise(GUARD, text, ""), text).to_pandas(), dtype="str"
    )


def guarded_categories(column: pd.Series) -> pd.Categorical:
    """The same for a column of few different texts."""
    values = guarded(pd.Series(column.cat.categories, dtype="str"))
    if values.is_unique:
        return pd.Categorical.from_codes(column.cat.codes, categories=values)
    return pd.Categorical(values.to_numpy()[column.cat.codes])
