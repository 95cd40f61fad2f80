"""The columns of a snapshot, made of one fix per vehicle; whatever the fixes hold, the columns stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar, TypeVarTuple, Unpack

import numpy as np
import pandas as pd
import pyarrow as pa
from msgspec.structs import astuple

from dashboard.fleet.geo import Floats
from dashboard.fleet.names import NO_FACTS, Names, VehicleFacts, driver_name, vehicle_name
from dashboard.ingest.fixes import Fix, Location, address_words, parse_positions

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Columns = dict[str, Any]
DELETED = "deleted by the provider"
ABSURD = 1e12
"""No speed, distance, time or temperature of a vehicle reaches this, in whatever unit."""


class ColumnCache:
    """What was made for the last snapshot, taken over while what it is made from stays equal.

    Most columns do not change from one poll to the next, and comparing costs a fraction of making them.
    """

    def __init__(self) -> None:
        self._made: dict[str, tuple[tuple[object, ...], Any]] = {}

    def get(self, name: str, make: Callable[[Unpack[Ts]], T], *origin: *Ts) -> T:
        """What `make` makes of `origin`, made anew only if that differs from last time."""
        entry = self._made.get(name)
        if entry is None or entry[0] != origin:
            entry = self._made[name] = origin, make(*origin)
        made: T = entry[1]
        return made


def columns_of(ids: list[str], rows: Sequence[Fix], names: Names, cache: ColumnCache) -> Columns:
    """The columns of a snapshot, from one fix per vehicle.

    Text columns hold "" where nothing is known, numbers NaN (`h3` 0), `occurred_at` NaT. `lon` and `lat` are
    WGS84 degrees and NaN exactly where `position_error` gives a reason; `speed` is m/s, `odometer` m,
    `fuel_level` percent, `engine_hours` h, `coolant_temperature` K.
    """
    values = _by_field(rows)
    columns = {
        **cache.get("vehicle", _vehicle_columns, ids, names.vehicles),
        **cache.get("fleet", _fleet_columns, values["fleet_id"], values["fleet_ref"], names),
        **cache.get("provider", _provider_columns, values["tsp_slug"], values["source_name"], names),
        **cache.get("connection", _connection_column, values["connection_id"]),
        **cache.get("driver", _driver_column, values["driver_id"], names.drivers),
        "place": _text(list(map(address_words, values["inferred_address"]))),
        "occurred_at": _times(values["occurred_at"]),
        "h3": pa.array(values["h3_index_11"], pa.uint64()).fill_null(0).to_numpy(),
    }
    columns["lon"], columns["lat"], columns["position_error"] = _positions(
        values["location"], values["deleted_at"]
    )
    for name in ("speed", "odometer", "fuel_level", "engine_hours", "coolant_temperature"):
        columns[name] = _numbers(values[name])
    return columns


def _by_field(rows: Sequence[Fix]) -> dict[str, list[Any]]:
    """The values of each field. A hundred rows at a time, as so many stay in the processor's nearest cache."""
    values: dict[str, list[Any]] = {name: [] for name in Fix.__struct_fields__}
    for start in range(0, len(rows), 100):
        some = zip(*map(astuple, rows[start : start + 100]), strict=True)
        for held, more in zip(values.values(), some, strict=True):
            held.extend(more)
    return values


def _vehicle_columns(ids: Sequence[str], vehicles: Mapping[str, VehicleFacts]) -> Columns:
    facts = [vehicles.get(vehicle_id, NO_FACTS) for vehicle_id in ids]
    texts = {name: _text([getattr(fact, name) for fact in facts]) for name in ("plate", "vin")}
    return {
        "vehicle_id": _text(ids),
        "name": _text([vehicle_name(vehicle_id, vehicles) for vehicle_id in ids]),
        **texts,
    }


def _fleet_columns(ids: Sequence[str | None], refs: Sequence[str | None], names: Names) -> Columns:
    shown = [names.fleet(fleet_id or "", ref or "") for fleet_id, ref in zip(ids, refs, strict=True)]
    return {"fleet_id": _categories(ids), "fleet_ref": _categories(refs), "fleet": _categories(shown)}


def _provider_columns(slugs: Sequence[str | None], sources: Sequence[str | None], names: Names) -> Columns:
    shown = [names.provider(slug or "", source or "") for slug, source in zip(slugs, sources, strict=True)]
    return {
        "tsp_slug": _categories(slugs),
        "provider": _categories(shown),
        "source": _categories(sources),
        "source_name": _categories([names.source(source or "") for source in sources]),
    }


def _connection_column(ids: Sequence[str | None]) -> Columns:
    return {"connection_id": _categories(ids)}


def _driver_column(ids: Sequence[str | None], drivers: Mapping[str, str]) -> Columns:
    return {"driver": _text([driver_name(driver_id or "", drivers) for driver_id in ids])}


def _positions(
    locations: Sequence[Location], deleted_at: Sequence[datetime | None]
) -> tuple[Floats, Floats, pd.Categorical[str]]:
    """Longitudes and latitudes, and why there are none."""
    lon, lat, errors = parse_positions(locations)
    for index, deleted in enumerate(deleted_at):
        if deleted is not None:
            lon[index] = lat[index] = np.nan
            errors[index] = DELETED
    words = ["", *sorted(set(errors.values()))]
    codes = np.zeros(len(locations), dtype=np.int8)
    codes[list(errors)] = [words.index(error) for error in errors.values()]
    return lon, lat, pd.Categorical.from_codes(codes, categories=pd.Index(words, dtype="str"))


def _times(values: list[Any]) -> pd.Series[pd.Timestamp]:
    """Times as a column; one that lies outside the years 1 to 9999 in UTC is unknown."""
    try:
        return pd.Series(values, dtype="datetime64[us, UTC]")
    except (OverflowError, ValueError):
        return pd.Series(list(map(_in_utc, values)), dtype="datetime64[us, UTC]")


def _in_utc(time: datetime | None) -> datetime | None:
    try:
        return None if time is None else time.astimezone(UTC)
    except OverflowError:
        return None


def _numbers(values: Sequence[float | None]) -> Floats:
    """Numbers as a column; what is not finite, or more than anything can be, is unknown."""
    numbers = pa.array(values, pa.float64()).to_numpy(zero_copy_only=False)
    sane = np.abs(numbers) < ABSURD
    return numbers if sane.all() else np.where(sane, numbers, np.nan)


def _categories(values: Sequence[str | None]) -> pd.Categorical[str]:
    return pd.Categorical([value or "" for value in values])


def _text(values: Sequence[str]) -> pd.api.extensions.ExtensionArray:
    return pd.array(values, dtype="str")
