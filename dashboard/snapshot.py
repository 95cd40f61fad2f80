"""The picture of all fleets at one moment: immutable, versioned, with a stable row order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar, TypeVarTuple, Unpack

import numpy as np
import pandas as pd
import pyarrow as pa
from msgspec.structs import astuple
from numpy.typing import NDArray

from dashboard.headings import Floats, Headings
from dashboard.polling.directory import NOTHING, Names, VehicleFacts
from dashboard.polling.fixes import Fix, Location, address_words, place, places

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Columns = dict[str, Any]
Ordinals = NDArray[np.int32]
DELETED = "deleted by the provider"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All known vehicles at one moment. Nobody changes it; a new one takes its place."""

    version: int
    """Grows by one with each snapshot of this process."""
    taken_at: datetime
    """When its locations had all arrived, aware UTC."""
    vehicles: pd.DataFrame = field(repr=False)
    """One row per known vehicle, sorted by `ordinal`; the columns are those of `SnapshotBuilder`."""
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
        self._ids: list[str] = []
        """Vehicle ids by ordinal."""
        self._headings = Headings()
        self._kept = _Kept()
        self._version = 0

    def build(
        self,
        fixes: Sequence[Fix],
        names: Names,
        taken_at: datetime,
        deliveries: Mapping[str, datetime | None] | None = None,
    ) -> Snapshot:
        """Join fixes with names. Of several fixes of one vehicle the newest wins; the others are counted."""
        located, named = [fix.vehicle_id or fix.vehicle for fix in fixes], names.vehicles
        ordinals = self._kept.get("located", self._number, located)
        rows, ordinals = _newest(fixes, ordinals)
        superseded = len(fixes) - len(rows)
        silent = np.setdiff1d(self._kept.get("named", self._number, named), ordinals, assume_unique=True)
        rows += [_without_position(self._ids[ordinal], names) for ordinal in silent.tolist()]
        ordinals = np.concatenate([ordinals, silent])
        if (np.diff(ordinals) < 0).any():
            order = np.argsort(ordinals)
            rows, ordinals = [rows[index] for index in order.tolist()], ordinals[order]
        columns = self._columns_of([self._ids[ordinal] for ordinal in ordinals.tolist()], rows, names)
        columns["ordinal"] = ordinals
        columns["heading"] = self._headings.update(ordinals, columns["lon"], columns["lat"])
        self._version += 1
        return Snapshot(self._version, taken_at, pd.DataFrame(columns), deliveries or {}, superseded)

    def _number(self, ids: Collection[str]) -> Ordinals:
        """The ordinal of each vehicle; one never seen before gets the next."""
        known = list(map(self._ordinals.get, ids))
        if None in known:
            for vehicle_id in ids:
                if vehicle_id not in self._ordinals:
                    self._ordinals[vehicle_id] = len(self._ids)
                    self._ids.append(vehicle_id)
            known = list(map(self._ordinals.get, ids))
        return np.array(known, dtype=np.int32)

    def _columns_of(self, ids: list[str], rows: list[Fix], names: Names) -> dict[str, Any]:
        """The columns of a snapshot, from one fix per vehicle.

        Text columns hold "" where nothing is known, numbers NaN (`h3` 0), `occurred_at` NaT. `lon` and `lat` are
        WGS84 degrees and NaN exactly where `unplaceable` gives a reason; `speed` is m/s, `odometer` m,
        `fuel_level` percent, `engine_hours` h, `coolant_temperature` K.
        """
        values = _by_field(rows)
        kept = self._kept.get
        columns = {
            **kept("vehicle", _vehicle_columns, ids, names.vehicles),
            **kept("fleet", _fleet_columns, values["fleet_id"], values["fleet_ref"], names),
            **kept("provider", _provider_columns, values["tsp_slug"], values["source_name"], names),
            **kept("connection", _connection_column, values["connection_id"]),
            **kept("driver", _driver_column, values["driver_id"], names.drivers),
            "place": _text(list(map(address_words, values["inferred_address"]))),
            "occurred_at": pd.Series(values["occurred_at"], dtype="datetime64[us, UTC]"),
            "h3": pa.array(values["h3_index_11"], pa.uint64()).fill_null(0).to_numpy(),
        }
        columns["lon"], columns["lat"], columns["unplaceable"] = _positions(
            values["location"], values["deleted_at"]
        )
        for name in ("speed", "odometer", "fuel_level", "engine_hours", "coolant_temperature"):
            columns[name] = pa.array(values[name], pa.float64()).to_numpy(zero_copy_only=False)
        return columns


class _Kept:
    """What was made for the last snapshot, taken over while what it is made from stays equal.

    Most columns do not change from one poll to the next, and comparing costs a fraction of making them.
    """

    def __init__(self) -> None:
        self._made: dict[str, tuple[tuple[object, ...], Any]] = {}

    def get(self, name: str, make: Callable[[Unpack[Ts]], T], *origin: *Ts) -> T:
        """What `make` makes of `origin`, made anew only if that differs from last time."""
        held = self._made.get(name)
        if held is None or held[0] != origin:
            held = self._made[name] = origin, make(*origin)
        made: T = held[1]
        return made


def _by_field(rows: Sequence[Fix]) -> dict[str, list[Any]]:
    """The values of each field. A hundred rows at a time, as so many stay in the processor's nearest cache."""
    values: dict[str, list[Any]] = {name: [] for name in Fix.__struct_fields__}
    for start in range(0, len(rows), 100):
        some = zip(*map(astuple, rows[start : start + 100]), strict=True)
        for held, more in zip(values.values(), some, strict=True):
            held.extend(more)
    return values


def _vehicle_columns(ids: Sequence[str], vehicles: Mapping[str, VehicleFacts]) -> Columns:
    facts = [vehicles.get(vehicle_id, NOTHING) for vehicle_id in ids]
    told = {name: _text([getattr(fact, name) for fact in facts]) for name in ("name", "plate", "vin")}
    return {"vehicle_id": _text(ids), **told}


def _fleet_columns(ids: Sequence[str | None], refs: Sequence[str | None], names: Names) -> Columns:
    shown = [names.fleet(fleet_id or "", ref or "") for fleet_id, ref in zip(ids, refs, strict=True)]
    return {"fleet_id": _categories(ids), "fleet_ref": _categories(refs), "fleet": _categories(shown)}


def _provider_columns(slugs: Sequence[str | None], sources: Sequence[str], names: Names) -> Columns:
    shown = [names.provider(slug or "", source) for slug, source in zip(slugs, sources, strict=True)]
    return {"tsp_slug": _categories(slugs), "source": _categories(sources), "provider": _categories(shown)}


def _connection_column(ids: Sequence[str]) -> Columns:
    return {"connection_id": _categories(ids)}


def _driver_column(ids: Sequence[str | None], drivers: Mapping[str, str]) -> Columns:
    return {"driver": _text([drivers.get(driver_id or "", "") for driver_id in ids])}


def _newest(fixes: Sequence[Fix], ordinals: Ordinals) -> tuple[list[Fix], Ordinals]:
    """One fix per vehicle: the newest; a placeable one beats one of the same or unknown time."""
    if np.bincount(ordinals).max(initial=0) <= 1:
        return list(fixes), ordinals
    newest: dict[int, Fix] = {}
    for fix, ordinal in zip(fixes, ordinals.tolist(), strict=True):
        held = newest.get(ordinal)
        if held is None or _rank(fix) > _rank(held):
            newest[ordinal] = fix
    return list(newest.values()), np.array(list(newest), dtype=np.int32)


def _rank(fix: Fix) -> tuple[datetime, bool]:
    placeable = fix.deleted_at is None and not place(fix.location)[2]
    return fix.occurred_at or datetime.min.replace(tzinfo=UTC), placeable


def _without_position(vehicle_id: str, names: Names) -> Fix:
    """A vehicle that is known by name only."""
    facts = names.vehicle(vehicle_id)
    return Fix(
        id="",
        vehicle_id=vehicle_id,
        fleet_id=facts.fleet_id,
        connection_id=facts.connection_id,
        tsp_slug=facts.tsp_slug,
        source_name=facts.source,
    )


def _positions(
    locations: Sequence[Location], deleted_at: Sequence[datetime | None]
) -> tuple[Floats, Floats, pd.Categorical[str]]:
    """Longitudes and latitudes, and why there are none."""
    lon, lat, reasons = places(locations)
    for index, deleted in enumerate(deleted_at):
        if deleted is not None:
            lon[index] = lat[index] = np.nan
            reasons[index] = DELETED
    words = ["", *sorted(set(reasons.values()))]
    codes = np.zeros(len(locations), dtype=np.int8)
    codes[list(reasons)] = [words.index(reason) for reason in reasons.values()]
    return lon, lat, pd.Categorical.from_codes(codes, categories=pd.Index(words, dtype="str"))


def _categories(values: Sequence[str | None]) -> pd.Categorical[str]:
    return pd.Categorical([value or "" for value in values])


def _text(values: Sequence[str]) -> pd.api.extensions.ExtensionArray:
    return pd.array(values, dtype="str")


def counts(frame: pd.DataFrame, column: str) -> Mapping[str, int]:
    """How many rows each value of a categorical column has, zero counts left out."""
    tally = frame[column].value_counts()
    return {str(value): int(count) for value, count in tally.items() if count}
