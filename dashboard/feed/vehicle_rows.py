"""The rows that the map draws: few columns, small numbers and ready texts, so that a browser only paints.

Each is written as JSON once for all who may see the same. What a viewer's filters leave is cut out of that, and only
the pictures, whose colours depend on who else is there, are added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dashboard.deck import icons
from dashboard.feed.drawing import Rows
from dashboard.feed.words import speed_words
from dashboard.fleet.colours import Colouring
from dashboard.fleet.filters import Mask
from dashboard.fleet.freshness import FRESHNESS, STATES, Codes, freshness_codes, state_codes


class Position(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A position on the map, in degrees; becomes `[lon,lat]`."""

    lon: float
    lat: float


class VehicleRow(msgspec.Struct, frozen=True, gc=False):
    """Where a vehicle is drawn and what its tooltip says; its `icon` is added when it is sent."""

    p: Position
    name: str
    fleet: str
    source: str
    speed: str
    age: str
    n: int
    """Its ordinal."""
    angle: int
    """Degrees counter-clockwise, as deck.gl turns icons."""


class WrittenRows(NamedTuple):
    """Vehicles in the order in which they are drawn, written as far as it is the same for all."""

    digest: bytes
    """Another one if the texts are others."""
    rows: Rows
    """Those of the frame that they were written from."""
    shapes: Codes
    """Index into `VEHICLE_SHAPES` for each."""
    texts: pa.LargeBinaryArray
    """Each as JSON from behind its first brace, and then a comma and the brace of the next."""

    def cut(self, kept: Mask, colouring: Colouring) -> CutRows:
        """Those of a frame's rows that are kept, in the colours of the rows kept."""
        chosen = kept[self.rows]
        among_kept = np.cumsum(kept)[self.rows[chosen]] - 1
        colours = replace(colouring, codes=colouring.codes[among_kept])
        return CutRows(self, chosen, icon_names(self.shapes[chosen], colours))

    @property
    def nbytes(self) -> int:
        """What they take of memory."""
        return int(self.rows.nbytes + self.shapes.nbytes + self.texts.nbytes)


class CutRows(NamedTuple):
    """Some of them with their pictures."""

    written: WrittenRows
    chosen: Mask
    """Of `written`."""
    pictures: pd.Categorical[str]
    """The icon of each that is chosen."""

    def digest(self) -> bytes:
        """Another one if `json` gives something else; that costs a fraction of it."""
        digest = blake2b(self.written.digest, digest_size=16)
        digest.update(self.chosen.tobytes())
        digest.update(self.pictures.codes.tobytes())
        digest.update("\n".join(self.pictures.categories).encode())
        return digest.digest()

    def json(self) -> bytes:
        """They as a list."""
        if not self.chosen.any():
            return b"[]"
        names = [f'"icon":"{name}",'.encode() for name in self.pictures.categories]
        texts = self.written.texts
        rows = pc.binary_join_element_wise(
            pa.array(names, pa.large_binary()).take(pa.array(self.pictures.codes)),
            texts if self.chosen.all() else texts.filter(pa.array(self.chosen)),
            pa.scalar(b"", pa.large_binary()),
        )
        last = pc.sum(pc.binary_length(rows)).as_py() - len(b",{")
        return b"".join((b"[{", memoryview(rows.buffers()[2])[:last], b"]"))


OF_A_ROW = ("lon", "lat", "name", "fleet", "source_name", "speed", "occurred_at", "heading", "ordinal")
"""The columns of a frame that a row is made of."""


def write(
    frame: pd.DataFrame,
    rows: Rows,
    now: datetime,
    *,
    metric: bool,
    age: Callable[[pd.DataFrame, datetime], pd.Categorical[str]],
) -> WrittenRows:
    """Write some rows of a frame with `OF_A_ROW`, all of which can be drawn; `age` says ages in words."""
    part = frame[list(OF_A_ROW)].iloc[rows]
    name, heading = part["name"], part["heading"].to_numpy(dtype=np.float64)
    columns = (
        map(Position, *map(values, places(part))),
        values(name.mask(name == "", "Unnamed vehicle")),
        values(pd.Categorical(part["fleet"])),
        values(pd.Categorical(part["source_name"])),
        values(speed_words(part["speed"].to_numpy(dtype=np.float64), metric=metric)),
        values(age(part, now)),
        values(part["ordinal"].to_numpy(np.int32)),
        values(-np.round(np.nan_to_num(heading)).astype(np.int16)),
    )
    # No loop of our own: there may be a hundred thousand rows.
    lines = msgspec.json.Encoder().encode_lines(list(map(VehicleRow, *columns)))
    return WrittenRows(blake2b(lines, digest_size=16).digest(), rows, shapes(part, now), _texts(lines))


def _texts(lines: bytes) -> pa.LargeBinaryArray:
    """What `WrittenRows` holds of rows that were written as lines."""
    letters = np.frombuffer(lines + b"{", np.uint8).copy()
    # In JSON the end of a line is nowhere but between rows.
    ends = np.flatnonzero(letters == ord("\n"))
    letters[ends] = ord(",")
    offsets = np.concatenate(([1], ends + len(",{")))
    return pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(ends), [None, pa.py_buffer(offsets), pa.py_buffer(letters)]
    )


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
