"""What may be seen of vehicles and trailers, and what is left of a frame of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from operator import contains

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
Texts = NDArray[np.object_]

WITHIN_A_WORD = r"['\u2019\u02bc`\u00b4-]"
"""Apostrophes, however they are typed, and the dash."""
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

    def within(self, allowed: Visibility) -> Visibility:
        """So much of it as may be seen by somebody who may see what is allowed, and never more."""
        return Visibility(
            fleets=_both(self.fleets, allowed.fleets),
            sources=_both(self.sources, allowed.sources),
            hidden=self.hidden | allowed.hidden,
            rounded=self.rounded or allowed.rounded,
        )

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


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    return other if one is None else one if other is None else one & other


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
    names = _compact(frame["name"])
    told = np.zeros(len(frame), dtype=np.bool_)
    for column in hidden:
        read = _drivers(frame[column]) if column == "driver" else [_compact(frame[column])]
        for parts in read:
            told |= np.fromiter(map(contains, names, parts), np.bool_, len(names)) & (parts != "")
    return told


def _compact(column: pd.Series) -> Texts:
    compact: Texts = _letters(search.folded(column)).to_numpy(zero_copy_only=False)
    return compact


def _letters(texts: pa.Array) -> pa.Array:
    """Texts without anything but letters and digits: O'Brien 7 is OBRIEN-7."""
    return pc.replace_substring_regex(texts, pattern=r"[^\pL\pN]", replacement="")


def _drivers(column: pd.Series) -> Iterator[Texts]:
    """What of their drivers' names tells who they are: of each row the first part, then the second; "" is none."""
    drivers = search.folded(column).dictionary_encode()  # each drives more than one vehicle, or none
    names = drivers.dictionary
    pairs = zip(names.to_pylist(), _letters(names).to_pylist(), strict=True)
    for parts in zip_longest(*(_words(name) or [whole] for name, whole in pairs), fillvalue=""):
        yield np.array(parts, dtype=object)[drivers.indices]


def _words(name: str) -> list[str]:
    """The words of a person's folded name that tell who it is."""
    words = re.findall(r"[^\W\d_]+", re.sub(WITHIN_A_WORD, "", name))
    return [word for word in words if len(word) >= SHORTEST_WORD]
