"""Which vehicles a viewer wants to see: from a link, back into a link, as a mask over rows, and in words.

Kinds combine with AND, values of one kind with OR. An empty kind filters nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.fleet import bins, search
from dashboard.fleet.freshness import (
    FRESHNESS,
    FRESHNESS_LABELS,
    STATE_LABELS,
    STATES,
    Codes,
    freshness_codes,
    state_codes,
)
from dashboard.fleet.names import apart

Mask = npt.NDArray[np.bool_]
MAX_TEXT = 100
MAX_NAMED = 3
"""A sentence names this many values of a kind and counts the others."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for. Values are unique and sorted, so that equal filters are equal keys of a cache."""

    fleets: tuple[str, ...] = field(default=(), metadata={"param": "fleet"})
    """Fleet ids."""
    sources: tuple[str, ...] = field(default=(), metadata={"param": "source"})
    """Sources: platforms, by their keys."""
    providers: tuple[str, ...] = field(default=(), metadata={"param": "provider"})
    """What fleets connected as: TSPs, by their slugs; a source may have several."""
    states: tuple[str, ...] = field(default=(), metadata={"param": "state"})
    """Keys of `freshness.STATES`."""
    ages: tuple[str, ...] = field(default=(), metadata={"param": "age"})
    """Keys of `freshness.FRESHNESS`, by the thresholds, or of `bins.AGE_BINS`, by the clock."""
    speeds: tuple[str, ...] = field(default=(), metadata={"param": "speed"})
    """Keys of `bins.SPEED_BINS`."""
    fuels: tuple[str, ...] = field(default=(), metadata={"param": "fuel"})
    """Keys of `bins.FUEL_BINS`."""
    text: str = field(default="", metadata={"param": "q"})
    """Every word must occur in the name, VIN, plate, driver or fleet."""

    def __post_init__(self) -> None:
        for name in KINDS:
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        object.__setattr__(self, "text", " ".join(self.text.split())[:MAX_TEXT].strip())

    def __bool__(self) -> bool:
        """Whether anything is filtered."""
        return any(getattr(self, f.name) for f in fields(self))


KINDS = tuple(f.name for f in fields(Filters) if f.name != "text")
PARAMS: dict[str, str] = {f.name: f.metadata["param"] for f in fields(Filters)}
"""Field of `Filters` -> name of its URL parameter."""

_NOUNS = {
    "fleets": "fleet",
    "sources": "source",
    "providers": "what a fleet connected as,",
    "states": "state",
    "ages": "age",
    "speeds": "speed",
    "fuels": "fuel level",
}


@dataclass(frozen=True)
class FilterOptions:
    """The values this viewer may filter by, each with the label shown for it."""

    fleets: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    providers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Self:
        """Collect the values in a frame of vehicles (already reduced to what the viewer may see)."""
        return cls(
            fleets=_labels(frame, "fleet_id", "fleet"),
            sources=_labels(frame, "source", "source_name"),
            providers=_labels(frame, "tsp_slug", "provider"),
        )

    def labels(self, kind: str, *, metric: bool = False) -> Mapping[str, str]:
        """Value -> label of one kind of filter (a field name of `Filters`)."""
        fixed: dict[str, Callable[[], Mapping[str, str]]] = {
            "states": lambda: STATE_LABELS,
            "ages": lambda: FRESHNESS_LABELS | bins.AGE_LABELS,
            "speeds": lambda: bins.speed_labels(metric=metric),
            "fuels": lambda: bins.FUEL_LABELS,
        }
        if kind in fixed:
            return fixed[kind]()
        labels: Mapping[str, str] = getattr(self, kind)
        return labels


def _labels(frame: pd.DataFrame, key: str, label: str) -> dict[str, str]:
    pairs = frame[[key]].assign(label=frame[label]).drop_duplicates(key).dropna(subset=[key]).astype(str)
    pairs = pairs[pairs[key] != ""]
    labels = {value: name.strip() or value for value, name in pairs.itertuples(index=False)}
    labels = apart(labels) if key == "fleet_id" else apart(labels, " ({})".format)
    return dict(sorted(labels.items(), key=lambda item: (search.fold(item[1]), item[0])))


def parse(query: Mapping[str, Sequence[str]], known: FilterOptions) -> tuple[Filters, list[str]]:
    """Read filters from a link's parameters, with a sentence for each value that was ignored.

    A fleet that is not this viewer's is reported like one that does not exist.
    """
    chosen: dict[str, tuple[str, ...]] = {}
    notes: list[str] = []
    for kind in KINDS:
        allowed = known.labels(kind)
        values = dict.fromkeys(query.get(PARAMS[kind], ()))
        chosen[kind] = tuple(value for value in values if value in allowed)
        notes += [
            f"The link asks for {_NOUNS[kind]} “{_clip(value)}”, which is not known here; it was ignored."
            for value in values
            if value not in allowed
        ]
    texts = [text for text in query.get(PARAMS["text"], ()) if text.strip()]
    if len(texts) > 1 or any(len(text.strip()) > MAX_TEXT for text in texts):
        notes.append(
            f"The link asks for more than one search of {MAX_TEXT} characters; the rest was ignored."
        )
    return Filters(**chosen, text=texts[0] if texts else ""), notes


def to_query(filters: Filters) -> dict[str, list[str]]:
    """Write the parameters that `parse` turns back into `filters`, without kinds that filter nothing."""
    query = {PARAMS[kind]: list(getattr(filters, kind)) for kind in KINDS if getattr(filters, kind)}
    return query | ({PARAMS["text"]: [filters.text]} if filters.text else {})


def mask(
    frame: pd.DataFrame, filters: Filters, now: datetime, texts: Callable[[], search.Texts] | None = None
) -> Mask:
    """Which rows of a frame of vehicles are asked for, as booleans in row order.

    `texts` gives `search.columns` of the frame, if there is somebody who keeps them.
    """
    kept = np.ones(len(frame), dtype=np.bool_)
    for column, values in (
        ("fleet_id", filters.fleets),
        ("source", filters.sources),
        ("tsp_slug", filters.providers),
    ):
        if values:
            kept &= frame[column].isin(list(values)).to_numpy(dtype=np.bool_)
    if filters.states:
        kept &= _among(state_codes(frame, now), STATES, filters.states)
    if filters.ages:
        fresh = _among(freshness_codes(frame, now), FRESHNESS, filters.ages)
        kept &= fresh | _among(bins.age_codes(frame, now), bins.keys(bins.AGE_BINS), filters.ages)
    if filters.speeds:
        kept &= _among(bins.speed_codes(frame), bins.keys(bins.SPEED_BINS), filters.speeds)
    if filters.fuels:
        kept &= _among(bins.fuel_codes(frame), bins.keys(bins.FUEL_BINS), filters.fuels)
    if filters.text:
        kept &= search.mentions(texts() if texts else search.columns(frame), filters.text)
    return kept


def _among(codes: Codes, names: Sequence[str], chosen: Sequence[str]) -> Mask:
    table = np.array([name in chosen for name in names], dtype=np.bool_)
    kept: Mask = table[codes]
    return kept


def sentence(filters: Filters, known: FilterOptions, *, metric: bool = False) -> str:
    """Say in words what is filtered; empty when nothing is."""
    parts = []
    for kind, phrase in (
        ("fleets", "of {}"),
        ("sources", "from {}"),
        ("providers", "connected as {}"),
        ("states", "that are {}"),
        ("ages", "whose last fix is {}"),
        ("speeds", "with speed {}"),
        ("fuels", "with fuel level {}"),
    ):
        values = getattr(filters, kind)
        if values:
            labels = known.labels(kind, metric=metric)
            ordered = [labels[value] for value in labels if value in values]
            ordered += [value for value in values if value not in labels]
            parts.append(phrase.format(_either(ordered)))
    if filters.text:
        parts.append(f"matching “{filters.text}”")
    return f"Showing only vehicles {', '.join(parts)}." if parts else ""


def _either(labels: Sequence[str]) -> str:
    shown = (
        list(labels)
        if len(labels) <= MAX_NAMED + 1
        else [*labels[:MAX_NAMED], f"{len(labels) - MAX_NAMED} others"]
    )
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def _clip(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:39]}…"
