"""Rows of the telematics answers. Varying fields first, then those that the simulation leaves at one value.

Field names, types and units are the contract's (`VehicleLocationRead` and so on in `openapi.json`).
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

Row = TypeVar("Row", bound=msgspec.Struct)


def build(row_type: type[Row], columns: Mapping[str, Iterable[Any]]) -> list[Row]:
    """Make rows from columns that carry the names of the type's leading fields."""
    leading = row_type.__struct_fields__[: len(columns)]
    return list(map(row_type, *(columns[name] for name in leading)))


class Point(msgspec.Struct, frozen=True):
    """GeoJSON: longitude first, degrees."""

    coordinates: tuple[float, float]
    type: str = "Point"
    bbox: None = None


class Address(msgspec.Struct, frozen=True):
    """An inferred address; all three may be null."""

    city: str | None = None
    province: str | None = None
    country_code: str | None = None


class Sourced(msgspec.Struct):
    """Bookkeeping that every telematics row carries."""

    fleet_id: str
    fleet_ref: str
    id: str
    created_at: str
    updated_at: str
    connection_id: str
    tsp_id: str
    tsp_slug: str
    source_name: str
    source_data: dict[str, Any]
    source_id: str
    source_data_hash: str
    occurred_at: str
    schedule_id: str


class VehicleLocation(Sourced):
    """One fix: metres, m/s, percent, hours, kelvin."""

    vehicle_id: str
    driver_id: str | None
    source_vehicle_id: str
    source_driver_id: str | None
    location: Point | None
    h3_index_11: int | None
    speed: float | None
    odometer: float | None
    fuel_level: float | None
    engine_hours: float | None
    oil_pressure: float | None
    coolant_temperature: float | None
    inferred_address: Address | None
    fuel_value: None = None
    co_driver_id: None = None
    source_co_driver_id: None = None
    deleted_at: None = None
    execution_id: None = None
    extras: dict[str, Any] = {}
    speed_unit: str = "m/s"
    odometer_unit: str = "m"
    fuel_value_unit: str = "m3"
    oil_pressure_unit: str = "Pa"
    coolant_temperature_unit: str = "K"


class EngineStatus(Sourced):
    """One engine status, at the place of the fix it came with."""

    vehicle_id: str
    driver_id: str | None
    source_vehicle_id: str
    source_driver_id: str | None
    location: Point | None
    h3_index_11: int | None
    inferred_address: Address | None
    engine_status: str
    co_driver_id: None = None
    source_co_driver_id: None = None
    deleted_at: None = None
    execution_id: None = None
    extras: dict[str, Any] = {}


class TrailerLocation(Sourced):
    """One fix of a trailer; `vehicle_id` is the truck that tows it."""

    trailer_id: str
    source_trailer_id: str
    vehicle_id: str | None
    source_vehicle_id: str | None
    location: Point | None
    h3_index_11: int | None
    inferred_address: Address | None
    deleted_at: None = None
    execution_id: None = None
    extras: dict[str, Any] = {}


class Vehicle(Sourced):
    """A vehicle."""

    vehicle_name: str
    oem: str
    model_type: str
    model_year: int
    vin: str | None
    license_plate_region: str
    license_plate_country: str
    license_plate_number: str
    engine_type: str
    is_active: bool
    status: str | None
    started_at: str
    engine_vin: None = None
    ended_at: str = "2050-01-01T00:00:00Z"
    notes: None = None
    eld_id: None = None
    eld_serial_number: None = None
    eld_device_type: None = None
    eld_product_id: None = None
    total_axles: None = None
    vehicle_groups: dict[str, Any] = {}
    external_id: None = None
    speed_unit: None = None
    odometer_unit: None = None
    fuel_unit: None = None
    fuel_capacity: None = None
    deleted_at: None = None
    execution_id: None = None
    extras: dict[str, Any] = {}


class Trailer(Sourced):
    """A trailer."""

    trailer_name: str
    license_plate_number: str
    trailer_length: float
    oem: None = None
    model_type: None = None
    model_year: None = None
    vin: None = None
    license_plate_region: str = ""
    license_plate_country: str = "USA"
    started_at: None = None
    ended_at: None = None
    is_active: bool = True
    status: str = "active"
    notes: None = None
    eld_id: None = None
    eld_serial_number: None = None
    eld_device_type: None = None
    eld_product_id: None = None
    total_axles: None = None
    trailer_groups: dict[str, Any] = {}
    external_id: None = None
    trailer_type: str = "DRY_VAN"
    speed_unit: None = None
    odometer_unit: None = None
    fuel_unit: None = None
    fuel_capacity: None = None
    engine_type: None = None
    deleted_at: None = None
    execution_id: None = None
    extras: dict[str, Any] = {}


class User(Sourced):
    """A driver; the name is a number, never a person's."""

    username: str
    first_name: str
    last_name: str
    user_email: str
    employee_number: str
    license_region: str
    started_at: str
    is_driver: bool = True
    is_active: bool = True
    status: str = "ACTIVE"
    ended_at: None = None
    user_designation: None = None
    phone_number: None = None
    country_code: None = None
    license_country: str = "USA"
    license_number: None = None
    license_expiration: None = None
    company_groups: dict[str, Any] = {}
    private_user_groups: dict[str, Any] = {}
    report_groups: dict[str, Any] = {}
    security_groups: dict[str, Any] = {}
    authority_name: None = None
    authority_address: None = None
    company_name: None = None
    company_address: None = None
    carrier_number: None = None
    last_tsp_login: None = None
    notes: None = None
    hos_ruleset_code: None = None
    allow_yard_move: None = None
    allow_personal_conveyance: None = None
    allow_adverse_driving: None = None
    default_time_zone: None = None
    deleted_at: None = None
    execution_id: None = None
    extras: dict[str, Any] = {}
