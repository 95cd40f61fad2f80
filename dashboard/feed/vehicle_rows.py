"""The rows that the map draws: few columns, small numbers and ready texts, so that a browser only paints."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.deck import icons
from dashboard.fleet import units
from dashboard.fleet.colours import Colouring
from dashboard.fleet.freshness import FRESHNESS, LIVE, STATES, ages, freshness_codes, state_codes
from dashboard.fleet.motion import into_stretch


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


class VehicleColumns(NamedTuple):
    """The rows of a layer as columns: what a hash says of them costs a fraction of writing them."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    icon: pd.Categorical[str]
    name: pd.Series[str]
    fleet: pd.Categorical[str]
    source: pd.Categorical[str]
    speed: pd.Categorical[str]
    age: pd.Categorical[str]
    n: NDArray[np.int32]
    angle: NDArray[np.int16]

    def version(self) -> str:
        """A short text that is another if and only if the rows are others."""
        digest = blake2b(digest_size=12)
        for column in self:
            for part in _parts(column):
                digest.update(len(part).to_bytes(8))
                digest.update(part)
        return urlsafe_b64encode(digest.digest()).decode()

    def rows(self) -> list[VehicleRow]:
        """The rows, one per vehicle."""
        lon, lat, *others = (values(column) for column in self)
        # No loop of our own: there may be a hundred thousand rows.
        return list(map(VehicleRow, map(Position, lon, lat), *others))


OF_A_ROW = ("lon", "lat", "name", "fleet", "source_name", "speed", "occurred_at", "heading", "ordinal")
"""The columns of a frame that a row is made of."""


def vehicle_columns(
    frame: pd.DataFrame,
    colouring: Colouring,
    now: datetime,
    *,
    metric: bool,
    age: Callable[[pd.DataFrame, datetime], pd.Categorical[str]],
) -> VehicleColumns:
    """The columns for the vehicles of a frame of `OF_A_ROW` in which all can be drawn; `age` says ages in words."""
    name, heading = frame["name"], frame["heading"].to_numpy(dtype=np.float64)
    return VehicleColumns(
        *places(frame),
        icon=icon_names(shapes(frame, now), colouring),
        name=name.mask(name == "", "Unnamed vehicle"),
        fleet=pd.Categorical(frame["fleet"]),
        source=pd.Categorical(frame["source_name"]),
        speed=speed_words(frame["speed"].to_numpy(dtype=np.float64), metric=metric),
        age=age(frame, now),
        n=frame["ordinal"].to_numpy(np.int32),
        angle=-np.round(np.nan_to_num(heading)).astype(np.int16),
    )


def _parts(column: NDArray[Any] | pd.Categorical[str] | pd.Series[str]) -> Iterator[bytes | memoryview]:
    """What a column holds as bytes; of few different texts only those that a row has, in an order of their own."""
    if isinstance(column, np.ndarray):
        yield column.tobytes()
    elif isinstance(column, pd.Categorical):
        used = np.bincount(column.codes, minlength=len(column.categories)) > 0
        texts = column.categories.to_numpy(dtype=object)[used]
        order = np.argsort(texts)
        ranks = np.zeros(len(used), dtype=np.int32)
        ranks[np.flatnonzero(used)[order]] = np.arange(len(texts))
        yield msgspec.json.encode(texts[order].tolist())
        yield ranks[column.codes].tobytes()
    else:
        yield msgspec.json.encode(column.tolist())


def places(frame: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitudes and latitudes of a frame in which all have them, to 5 decimals: about a metre."""
    lon, lat = (np.round(frame[name].to_numpy(np.float64), 5) + 0.0 for name in ("lon", "lat"))
    return lon, lat


def values(column: NDArray[Any] | pd.Categorical[str] | pd.Series[str]) -> list[Any]:
    """The values of a column; of one of few different values, each only once in memory."""
    if isinstance(column, pd.Categorical):
        column = column.categories.to_numpy(dtype=object)[column.codes]
    listed: list[Any] = column.tolist()
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
