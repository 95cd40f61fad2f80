"""The vehicles of a map as a list: searched, sorted and cut into pages on the server.

All viewers' lists are made from one snapshot, which is replaced after 30 seconds or when somebody asks for it, so
that people who look at the same list share the work of sorting it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.access.viewer import Visibility
from dashboard.feed.frames import Frames, by_moment
from dashboard.feed.recent import RecentCache
from dashboard.fleet import search, units
from dashboard.fleet.filters import Filters
from dashboard.fleet.freshness import (
    FRESHNESS,
    FRESHNESS_LABELS,
    STATE_LABELS,
    STATES,
    ages,
    freshness_codes,
    state_codes,
)
from dashboard.fleet.snapshot import Snapshot, as_of
from dashboard.runtime.once import once

KEPT_SECONDS = 30
PAGE_SIZES = (25, 100, 500)
COLUMNS = {
    "name": "Vehicle",
    "fleet": "Fleet",
    "source_name": "Source",
    "state": "State",
    "fix": "Last fix",
    "speed": "Speed",
    "place": "Place",
    "driver": "Driver",
    "plate": "Plate",
    "drawn": "On the map",
}
"""What a list says of a vehicle, and what it can be sorted by."""

RowNumbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list shows, and in what order."""

    visibility: Visibility
    filters: Filters = Filters()
    text: str = ""
    """Every word must occur in the name, VIN, plate, driver or fleet."""
    by: str = "name"
    """One of `COLUMNS`."""
    descending: bool = False


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list."""

    taken_at: datetime
    """When its positions were received, aware UTC."""
    total: int
    """Vehicles on all pages."""
    number: int
    """Counted from 0; the nearest that there is to the one asked for."""
    pages: int
    """At least 1."""
    ids: Sequence[str]
    """Vehicle ids, row by row."""
    cells: pd.DataFrame
    """The same rows as text, with the labels of `COLUMNS`."""


class VehicleLists:
    """The lists of one process."""

    def __init__(self, newest: Callable[[], Snapshot | None], frames: Frames) -> None:
        self._newest = newest
        self._frames = frames
        self._held: Snapshot | None = None
        self._lock = threading.Lock()
        self.rows = once(self._ordered, RecentCache(64), by_moment)
        """`rows(snapshot, query)`: the positions of all rows asked for, in order, in the frame of what may be seen."""
        self.page = once(self._page, RecentCache(64), _page_key)
        """`page(snapshot, query, number, size, metric=…)`: one page of `size` rows, 500 at most."""

    def snapshot(self, *, refresh: bool = False) -> Snapshot | None:
        """The snapshot that lists are made from; None before there is any."""
        with self._lock:
            held = self._held
            old = held is None or datetime.now(UTC) - held.taken_at > timedelta(seconds=KEPT_SECONDS)
            if refresh or old:
                self._held = self._newest()
            return self._held

    def _page(
        self, snapshot: Snapshot, query: ListQuery, number: int, size: int, *, metric: bool
    ) -> ListPage:
        rows = self.rows(snapshot, query)
        size = min(size, PAGE_SIZES[-1])
        pages = max(1, -(-len(rows) // size))
        number = min(max(0, number), pages - 1)
        visible = self._frames.visible(snapshot, query.visibility)
        chosen = visible.iloc[rows[number * size : (number + 1) * size]]
        ids = chosen["vehicle_id"].tolist()
        words = cells(chosen, as_of(snapshot), columns_for(query.visibility), metric=metric)
        return ListPage(snapshot.taken_at, len(rows), number, pages, ids, words)

    def page_of(self, snapshot: Snapshot, query: ListQuery, vehicle_id: str, size: int) -> int | None:
        """The number of the page that a vehicle is on; None when it is on none."""
        rows, visible = self.rows(snapshot, query), self._frames.visible(snapshot, query.visibility)
        position = np.flatnonzero((visible["vehicle_id"] == vehicle_id).to_numpy()[rows])
        return int(position[0]) // min(size, PAGE_SIZES[-1]) if len(position) else None

    def _ordered(self, snapshot: Snapshot, query: ListQuery) -> RowNumbers:
        frame = self._frames.filtered(snapshot, query.visibility, query.filters)
        chosen = ordered(frame, query, as_of(snapshot))["ordinal"].to_numpy()
        visible = self._frames.visible(snapshot, query.visibility)
        rows: RowNumbers = np.searchsorted(visible["ordinal"].to_numpy(), chosen)
        return rows


def _page_key(
    snapshot: Snapshot, query: ListQuery, number: int, size: int, *, metric: bool
) -> tuple[object, ...]:
    return by_moment(snapshot, (query, number, size, metric))


def columns_for(visibility: Visibility) -> dict[str, str]:
    """Those of `COLUMNS` that a viewer may see."""
    return {name: label for name, label in COLUMNS.items() if name not in visibility.unseen}


def ordered(frame: pd.DataFrame, query: ListQuery, now: datetime) -> pd.DataFrame:
    """The rows of a frame that a search leaves, in the order asked for; what is unknown comes last."""
    if query.text:
        frame = frame[search.mentions(search.columns(frame), query.text)]
    direction = "descending" if query.descending else "ascending"
    # Stable, and nulls come last in either direction.
    order = pc.sort_indices(pa.table({"key": sort_key(frame, query.by, now)}), sort_keys=[("key", direction)])
    rows: pd.DataFrame = frame.iloc[order.to_numpy()]
    return rows


def sort_key(frame: pd.DataFrame, by: str, now: datetime) -> pa.Array:
    """What a column is sorted by; null where nothing is known."""
    if by == "speed":
        return pa.array(frame["speed"].to_numpy(dtype=np.float64), from_pandas=True)
    if by == "fix":
        return pa.array(ages(frame, now), from_pandas=True)
    if by == "state":
        return pa.array(state_codes(frame, now))
    texts = pa.array(frame["position_error" if by == "drawn" else by].astype("str"), pa.string())
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if by == "drawn":
        return texts
    # Numbers in names by their value: Truck 9 before Truck 10.
    digits = "0" * 18
    folded = pc.replace_substring_regex(pc.utf8_lower(texts), pattern=r"(\d+)", replacement=digits + r"\1")
    folded = pc.replace_substring_regex(folded, pattern=r"\d*(\d{18})", replacement=r"\1")
    return pc.replace_with_mask(folded, pc.equal(texts, ""), pa.scalar(None, pa.string()))


def cells(frame: pd.DataFrame, now: datetime, columns: Mapping[str, str], *, metric: bool) -> pd.DataFrame:
    """Say each row in words, one column for each of `columns`, some of `COLUMNS`; "" where nothing is known."""
    fresh, states = freshness_codes(frame, now), state_codes(frame, now)
    fixes = [
        f"{units.age(age)}, {FRESHNESS_LABELS[FRESHNESS[code]]}" if np.isfinite(age) else ""
        for age, code in zip(ages(frame, now).tolist(), fresh.tolist(), strict=True)
    ]
    texts = {name: frame[name].astype("str").tolist() for name in columns if name in frame.columns}
    texts |= {
        "name": [name or "Unnamed vehicle" for name in texts["name"]],
        "state": [STATE_LABELS[STATES[code]] for code in states.tolist()],
        "fix": fixes,
        "speed": [units.speed(speed, metric=metric) or "unknown" for speed in frame["speed"].tolist()],
        "drawn": [f"no: {reason}" if reason else "yes" for reason in frame["position_error"].astype("str")],
    }
    return pd.DataFrame({label: pd.array(texts[name], dtype="str") for name, label in columns.items()})
