"""The rows that the map draws: few columns, small numbers and ready texts, so that a browser only paints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.deck import icons
from dashboard.fleet import units
from dashboard.fleet.colours import Colouring
from dashboard.fleet.freshness import FRESHNESS, STATES, ages, freshness_codes, state_codes


class Position(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A position on the map, in degrees; becomes `[lon,lat]`."""

    lon: float
    lat: float


class Row(msgspec.Struct, frozen=True, gc=False):
    """Where one thing on the map is drawn, how, and what its tooltip says."""

    p: Position
    icon: str
    name: str
    fleet: str
    source: str
    speed: str
    age: str


class VehicleRow(Row, frozen=True, gc=False):
    """The same of a vehicle."""

    n: int
    """Its ordinal."""
    angle: int
    """Degrees counter-clockwise, as deck.gl turns icons."""


def vehicle_rows(
    frame: pd.DataFrame, colouring: Colouring, now: datetime, *, metric: bool
) -> list[VehicleRow]:
    """One row per vehicle of a frame in which all can be drawn, in its order."""
    angles = -np.round(np.nan_to_num(frame["heading"].to_numpy(dtype=np.float64))).astype(np.int16)
    columns = (
        positions(frame),
        values(pd.Series(icon_names(shapes(frame, now), colouring))),
        values(frame["name"].mask(frame["name"] == "", "Unnamed vehicle")),
        values(frame["fleet"]),
        values(frame["source_name"]),
        values(pd.Series(speed_words(frame["speed"].to_numpy(dtype=np.float64), metric=metric))),
        values(pd.Series(age_words(ages(frame, now)))),
        frame["ordinal"].tolist(),
        angles.tolist(),
    )
    # No loop of our own: there may be a hundred thousand rows.
    return list(map(VehicleRow, *columns))


def positions(frame: pd.DataFrame) -> list[Position]:
    """The position of each row of a frame in which all have one, to 5 decimals: about a metre."""
    return list(map(Position, *(np.round(frame[name].to_numpy(), 5).tolist() for name in ("lon", "lat"))))


def values(column: pd.Series) -> list[Any]:
    """The values of a column; of one of few different values, each only once in memory."""
    objects: NDArray[np.object_]
    if isinstance(column.dtype, pd.CategoricalDtype):
        objects = column.cat.categories.to_numpy(dtype=object)[column.cat.codes]
    else:
        objects = column.to_numpy(dtype=object)
    listed: list[Any] = objects.tolist()
    return listed


VEHICLE_SHAPES = ("moving", "moving_unknown", "stopped", "unknown", "late", "moving_late", "silent", "clock")


def shapes(frame: pd.DataFrame, now: datetime) -> NDArray[np.int8]:
    """Which of `VEHICLE_SHAPES` each vehicle is drawn with: what it does, and how fresh that knowledge is."""
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
    chosen = [VEHICLE_SHAPES.index(shape) for _, shape in cases]
    return np.select([case for case, _ in cases], chosen, default=VEHICLE_SHAPES.index("unknown")).astype(
        np.int8
    )


def icon_names(shape_codes: NDArray[np.int8], colouring: Colouring) -> pd.Categorical[str]:
    """The name of each vehicle's picture: its shape in its colour."""
    hexes = [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in (entry.colour for entry in colouring.entries)]
    names = [icons.name(shape, colour) for colour in dict.fromkeys(hexes) for shape in VEHICLE_SHAPES]
    place = {colour: position for position, colour in enumerate(dict.fromkeys(hexes))}
    rows = np.array([place[colour] for colour in hexes], dtype=np.int32)
    # Entries may share a colour, and a category may be named once only.
    codes = rows[colouring.codes] * len(VEHICLE_SHAPES) + shape_codes
    return pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype="str"))


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
    words = [say(float(value)) or unknown for value in different]
    labels = list(dict.fromkeys(words))
    place = np.array([labels.index(text) for text in words], dtype=np.int32)
    return pd.Categorical.from_codes(place[codes], categories=pd.Index(labels))
