"""The picture of all fleets at one moment: immutable, versioned, with a stable row order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dashboard.headings import Headings

if TYPE_CHECKING:
    from dashboard.polling.directory import Names
    from dashboard.polling.fixes import Fix

NO_FIX = "no position reported"
CATEGORIES = (
    "fleet_id",
    "fleet",
    "fleet_ref",
    "source",
    "tsp_slug",
    "provider",
    "connection_id",
    "unplaceable",
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All known vehicles at one moment. Nobody changes it; a new one takes its place."""

    version: int
    """Grows by one with each snapshot of this process."""
    taken_at: datetime
    """When its locations had all arrived, aware UTC."""
    vehicles: pd.DataFrame = field(repr=False)
    """One row per known vehicle, sorted by `ordinal`; the columns are those of `columns_of`."""
    deliveries: Mapping[str, datetime | None] = field(default_factory=dict, repr=False)
    """When each connection last delivered locations, by connection id; None: never; missing: not known."""
    superseded: int = 0
    """Older fixes of a vehicle that also reported a newer one; the newer one is in `vehicles`."""


class SnapshotBuilder:
    """Turns fixes and names into snapshots, and keeps what must outlast one: ordinals and headings.

    An ordinal belongs to one vehicle for the life of the process, so a row keeps its place among the others
    and a selection cannot slip to a neighbour.
    """

    def __init__(self) -> None:
        self._ordinals: dict[str, int] = {}
        self._headings = Headings()
        self._version = 0

    def build(
        self,
        fixes: Sequence[Fix],
        names: Names,
        taken_at: datetime,
        deliveries: Mapping[str, datetime | None] | None = None,
    ) -> Snapshot:
        """Join fixes with names. Of several fixes of one vehicle the newest wins; the others are counted."""
        newest: dict[str, Fix] = {}
        for fix in fixes:
            held = newest.get(fix.vehicle_id)
            if held is None or _later(fix, held):
                newest[fix.vehicle_id] = fix
        silent = [vehicle_id for vehicle_id in names.vehicles if vehicle_id not in newest]
        for vehicle_id in (*newest, *silent):
            self._ordinals.setdefault(vehicle_id, len(self._ordinals))
        columns = columns_of(newest.values(), silent, names)
        columns["ordinal"] = np.fromiter(
            (self._ordinals[vehicle_id] for vehicle_id in (*newest, *silent)),
            np.int32,
            len(newest) + len(silent),
        )
        columns["heading"] = self._headings.update(columns["ordinal"], columns["lon"], columns["lat"])
        frame = pd.DataFrame(columns)
        frame = frame.sort_values("ordinal", ignore_index=True)
        self._version += 1
        return Snapshot(self._version, taken_at, frame, deliveries or {}, superseded=len(fixes) - len(newest))


def columns_of(fixes: Iterable[Fix], silent: Sequence[str], names: Names) -> dict[str, Any]:
    """The columns of a snapshot: first the vehicles with a fix, then those that are only known by name.

    Text columns hold "" where nothing is known, numbers NaN (`h3` 0), `occurred_at` NaT. `lon` and `lat` are
    WGS84 degrees and NaN exactly where `unplaceable` gives a reason; `speed` is m/s, `odometer` m,
    `fuel_level` percent, `engine_hours` h, `coolant_temperature` K.
    """
    fixes = list(fixes)
    facts = [names.vehicle(fix.vehicle_id) for fix in fixes]
    lone = [names.vehicle(vehicle_id) for vehicle_id in silent]
    fleet_ids = [fix.fleet_id for fix in fixes] + [fact.fleet_id for fact in lone]
    slugs = [fix.tsp_slug for fix in fixes] + [fact.tsp_slug for fact in lone]
    sources = [fix.source for fix in fixes] + [fact.source for fact in lone]
    refs = [fix.fleet_ref for fix in fixes] + [""] * len(silent)
    columns: dict[str, Any] = {
        "vehicle_id": _text([fix.vehicle_id for fix in fixes] + list(silent)),
        "name": _text([fact.name for fact in facts] + [fact.name for fact in lone]),
        "fleet_id": fleet_ids,
        "fleet": [names.fleet(fleet_id, ref) for fleet_id, ref in zip(fleet_ids, refs, strict=True)],
        "fleet_ref": refs,
        "source": sources,
        "tsp_slug": slugs,
        "provider": [names.provider(slug, source) for slug, source in zip(slugs, sources, strict=True)],
        "connection_id": [fix.connection_id for fix in fixes] + [fact.connection_id for fact in lone],
        "driver": _text([names.drivers.get(fix.driver_id, "") for fix in fixes] + [""] * len(silent)),
        "plate": _text([fact.plate for fact in facts] + [fact.plate for fact in lone]),
        "vin": _text([fact.vin for fact in facts] + [fact.vin for fact in lone]),
        "place": _text([fix.place for fix in fixes] + [""] * len(silent)),
        "unplaceable": [fix.unplaceable for fix in fixes] + [NO_FIX] * len(silent),
        "occurred_at": pd.to_datetime(
            pd.Series([fix.occurred_at for fix in fixes] + [None] * len(silent), dtype="datetime64[us, UTC]")
        ),
        "h3": np.array([fix.h3 for fix in fixes] + [0] * len(silent), dtype=np.uint64),
    }
    for name in CATEGORIES:
        columns[name] = pd.Categorical(columns[name])
    for name in ("lon", "lat", "speed", "odometer", "fuel_level", "engine_hours", "coolant_temperature"):
        column = [getattr(fix, name) for fix in fixes] + [None] * len(silent)
        columns[name] = np.array(column, dtype=np.float64)
    placeable = np.array([not fix.unplaceable for fix in fixes] + [False] * len(silent), dtype=bool)
    for name in ("lon", "lat"):
        columns[name] = np.where(placeable, columns[name], np.nan)
    return columns


def _text(values: Sequence[str]) -> pd.api.extensions.ExtensionArray:
    return pd.array(values, dtype="str")


def _later(fix: Fix, held: Fix) -> bool:
    """Whether a fix is newer than the one held; a placeable one beats one of the same or unknown time."""
    then = held.occurred_at or datetime.min.replace(tzinfo=UTC)
    now = fix.occurred_at or datetime.min.replace(tzinfo=UTC)
    return (now, not fix.unplaceable) > (then, not held.unplaceable)


def counts(frame: pd.DataFrame, column: str) -> Mapping[str, int]:
    """How many rows each value of a categorical column has, zero counts left out."""
    tally = frame[column].value_counts()
    return {str(value): int(count) for value, count in tally.items() if count}
