"""What may be seen of vehicles and trailers, and what is left of a frame of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dashboard.fleet import search
from dashboard.fleet.geo import rounded
from dashboard.fleet.names import suffix

PRIVATE = ("driver", "vin", "plate")
"""What of a vehicle can be hidden: columns of a frame, those of trailers where they are known."""
SHORTEST_WORD = 3
"""Letters of a part of a driver's name that tells who it is."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """What may be seen. It says nothing of who looks, so all who may see the same share all work on it."""

    fleets: frozenset[str] | None = frozenset()
    """The ids of the fleets that may be seen; None means all."""
    sources: frozenset[str] | None = None
    """Only vehicles of these sources (platforms) may be seen; None means all."""
    hidden: frozenset[str] = frozenset()
    """What of a vehicle may not be seen: some of `PRIVATE`."""
    rounded: bool = False
    """Whether places may be seen only to about a kilometre."""

    @property
    def unseen(self) -> frozenset[str]:
        """The columns that hold nothing in what `of` gives, so that nobody need offer them."""
        return self.hidden | {"place", "h3"} if self.rounded else self.hidden

    def includes(self, fleet_id: str) -> bool:
        """Whether a fleet may be seen."""
        return self.fleets is None or fleet_id in self.fleets

    def of(self, frame: pd.DataFrame) -> pd.DataFrame:
        """What may be seen of a frame of vehicles or trailers, in its order; the frame itself if all may.

        Nothing of what may not be seen is left in it, not even as a category without rows.
        """
        if self == EVERYTHING:
            return frame
        kept = self._rows(frame)
        seen = (frame if kept.all() else frame[kept]).reset_index(drop=True)
        columns = {str(name): _used(column) for name, column in seen.select_dtypes("category").items()}
        columns["fleet"] = _named_alone(columns["fleet_id"], columns["fleet"])
        texts = [name for name in self.unseen if name in seen and name != "h3"]
        blank = dict.fromkeys(texts, pd.Series("", seen.index, dtype="str"))
        if hidden := [name for name in PRIVATE if name in blank]:
            columns["name"] = seen["name"].mask(_told(seen, hidden), "")
        if self.rounded:
            lon, lat = rounded(seen["lon"].to_numpy(), seen["lat"].to_numpy())
            columns |= {"lon": pd.Series(lon), "lat": pd.Series(lat)}
            if "h3" in seen:
                columns["h3"] = pd.Series(0, seen.index, dtype=np.uint64)
        return seen.assign(**columns, **blank)

    def _rows(self, frame: pd.DataFrame) -> NDArray[np.bool_]:
        kept = np.ones(len(frame), dtype=np.bool_)
        for column, allowed in (("fleet_id", self.fleets), ("source", self.sources)):
            if allowed is not None:
                kept &= frame[column].isin(allowed).to_numpy(dtype=np.bool_)
        return kept


EVERYTHING = Visibility(fleets=None)
NOTHING = Visibility()


def _used(column: pd.Series) -> pd.Series:
    """A column of categories without those that no row has."""
    codes, categories = column.cat.codes.to_numpy(), column.cat.categories
    used = np.bincount(codes + 1, minlength=len(categories) + 1)[1:] > 0
    if used.all():
        return column
    places = np.append(np.cumsum(used) - 1, -1)  # a code of -1, for no value, stays
    return pd.Series(pd.Categorical.from_codes(places[codes], categories[used]))


def _named_alone(ids: pd.Series, names: pd.Series) -> pd.Series:
    """Fleets' names without the ending that tells a fleet from one called the same that may not be seen."""
    different = pd.DataFrame({"id": ids, "name": names}).drop_duplicates()
    pairs = zip(different["id"].astype(str), different["name"].astype(str), strict=True)
    short = {name: name.removesuffix(suffix(fleet_id)) for fleet_id, name in pairs}
    called = Counter(short.values())
    return names.cat.rename_categories({name: own for name, own in short.items() if called[own] == 1})


def _told(frame: pd.DataFrame, hidden: Sequence[str]) -> NDArray[np.bool_]:
    """For each row, whether its name tells what a hidden column says of it, however it is written.

    Of a driver's name each word counts: vehicles are called after the people who drive them.
    """
    names = search.compact(search.folded(frame["name"]))
    told = np.zeros(len(frame), dtype=np.bool_)
    for column in hidden:
        texts = search.folded(frame[column])
        told |= _contain(names, search.compact(texts))
        if column == "driver":
            words = pc.utf8_split_whitespace(texts)
            rows, word = pc.list_parent_indices(words), search.compact(pc.list_flatten(words))
            telling = pc.and_(pc.utf8_is_alpha(word), pc.greater_equal(pc.utf8_length(word), SHORTEST_WORD))
            rows, word = rows.filter(telling), word.filter(telling)
            told[np.asarray(rows)[_contain(names.take(rows), word)]] = True
    return told


def _contain(texts: pa.Array, parts: pa.Array) -> NDArray[np.bool_]:
    """For each text, whether it holds the part beside it; "" is none."""
    lengths = pc.utf8_length(parts)
    possible = pc.and_(pc.greater(lengths, 0), pc.less_equal(lengths, pc.utf8_length(texts)))
    held = np.array(possible, dtype=np.bool_)
    pairs = zip(parts.filter(possible).to_pylist(), texts.filter(possible).to_pylist(), strict=True)
    held[held] = [part in text for part, text in pairs]
    return held
