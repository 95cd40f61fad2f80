"""Rows of the analytics answers; fields as in the contract, varying ones first."""

import msgspec

from sandbox.api.models import Point


class VehicleSummary(msgspec.Struct):
    """A vehicle with its last position in one row."""

    fleet_id: str
    fleet_ref: str
    connection_id: str
    vehicle_id: str
    tsp_id: str
    tsp_slug: str
    source_name: str
    source_id: str
    status: str | None
    vehicle_name: str
    oem: str
    model_type: str
    model_year: int
    vin: str | None
    license_plate_country: str
    license_plate_region: str
    license_plate_number: str
    last_location_ping: str | None
    last_location_h3_index_11: int | None
    last_location: Point | None
    last_fuel_level: float | None
    last_odometer_reading: float | None
    last_engine_hours: float | None
    last_speed_reading: float | None
    engine_vin: None = None
    last_speed_reading_unit: str = "m/s"
    last_odometer_reading_unit: str = "m"


class VehicleLiveLocation(msgspec.Struct):
    """A vehicle's newest fix with names; neither fleet nor connection."""

    vehicle_id: str
    vin: str | None
    vehicle_name: str
    tsp_id: str
    tsp_slug: str
    source_name: str
    driver_id: str | None
    driver_name: str | None
    h3_index_11: int | None
    speed: float | None
    odometer: float | None
    fuel_level: float | None
    engine_hours: float | None
    oil_pressure: float | None
    coolant_temperature: float | None
    occurred_at: str
    location: Point | None
    speed_unit: str = "m/s"
    odometer_unit: str = "m"
    oil_pressure_unit: str = "Pa"
    coolant_temperature_unit: str = "K"


class TrailerLiveLocation(msgspec.Struct):
    """A trailer's newest fix, and its truck's."""

    trailer_id: str
    tsp_id: str
    tsp_slug: str
    source_name: str
    trailer_name: str
    vehicle_id: str | None
    driver_id: str | None
    driver_name: str | None
    trailer_h3_index_11: int | None
    trailer_location_occurred_at: str
    trailer_location: Point | None
    vehicle_h3_index_11: int | None
    vehicle_location_occurred_at: str | None
    vehicle_location: Point | None
