"""The picture of all fleets at one moment: immutable, versioned, with a stable row order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pandas as pd

from dashboard.fleet.notices import Notice
from dashboard.runtime.refusals import Refusal

STALE_AFTER_SECONDS = 120
"""Without a new snapshot for this long, ages are counted anew each minute."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All known vehicles at one moment. Nobody changes it; a new one takes its place."""

    version: int
    """Grows by one with each snapshot of this process."""
    taken_at: datetime
    """When its locations had all arrived, aware UTC."""
    vehicles: pd.DataFrame = field(repr=False)
    """One row per known vehicle, sorted by `ordinal`; the columns are those of `dashboard.ingest.columns`,
    `ordinal`, `heading` (degrees, NaN where unknown) and `moves` (the place given by `Motion`)."""
    deliveries: Mapping[str, datetime | None] = field(default_factory=dict, repr=False)
    """When each connection last delivered locations, by connection id; None: never; missing: not known."""
    unreadable: int = 0
    """Rows of the answer that belong to no vehicle, because they could not be read at all or name none."""
    held: Mapping[str, Refusal] = field(default_factory=dict, repr=False)
    """Fleets whose positions could not be read and are those of an earlier snapshot, by id, with when that began and
    why. "" stands for the vehicles of fleets that no list names."""
    notices: tuple[Notice, ...] = field(default=(), repr=False)
    """What else was degraded when it was taken, and for whom that is."""


@dataclass(frozen=True, slots=True)
class TrailerSnapshot:
    """All known trailers with a location, at one moment; immutable."""

    version: int
    taken_at: datetime
    """Aware UTC."""
    trailers: pd.DataFrame = field(repr=False)
    """The columns `trailer_id`, `name`, `vin`, `plate`, `fleet_id`, `fleet`, `source`, `source_name`,
    `tsp_slug`, `occurred_at`, with the meanings that they have in a snapshot of vehicles, and `lon`, `lat`: degrees,
    NaN where it cannot be drawn."""
    unreadable: int = 0
    """Rows of the answer that could not be read at all."""


def as_of(snapshot: Snapshot, now: datetime | None = None) -> datetime:
    """The moment that ages are counted from: the snapshot's, or the current minute once it has grown old."""
    now = now or datetime.now(UTC)
    if (now - snapshot.taken_at).total_seconds() <= STALE_AFTER_SECONDS:
        return snapshot.taken_at
    return now.replace(second=0, microsecond=0)


def counts(frame: pd.DataFrame, column: str) -> Mapping[str, int]:
    """How many rows each value of a categorical column has, zero counts left out."""
    tally = frame[column].value_counts()
    return {str(value): int(count) for value, count in tally.items() if count}
