"""Vehicles and where they are."""

from typing import Any

from catena_client.models.base import InferredAddress, NonNegativeInt, SourceRow, Time


class Vehicle(SourceRow, kw_only=True, frozen=True):
    """A vehicle of one connection. A truck on two TSPs is two vehicles."""

    vehicle_name: str | None = None
    """Name; not unique (seen in recorded answers)."""
    oem: str | None = None
    """Maker."""
    model_type: str | None = None
    """Model."""
    model_year: NonNegativeInt | None = None
    """Year of the model."""
    vin: str | None = None
    """Vehicle identification number."""
    engine_vin: str | None = None
    """The number as the engine reports it."""
    license_plate_region: str | None = None
    """Region of the plate; "" and None both mean unknown (seen in recorded answers)."""
    license_plate_country: str | None = None
    """Country of the plate, in no fixed form."""
    license_plate_number: str | None = None
    """Plate."""
    started_at: Time | None = None
    """In service since."""
    ended_at: Time | None = None
    """In service until; 2050-01-01 on active ones (seen in recorded answers)."""
    is_active: bool | None = None
    """Whether in service."""
    status: str | None = None
    """Free text, e.g. IN_SERVICE."""
    notes: str | None = None
    """Free text."""
    eld_serial_number: str | None = None
    """Serial number of the logging device."""
    eld_device_type: str | None = None
    """Type of the logging device."""
    external_id: str | None = None
    """Further id in the TSP's system."""
    engine_type: str | None = None
    """Kind of engine, free text."""


class VehicleLocation(SourceRow, kw_only=True, frozen=True):
    """Where a vehicle was, and what it measured there. A None is unknown, not zero.

    A "latest" row is changed in place: the key of a sample is `vehicle_id` and `occurred_at`.
    """

    vehicle_id: str | None = None
    """Id of the vehicle."""
    driver_id: str | None = None
    """Id of the driver (a user)."""
    co_driver_id: str | None = None
    """Id of the second driver."""
    source_vehicle_id: str | None = None
    """Id of the vehicle in the TSP's system."""
    source_driver_id: str | None = None
    """Id of the driver in the TSP's system."""
    location: Any = None
    """As sent: mostly a GeoJSON point or None. Read it with `coordinates`."""
    h3_index_11: NonNegativeInt | None = None
    """H3 cell of resolution 11, a 64-bit integer: exact here, to be sent to a browser as text."""
    speed: float | None = None
    """m/s."""
    odometer: float | None = None
    """Metres."""
    fuel_level: float | None = None
    """Percent left, 0 to 100."""
    fuel_value: float | None = None
    """Cubic metres left."""
    engine_hours: float | None = None
    """Hours, as reported."""
    oil_pressure: float | None = None
    """Pascal by the contract; some sources send values that fit kilopascal (seen in recorded answers)."""
    coolant_temperature: float | None = None
    """Kelvin."""
    inferred_address: InferredAddress | None = None
    """City, province and country, each maybe None."""
