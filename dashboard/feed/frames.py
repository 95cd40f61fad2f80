"""The vehicles that may be seen and were asked for, cut out of a snapshot once for all who see the same.

Page, list, export, wall screen, search, hexagons and the rows on the map all take theirs from here: what may not be
seen is in none of these frames.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime

import numpy as np
import pandas as pd
from cachetools import LRUCache
from cachetools.keys import hashkey

from dashboard.access.viewer import EVERYTHING, Visibility
from dashboard.feed.numbering import Numbering
from dashboard.feed.recent import RecentCache
from dashboard.fleet import search
from dashboard.fleet.filters import Filters, Mask, mask
from dashboard.fleet.snapshot import Snapshot, TrailerSnapshot, as_of
from dashboard.runtime.once import once

KEPT_ROWS = 500_000
"""Rows of all frames that are kept, about 300 bytes each."""
KEPT_MASKS = 10_000_000
"""Rows of all masks that are kept, a byte each."""
BYTES_OF_A_MASK = 1000
"""That it takes at the least, with its key."""
ROWS_OF_A_FRAME = 60
"""A frame costs as much as so many rows whatever its length, about 18 KB."""

KEPT_NUMBERINGS = 256
"""Of so many different visibilities vehicles keep their numbers; each takes 4 bytes per vehicle."""


class Frames:
    """The frames of one process; nobody changes one."""

    def __init__(
        self, numbering: Callable[[Visibility], Numbering] = lambda _visibility: Numbering()
    ) -> None:
        """`numbering` gives the numbers of those who may see the same."""
        self._numbering = once(numbering, LRUCache(KEPT_NUMBERINGS), hashkey)
        self._visible = once(self._cut, RecentCache(KEPT_ROWS, _weight), by_version)
        self.texts = once(self._fold, RecentCache(KEPT_ROWS, _weight_of_texts, before=False), by_version)
        """`texts(snapshot, visibility)`: `search.columns` of what may be seen, for all who look for some text in it."""
        self._asked_for = once(self._mask, RecentCache(KEPT_MASKS, _weight_of_mask), _of_filters)

    def visible(self, snapshot: Snapshot, visibility: Visibility) -> pd.DataFrame:
        """All vehicles that may be seen, sorted by `ordinal`.

        The ordinals of those who may not see everything are numbers of their own (`Numbering`).
        """
        return snapshot.vehicles if visibility == EVERYTHING else self._visible(snapshot, visibility)

    def vehicle(self, snapshot: Snapshot, visibility: Visibility, vehicle_id: str) -> pd.DataFrame | None:
        """One vehicle as a frame of one row; None when there is none that may be seen."""
        return next(iter(self.vehicles(snapshot, visibility, [vehicle_id])), None)

    def vehicles(
        self, snapshot: Snapshot, visibility: Visibility, vehicle_ids: Sequence[str]
    ) -> list[pd.DataFrame]:
        """Those of some vehicles that may be seen, each as a frame of one row."""
        frame = self.visible(snapshot, visibility)
        places = np.flatnonzero(frame["vehicle_id"].isin(vehicle_ids).to_numpy())
        return [frame.iloc[place : place + 1] for place in places]

    def asked_for(self, snapshot: Snapshot, visibility: Visibility, filters: Filters) -> Mask:
        """Which rows of `visible` the filters leave."""
        if not filters:
            return np.ones(len(self.visible(snapshot, visibility)), dtype=np.bool_)
        return self._asked_for(snapshot, visibility, filters, as_of(snapshot))

    def drawn(self, snapshot: Snapshot, visibility: Visibility, filters: Filters) -> Mask:
        """Which of them can be drawn."""
        kept: Mask = self.asked_for(snapshot, visibility, filters) & drawable(
            self.visible(snapshot, visibility)
        )
        return kept

    def filtered(
        self,
        snapshot: Snapshot,
        visibility: Visibility,
        filters: Filters,
        columns: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """The vehicles that may be seen and that the filters leave, those without a position included.

        A copy for whoever asks, so say which columns are wanted if not all are.
        """
        frame = self.visible(snapshot, visibility)
        frame = frame if columns is None else frame[list(columns)]
        return frame[self.asked_for(snapshot, visibility, filters)] if filters else frame

    def _cut(self, snapshot: Snapshot, visibility: Visibility) -> pd.DataFrame:
        frame = visibility.of(snapshot.vehicles)
        numbers = self._numbering(visibility).numbers(frame["ordinal"].to_numpy())
        frame = frame.assign(ordinal=numbers)
        in_order = (np.diff(numbers) > 0).all()
        return frame if in_order else frame.sort_values("ordinal", ignore_index=True)

    def _mask(self, snapshot: Snapshot, visibility: Visibility, filters: Filters, now: datetime) -> Mask:
        frame = self.visible(snapshot, visibility)
        return mask(frame, filters, now, lambda: self.texts(snapshot, visibility))

    def _fold(self, snapshot: Snapshot, visibility: Visibility) -> search.Texts:
        return search.columns(self.visible(snapshot, visibility))


def by_version(snapshot: Snapshot | TrailerSnapshot, scope: Hashable) -> tuple[int, Hashable]:
    """The key of what is computed once of a snapshot."""
    return snapshot.version, scope


def by_moment(snapshot: Snapshot, scope: Hashable) -> tuple[int, Hashable, datetime]:
    """The same of what ages matter to."""
    return snapshot.version, scope, as_of(snapshot)


def drawable(frame: pd.DataFrame) -> Mask:
    """Which rows can be drawn."""
    return (frame["position_error"] == "").to_numpy(dtype=np.bool_)


def placeable(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that can be drawn."""
    kept = drawable(frame)
    return frame if kept.all() else frame[kept]


def _weight(frame: pd.DataFrame) -> int:
    return len(frame) + ROWS_OF_A_FRAME


def _weight_of_mask(kept: Mask) -> int:
    return len(kept) + BYTES_OF_A_MASK


def _weight_of_texts(texts: search.Texts) -> int:
    return len(texts[0]) + ROWS_OF_A_FRAME


def _of_filters(
    snapshot: Snapshot, visibility: Visibility, filters: Filters, now: datetime
) -> tuple[int, Visibility, Filters, datetime]:
    return snapshot.version, visibility, filters, now
