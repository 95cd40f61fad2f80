"""In which layer of the map each vehicle is drawn, and in what order: what is drawn later lies above."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.feed.frames import drawable
from dashboard.fleet.freshness import FRESHNESS, LIVE, SILENT, freshness_codes
from dashboard.fleet.motion import STANDS

Layer = Literal["standing", "moving"]
Rows = NDArray[np.intp]
"""Numbers of rows of a frame."""


def rows_of_layers(frame: pd.DataFrame, now: datetime) -> Mapping[Layer, Rows]:
    """The rows of each layer, from the bottom up, of a frame of vehicles; those that cannot be drawn are in none.

    Vehicles that stand: silent ones first, then late ones and wrong clocks, then live ones. Above them those that move,
    in the order in which they began to, so that rows are only added while a stretch lasts.
    """
    places, here = frame["moves"].to_numpy(), drawable(frame)
    standing, moving = np.flatnonzero(here & (places == STANDS)), np.flatnonzero(here & (places != STANDS))
    fresh = freshness_codes(frame, now)[standing]
    height = np.select([fresh == FRESHNESS.index(SILENT), fresh == FRESHNESS.index(LIVE)], [0, 2], default=1)
    return {
        "standing": standing[np.argsort(height, kind="stable")],
        "moving": moving[np.argsort(places[moving])],
    }
