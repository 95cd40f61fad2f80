"""Summaries made by Catena."""

from typing import Any

from catena_client.models.base import Model, NonNegativeInt, Time


class ResourceCount(Model, kw_only=True, frozen=True):
    """How much there is in all."""

    fleets: NonNegativeInt | None = None
    """Number of fleets."""
    vehicles: NonNegativeInt | None = None
    """Number of vehicles."""
    drivers: NonNegativeInt | None = None
    """Number of drivers."""
    trailers: NonNegativeInt | None = None
    """Number of trailers."""


class FleetSummary(Model, kw_only=True, frozen=True):
    """How much there is of one fleet_ref; several fleets may share it."""

    fleet_ref: str | None
    """The partner's own name of the fleets."""
    fleet_ids: list[str] | None = None
    """Ids of the fleets."""
    connections: NonNegativeInt | None = None
    """Number of connections."""
    drivers: NonNegativeInt | None = None
    """Number of drivers."""
    vehicles: NonNegativeInt | None = None
    """Number of vehicles."""
    vehicles_with_locations: NonNegativeInt | None = None
    """Number of vehicles that have a position."""


class VehicleSummary(Model, kw_only=True, frozen=True):
    """A vehicle with its last position."""

    fleet_id: str | None = None
    """Id of the fleet."""
    connection_id: str | None = None
    """Id of the connection."""
    vehicle_id: str
    """Id of the vehicle."""
    fleet_ref: str | None = None
    """The partner's own name of the fleet; not unique."""
    tsp_id: str | None = None
    """Id of the TSP."""
    tsp_slug: str | None = None
    """Short name of the TSP."""
    source_name: str | None = None
    """Platform of the TSP."""
    source_id: str | None = None
    """Id in the TSP's system."""
    status: str | None = None
    """Free text, e.g. IN_SERVICE."""
    vehicle_name: str | None = None
    """Name; not unique."""
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
    license_plate_country: str | None = None
    """Country of the plate, in no fixed form."""
    license_plate_region: str | None = None
    """Region of the plate."""
    license_plate_number: str | None = None
    """Plate."""
    last_location_ping: Time | None = None
    """When it last told its position."""
    last_location_h3_index_11: NonNegativeInt | None = None
    """H3 cell of resolution 11, a 64-bit integer."""
    last_location: Any = None
    """As sent: mostly a GeoJSON point or None. Read it with `coordinates`."""
    last_fuel_level: float | None = None
    """Percent left."""
    last_odometer_reading: float | None = None
    """Metres."""
    last_engine_hours: float | None = None
    """Hours, as reported."""
    last_speed_reading: float | None = None
    """m/s."""


class VehicleLiveLocation(Model, kw_only=True, frozen=True):
    """Where a vehicle is, with the names of vehicle and driver, but without its fleet."""

    vehicle_id: str
    """Id of the vehicle."""
    occurred_at: Time | None = None
    """Time of the sample."""
    vin: str | None = None
    """Vehicle identification number."""
    vehicle_name: str | None = None
    """Name; not unique."""
    tsp_id: str | None = None
    """Id of the TSP."""
    tsp_slug: str | None = None
    """Short name of the TSP."""
    source_name: str | None = None
    """Platform of the TSP; may differ from the one in vehicle locations."""
    driver_id: str | None = None
    """Id of the driver (a user)."""
    driver_name: str | None = None
    """Name of the driver."""
    h3_index_11: NonNegativeInt | None = None
    """H3 cell of resolution 11, a 64-bit integer."""
    speed: float | None = None
    """m/s."""
    odometer: float | None = None
    """Metres."""
    fuel_level: float | None = None
    """Percent left."""
    engine_hours: float | None = None
    """Hours, as reported."""
    oil_pressure: float | None = None
    """Pascal by the contract."""
    coolant_temperature: float | None = None
    """Kelvin."""
    location: Any = None
    """As sent: mostly a GeoJSON point or None. Read it with `coordinates`."""


class TrailerLiveLocation(Model, kw_only=True, frozen=True):
    """Where a trailer is, and the vehicle that pulls it."""

    trailer_id: str
    """Id of the trailer."""
    trailer_location_occurred_at: Time | None = None
    """Time of the trailer's sample."""
    tsp_id: str | None = None
    """Id of the TSP."""
    tsp_slug: str | None = None
    """Short name of the TSP."""
    source_name: str | None = None
    """Platform of the TSP."""
    trailer_name: str | None = None
    """Name."""
    vehicle_id: str | None = None
    """Id of the vehicle."""
    driver_id: str | None = None
    """Id of the driver (a user)."""
    driver_name: str | None = None
    """Name of the driver."""
    trailer_h3_index_11: NonNegativeInt | None = None
    """H3 cell of the trailer, resolution 11, a 64-bit integer."""
    trailer_location: Any = None
    """As sent: mostly a GeoJSON point or None. Read it with `coordinates`."""
    vehicle_h3_index_11: NonNegativeInt | None = None
    """H3 cell of the vehicle, resolution 11, a 64-bit integer."""
    vehicle_location_occurred_at: Time | None = None
    """Time of the vehicle's sample."""
    vehicle_location: Any = None
    """As sent: mostly a GeoJSON point or None. Read it with `coordinates`."""
