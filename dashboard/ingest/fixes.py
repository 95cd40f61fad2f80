"""The latest fix of a vehicle as the API sends it, and where that can be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import msgspec
import numpy as np

from catena_client.models.base import NonNegativeInt, Time
from dashboard.fleet.geo import NO_POSITION, Floats, position_error, usable

UNREADABLE = "unreadable answer"
"""Why a row cannot be drawn whose position, or whose very identity, is in no form that could be read."""


class Address(msgspec.Struct, frozen=True, gc=False):
    """Where a position lies, as the API says it."""

    city: str | None = None
    province: str | None = None
    country_code: str | None = None


class Coordinates(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The first two members of an array, whatever they are."""

    lon: Any = None
    lat: Any = None


class Point(msgspec.Struct, frozen=True, gc=False):
    """An object with coordinates, if it is GeoJSON as the records show it."""

    coordinates: Coordinates | dict[str, Any] | str | float | bool | None = None


Location = Point | list[Any] | str | float | bool | None
"""Any JSON value, since the contract excludes none. Points come without containers that the garbage collector
would have to follow, which about halved the CPU time of fetching them."""


class Fix(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the dashboard reads of one latest location: fields and units of the API's `VehicleLocation`.

    A model of its own, because each field costs time and memory on every row of every poll. Nothing is required:
    what is missing or unreadable is None, and costs no more than itself. Not tracked by the garbage collector: it
    holds nothing that refers back to it.
    """

    # In the order in which the API sends them, which is read fastest.
    fleet_id: str | None = None
    fleet_ref: str | None = None
    id: str | None = None
    connection_id: str | None = None
    tsp_slug: str | None = None
    source_name: str | None = None
    occurred_at: Time | None = None
    vehicle_id: str | None = None
    driver_id: str | None = None
    source_vehicle_id: str | None = None
    location: Location = None
    h3_index_11: NonNegativeInt | None = None
    speed: float | None = None
    odometer: float | None = None
    fuel_level: float | None = None
    engine_hours: float | None = None
    coolant_temperature: float | None = None
    inferred_address: Address | None = None
    deleted_at: Time | None = None

    @property
    def vehicle(self) -> str:
        """Id of the vehicle, else one made up of its connection and its id there, else of the row's; "" if nothing."""
        if self.vehicle_id:
            return self.vehicle_id
        there = (self.connection_id and self.source_vehicle_id) or self.id
        return f"{self.connection_id or ''}/{there}" if there else ""


def parse_position(location: Location) -> tuple[float, float, str]:
    """Longitude and latitude in degrees and ""; or NaN, NaN and why they cannot be drawn."""
    if location is None:
        return *NO_POSITION, "no position reported"
    if not isinstance(location, Point) or not isinstance(location.coordinates, Coordinates):
        return *NO_POSITION, UNREADABLE
    lon, lat = location.coordinates.lon, location.coordinates.lat
    if not (_is_number(lon) and _is_number(lat)):
        return *NO_POSITION, UNREADABLE
    if error := position_error(lon, lat):
        return *NO_POSITION, error
    return float(lon), float(lat), ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def parse_positions(locations: Sequence[Location]) -> tuple[Floats, Floats, dict[int, str]]:
    """Do what `parse_position` does to many: longitudes, latitudes, and the errors by index in the sequence.

    Only what is not plainly a good position is looked at one by one.
    """
    pairs = np.fromiter(chain.from_iterable(map(_pair, locations)), np.float64, 2 * len(locations))
    lon, lat = pairs[::2].copy(), pairs[1::2].copy()
    errors = {}
    for index in np.flatnonzero(~usable(lon, lat)).tolist():
        lon[index], lat[index], error = parse_position(locations[index])
        if error:
            errors[index] = error
    return lon, lat, errors


def _pair(location: Any) -> tuple[float, float]:
    """Longitude and latitude where both were sent as fractions, as nearly all are; NaN for the rest."""
    try:
        lon, lat = location.coordinates.lon, location.coordinates.lat
    except AttributeError:
        return NO_POSITION
    return (lon, lat) if type(lon) is float and type(lat) is float else NO_POSITION


@lru_cache(maxsize=1 << 16)
def address_words(address: Address | None) -> str:
    """A place in words, "" where nothing is known."""
    parts = (address.city, address.province, address.country_code) if address else ()
    return ", ".join(part for part in parts if part)
