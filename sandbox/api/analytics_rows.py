"""Vehicles with their newest fix, as the analytics answers show them."""

from sandbox.api.analytics_models import VehicleLiveLocation, VehicleSummary
from sandbox.api.models import build
from sandbox.api.rows import Columns, RowBuilder, isos, null_unknown
from sandbox.world.motion import Ints
from sandbox.world.roster import ids


def vehicle_summaries(of: RowBuilder, rows: Ints) -> list[VehicleSummary]:
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
        "last_location_ping": null_unknown(isos(of.shown(rows, t)), located),
        "last_location_h3_index_11": null_unknown(readings["h3_index_11"], located),
        "last_location": null_unknown(readings["location"], located),
        "last_fuel_level": null_unknown(readings["fuel_level"], located),
        "last_odometer_reading": null_unknown(readings["odometer"], located),
        "last_engine_hours": null_unknown(readings["engine_hours"], located),
        "last_speed_reading": null_unknown(readings["speed"], located),
    }
    return build(VehicleSummary, columns)


def vehicle_live_locations(of: RowBuilder, rows: Ints) -> list[VehicleLiveLocation]:
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
