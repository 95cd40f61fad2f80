"""What colour each vehicle has, and the legend that explains and counts the colours.

The palettes were chosen for the largest smallest difference (OKLab) between any two colours as seen with normal
sight, protanopia, deuteranopia and tritanopia, on a light and on a dark map; the tests keep them so. A category has
one hue in both, a lighter or darker shade of it: those of Okabe and Ito first, then what lies between them.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from dashboard.fleet import bins
from dashboard.fleet.freshness import STATE_LABELS, STATES, Codes, state_codes

COLOUR_BY = ("source", "fleet", "state", "speed", "fuel", "age")
"""What a viewer can colour by; these words go into links."""

Theme = Literal["light", "dark"]
"""What is drawn on: a light or a dark page."""
Rgb = tuple[int, int, int]


class Palette(NamedTuple):
    """The colours for one theme, as hex text."""

    categories: tuple[str, ...]
    """For things without an order, most distinct first; in the same place of each palette is the same hue."""
    steps: tuple[str, ...]
    """For a quantity, least to most."""
    states: tuple[str, ...]
    """In the order of `STATES`."""
    other: str
    """What has no colour of its own, and what is not known."""
    wrong: str
    """What cannot be true: a fix dated in the future."""


PALETTES: dict[Theme, Palette] = {
    "light": Palette(
        categories=(
            *("#1467c2", "#c5953b", "#50b39b", "#d05a2e", "#9b3075", "#47137c"),
            *("#1b93a4", "#5c5c01", "#8cb676", "#2e2ee5", "#4e091d", "#c490db"),
        ),
        steps=("#0b0b5e", "#3f1fb5", "#8a2bc4", "#c9459a", "#f0653f", "#e8a100"),
        states=("#0057c2", "#d97a00", "#7b7b7b", "#4a1020"),
        other="#7b7b7b",
        wrong="#006b52",
    ),
    "dark": Palette(
        categories=(
            *("#408dea", "#f3b94c", "#19cdac", "#f86f3c", "#a84b84", "#963bf9"),
            *("#8dddeb", "#e9eb41", "#bff4a2", "#5b73cd", "#b13554", "#ce99e5"),
        ),
        steps=("#5a48d8", "#3a86e8", "#22b5a8", "#7fcf3a", "#ffe14a", "#fffbe8"),
        states=("#5aa9ff", "#ffb000", "#9a9a9a", "#c0407a"),
        other="#8a8a8a",
        wrong="#ff3f30",
    ),
}
CATEGORY_COLOURS = len(PALETTES["light"].categories)
"""How many categories can have a colour of their own, in either theme."""


class ColourAssignments:
    """Which category holds which colour. A category keeps its colour for the life of this object.

    The first 12 that are seen get one each, the most frequent first; those seen later share "other". Use one
    object per set of vehicles that viewers see (per scope), so that a small scope does not run out of colours
    over vehicles it never shows. Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._slot_of: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()

    def assign(self, kind: str, keys: Iterable[str]) -> dict[str, int]:
        """Return the slot of each key: its place in `Palette.categories`; `CATEGORY_COLOURS` stands for "other"."""
        with self._lock:
            taken = sum(held == kind for held, _ in self._slot_of)
            for key in keys:
                if (kind, key) not in self._slot_of and taken < CATEGORY_COLOURS:
                    self._slot_of[kind, key] = taken
                    taken += 1
            return {key: self._slot_of.get((kind, key), CATEGORY_COLOURS) for key in keys}


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One line of the legend."""

    label: str
    colour: Rgb
    count: int
    """How many rows have this colour."""
    kind: str
    """The kind of filter that a click sets: a field of `Filters`."""
    values: tuple[str, ...]
    """The values a click sets or takes away; empty: this line cannot be filtered by."""


@dataclass(frozen=True, slots=True)
class Colouring:
    """The colour of each row and the legend for them."""

    codes: Codes
    """Index into `entries` for each row."""
    entries: tuple[LegendEntry, ...]


def colour(
    frame: pd.DataFrame,
    by: str,
    now: datetime,
    *,
    assignments: ColourAssignments,
    theme: Theme = "light",
    metric: bool = False,
) -> Colouring:
    """Colour the rows of a frame of vehicles by one of `COLOUR_BY`."""
    palette = PALETTES[theme]
    match by:
        case "source":
            return _by_category(frame, ("source", "source_name", "sources"), assignments, palette)
        case "fleet":
            return _by_category(frame, ("fleet_id", "fleet", "fleets"), assignments, palette)
        case "state":
            labels = [STATE_LABELS[state] for state in STATES]
            return _by_class(
                state_codes(frame, now), "states", STATES, labels, [rgb(shade) for shade in palette.states]
            )
        case "speed":
            names = bins.speed_labels(metric=metric)
            return _by_bin(bins.speed_codes(frame), "speeds", bins.SPEED_BINS, names, theme)
        case "fuel":
            return _by_bin(bins.fuel_codes(frame), "fuels", bins.FUEL_BINS, bins.FUEL_LABELS, theme)
        case "age":
            return _by_bin(bins.age_codes(frame, now), "ages", bins.AGE_BINS, bins.AGE_LABELS, theme)
    raise ValueError(f"Vehicles cannot be coloured by {by!r}; choose one of {', '.join(COLOUR_BY)}.")


def bin_colours(table: Sequence[bins.Bin], *, theme: Theme = "light") -> tuple[Rgb, ...]:
    """Return the colour of each bin of a table."""
    palette = PALETTES[theme]
    steps = iter(palette.steps)
    special = {"ahead": palette.wrong, bins.NOT_KNOWN.key: palette.other}
    return tuple(rgb(special[each.key] if each.key in special else next(steps)) for each in table)


def step_colours(*, theme: Theme = "light") -> tuple[Rgb, ...]:
    """Return the colours of a quantity, least to most."""
    return tuple(rgb(shade) for shade in PALETTES[theme].steps)


def _by_bin(
    codes: Codes, kind: str, table: Sequence[bins.Bin], names: dict[str, str], theme: Theme
) -> Colouring:
    labels = [names[each.key] for each in table]
    return _by_class(codes, kind, bins.keys(table), labels, bin_colours(table, theme=theme))


def _by_class(
    codes: Codes, kind: str, keys: Sequence[str], labels: Sequence[str], colours: Sequence[Rgb]
) -> Colouring:
    counts = np.bincount(codes, minlength=len(keys))
    entries = tuple(
        LegendEntry(label, shade, int(count), kind, (key,))
        for key, label, shade, count in zip(keys, labels, colours, counts, strict=True)
    )
    return Colouring(codes, entries)


def _by_category(
    frame: pd.DataFrame, columns: tuple[str, str, str], assignments: ColourAssignments, palette: Palette
) -> Colouring:
    column, label_column, kind = columns
    values = frame[column].astype("category").cat
    keys = [str(key) for key in values.categories]
    rows = values.codes.to_numpy().astype(np.int64)
    counts = np.bincount(rows[rows >= 0], minlength=len(keys))
    present = sorted(
        (i for i in range(len(keys)) if counts[i] and keys[i]), key=lambda i: (-counts[i], keys[i])
    )
    slots = assignments.assign(kind, [keys[i] for i in present])
    first = {int(row): int(index) for row, index in zip(*np.unique(rows, return_index=True), strict=True)}
    entries: list[LegendEntry] = []
    table = np.zeros(len(keys) + 1, dtype=np.int8)
    own = sorted(
        (i for i in present if slots[keys[i]] < len(palette.categories)), key=lambda i: slots[keys[i]]
    )
    for i in own:
        table[i] = len(entries)
        label = str(frame[label_column].iloc[first[i]]) or keys[i]
        shade = rgb(palette.categories[slots[keys[i]]])
        entries.append(LegendEntry(label, shade, int(counts[i]), kind, (keys[i],)))
    others = [i for i in present if i not in own]
    if others:
        table[others] = len(entries)
        total = int(counts[others].sum())
        other_keys = tuple(keys[i] for i in others)
        entries.append(LegendEntry(f"{len(others)} others", rgb(palette.other), total, kind, other_keys))
    unknown = len(frame) - sum(entry.count for entry in entries)
    if unknown:
        nameless = [i for i in range(len(keys)) if not keys[i]]
        table[[*nameless, -1]] = len(entries)
        entries.append(LegendEntry("not known", rgb(palette.other), unknown, kind, ()))
    codes: Codes = table[rows]
    return Colouring(codes, tuple(entries))


def rgb(text: str) -> Rgb:
    """Read a colour such as #330088."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
