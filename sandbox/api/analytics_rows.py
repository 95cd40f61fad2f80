"""Vehicles with their newest fix, as the analytics answers show them."""

from sandbox.api.analytics_models import VehicleLiveLocation, VehicleSummary
from sandbox.api.models import build
from sandbox.api.rows import Columns, Rows, isos, masked
from sandbox.world.motion import Ints
from sandbox.world.roster import ids


def vehicle_summaries(of: Rows, rows: Ints) -> list[VehicleSummary]:
    """Return vehicles with their last position; null where none has ever arrived."""
    t = of.latest(rows)
    located = of.vehicles.has_location[rows]
    readings, _, _ = of.readings(rows, t)
    vehicle_ids = ids(of.vehicles.key[rows], "vehicle")
    connection = of.vehicles.connection[rows]
    named = {k: v for k, v in of.named(rows).items() if k != "engine_type"}
    fleets = [of.world.fleets[number] for number in of.vehicles.fleet[rows].tolist()]
    columns: Columns = {
        "fleet_id": [fleet.id for fleet in fleets],
        "fleet_ref": [fleet.ref for fleet in fleets],
        "connection_id": of.of_connection(connection, lambda c: c.id),
        "vehicle_id": vehicle_ids,
        "tsp_id": of.of_connection(connection, lambda c: c.provider.id),
        "tsp_slug": of.of_connection(connection, lambda c: c.provider.slug),
        "source_name": of.of_connection(connection, lambda c: c.provider.source_name),
        "source_id": [f"veh:{one[:8]}" for one in vehicle_ids],
        "status": of.statuses(rows),
        **named,
        "last_location_ping": masked(isos(of.shown(rows, t)), located),
        "last_location_h3_index_11": masked(readings["h3_index_11"], located),
        "last_location": masked(readings["location"], located),
        "last_fuel_level": masked(readings["fuel_level"], located),
        "last_odometer_reading": masked(readings["odometer"], located),
        "last_engine_hours": masked(readings["engine_hours"], located),
        "last_speed_reading": masked(readings["speed"], located),
    }
    return build(VehicleSummary, columns)


def vehicle_live_locations(of: Rows, rows: Ints) -> list[VehicleLiveLocation]:
    """Return newest fixes with names. `source_name` differs from the other endpoints for one TSP."""
    t = of.latest(rows)
    readings, _, _ = of.readings(rows, t)
    connection = of.vehicles.connection[rows]
    columns: Columns = {
        "vehicle_id": ids(of.vehicles.key[rows], "vehicle"),
        "vin": of.vehicles.vin[rows].tolist(),
        "vehicle_name": of.vehicles.name[rows].tolist(),
        "tsp_id": of.of_connection(connection, lambda c: c.provider.id),
        "tsp_slug": of.of_connection(connection, lambda c: c.provider.slug),
        "source_name": of.of_connection(connection, lambda c: c.provider.live_source_name),
        "driver_id": of.drivers(rows)["driver_id"],
        "driver_name": of.driver_names(rows),
        **readings,
        "occurred_at": isos(of.shown(rows, t)),
    }
    return build(VehicleLiveLocation, columns)
