"""From row numbers and moments to the rows of an answer, whole columns at a time."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from h3.api import basic_int as h3
from numpy.typing import NDArray

from sandbox.api import models
from sandbox.api.models import Address, Point
from sandbox.world import names
from sandbox.world.corridors import PLACES
from sandbox.world.entities import Connection
from sandbox.world.motion import Floats, Ints
from sandbox.world.roster import Bools, Trailers, Vehicles, ids
from sandbox.world.world import World

Columns = dict[str, Iterable[Any]]
H3_RESOLUTION = 11
FUTURE_SECONDS = 2 * 3600.0
OLDER_SECONDS = 600.0
# Each fault looks at another part of a vehicle's draw, so that several hit different vehicles.
_TURNS = {"null-coordinates": 1.0, "bad-coordinates": 97.0, "future-clock": 971.0, "older-fix": 9973.0}
_ADDRESSES = np.array(
    [*(Address(p.city, p.province, p.country) for p in PLACES), Address(), None], dtype=object
)
# Share of the vehicles that a fault hits, by the fault's name.
VehicleFaults = Callable[[str], float]


def isos(t: Floats) -> list[str]:
    """Return ISO 8601 times in UTC, microseconds."""
    moments = (np.round(t * 1e3) * 1e3).astype(np.int64).view("datetime64[us]")
    return [str(text) for text in np.datetime_as_string(moments, unit="us", timezone="UTC").tolist()]


def null_unknown(values: Iterable[Any], known: Bools) -> list[Any]:
    """Put None where a value is not known."""
    return [value if ok else None for value, ok in zip(values, known.tolist(), strict=True)]


def cells(lon: Floats, lat: Floats) -> list[int | None]:
    """Return the H3 cells of resolution 11, None where the coordinates are out of range."""
    return [
        h3.latlng_to_cell(y, x, H3_RESOLUTION) if -180 <= x <= 180 and -90 <= y <= 90 else None
        for x, y in zip(lon.tolist(), lat.tolist(), strict=True)
    ]


class RowBuilder:
    """Builds answers for one moment (`now`) from one version of the world."""

    def __init__(self, world: World, now: float, fault: VehicleFaults, *, source_data: bool = False) -> None:
        self.world = world
        self.now = now
        self.vehicles: Vehicles = world.rows.vehicles
        self.trailers: Trailers = world.rows.trailers
        self.fault = fault
        self.source_data = source_data

    # --- shared columns

    def of_connection(self, connection: Ints, value: Callable[[Connection], Any]) -> list[Any]:
        """Return a value of each row's connection."""
        table = [value(item) for item in self.world.connections]
        return [table[number] for number in connection.tolist()]

    def sourced(
        self,
        columns: Vehicles | Trailers,
        rows: Ints,
        row_ids: Sequence[str],
        kind: str,
        *,
        created: Floats,
        occurred: Floats,
        updated: Floats,
    ) -> Columns:
        """Return the bookkeeping columns of vehicle or trailer rows; `kind` prefixes their source ids."""
        fleets, connection = self.world.fleets, columns.connection[rows]
        fleet = columns.fleet[rows].tolist()
        source_ids = [f"{kind}:{one[:8]}" for one in row_ids]
        occurred_at = isos(occurred)
        raw: Iterable[dict[str, Any]]
        if self.source_data:
            raw = [{"id": s, "time": t, "kind": kind} for s, t in zip(source_ids, occurred_at, strict=True)]
        else:
            raw = [{}] * len(rows)
        return {
            "fleet_id": [fleets[number].id for number in fleet],
            "fleet_ref": [fleets[number].ref for number in fleet],
            "id": row_ids,
            "created_at": isos(created),
            "updated_at": isos(updated),
            "connection_id": self.of_connection(connection, lambda c: c.id),
            "tsp_id": self.of_connection(connection, lambda c: c.provider.id),
            "tsp_slug": self.of_connection(connection, lambda c: c.provider.slug),
            "source_name": self.of_connection(connection, lambda c: c.provider.source_name),
            "source_data": raw,
            "source_id": source_ids,
            "source_data_hash": [
                hashlib.sha256(f"{one}{t}".encode()).hexdigest()
                for one, t in zip(row_ids, occurred_at, strict=True)
            ],
            "occurred_at": occurred_at,
            "schedule_id": self.of_connection(connection, lambda c: c.schedule_id("vehicle_location")),
        }

    def _hit(self, fault: str, rows: Ints) -> Bools:
        """Tell which vehicles a fault hits: the same ones every time, and at least one if any at all."""
        share = self.fault(fault)
        if share <= 0:
            return np.zeros(len(rows), dtype=bool)
        turned = np.mod(self.vehicles.gap * _TURNS[fault], 1.0)
        hit: Bools = turned[rows] <= max(share, float(turned[self.world.located()].min(initial=1.0)))
        return hit

    def where(self, rows: Ints, lon: Floats, lat: Floats) -> tuple[list[Point | None], list[int | None]]:
        """Return positions and cells of vehicle rows, with the coordinate faults put in."""
        lon, lat = np.round(lon, 7), np.round(lat, 7)
        bad, null = self._hit("bad-coordinates", rows), self._hit("null-coordinates", rows)
        lon, lat = np.where(bad, lon - 360.0, lon), np.where(bad, lat + 90.0, lat)
        points: list[Point | None] = [Point(xy) for xy in zip(lon.tolist(), lat.tolist(), strict=True)]
        if not null.any():
            return points, cells(lon, lat)
        return null_unknown(points, ~null), null_unknown(cells(lon, lat), ~null)

    def address(self, connection: Ints, place: Ints) -> list[Address | None]:
        """Return addresses as each provider fills them: full, three nulls, or null."""
        style = np.array(
            [("full", "empty", "none").index(c.provider.address) for c in self.world.connections],
            dtype=np.int64,
        )[connection]
        known = len(_ADDRESSES) - 2
        return list(_ADDRESSES[np.where(style == 0, place, known + style - 1)])

    def drivers(self, rows: Ints) -> dict[str, list[Any]]:
        """Return the drivers' ids, None where a vehicle has none."""
        known = self.vehicles.has_driver[rows]
        driver = ids(self.vehicles.key[rows], "driver")
        return {
            "driver_id": null_unknown(driver, known),
            "source_driver_id": null_unknown([f"user:{one[:8]}" for one in driver], known),
        }

    def driver_names(self, rows: Ints) -> list[str | None]:
        """Return "Driver 0412" or None per vehicle row."""
        numbers = self.vehicles.driver_number[rows].tolist()
        return null_unknown([f"Driver {number:04d}" for number in numbers], self.vehicles.has_driver[rows])

    def readings(self, rows: Ints, t: Floats) -> tuple[dict[str, list[Any]], Ints, Floats]:
        """Return the measured columns, the places, and the speeds before gaps are put in."""
        vehicles, connection = self.vehicles, self.vehicles.connection[rows]
        state = self.world.state(rows, t)
        points, h3_cells = self.where(rows, state.lon, state.lat)
        hours = np.array([c.provider.engine_hours for c in self.world.connections], dtype=bool)[connection]
        sensors = np.array([c.provider.engine_sensors for c in self.world.connections], dtype=bool)[
            connection
        ]
        warm = state.speed > 0
        wave = np.sin(state.odometer / 5_000.0)
        return (
            {
                "location": points,
                "h3_index_11": h3_cells,
                "speed": null_unknown(np.round(state.speed, 3).tolist(), vehicles.has_speed[rows]),
                "odometer": null_unknown(np.round(state.odometer, 1).tolist(), vehicles.has_odometer[rows]),
                "fuel_level": null_unknown(np.round(state.fuel_level, 2).tolist(), vehicles.has_fuel[rows]),
                "engine_hours": null_unknown(np.round(state.engine_hours, 2).tolist(), hours),
                # Sized as the recorded simulator sends it, which fits kilopascals rather than pascals.
                "oil_pressure": null_unknown(
                    np.round(np.where(warm, 360 + 20 * wave, 275.3), 3).tolist(), sensors
                ),
                "coolant_temperature": null_unknown(
                    np.round(np.where(warm, 361.5 + 3 * wave, 354.2), 3).tolist(), sensors
                ),
            },
            state.place,
            state.speed,
        )

    def latest(self, rows: Ints) -> Floats:
        """Return the times of the newest fixes, or where the fault says so of those ten minutes before."""
        newest, hit = self.world.latest(rows, self.now), self._hit("older-fix", rows)
        if not hit.any():
            return newest
        return np.where(hit, self.vehicles.motion.take(rows).latest(newest - OLDER_SECONDS), newest)

    def shown(self, rows: Ints, t: Floats) -> Floats:
        """Return the times as reported: a vehicle whose clock is wrong is two hours ahead."""
        return t + np.where(self._hit("future-clock", rows), FUTURE_SECONDS, 0.0)

    def sample_ids(self, key: NDArray[np.uint8], t: Floats, kind: str) -> list[str]:
        """Return one id per sample of a history: the time is mixed into the key."""
        stamp = np.round(t * 1e3).astype(">i8").view(np.uint8).reshape(-1, 8)
        return ids(np.concatenate([key[:, :8], key[:, 8:] ^ stamp], axis=1), kind)

    # --- answers

    def _fixes(self, rows: Ints, t: Floats, *, latest: bool) -> tuple[Columns, Floats]:
        vehicles, key = self.vehicles, self.vehicles.key[rows]
        row_ids = ids(key, "location") if latest else self.sample_ids(key, t, "location")
        readings, place, speed = self.readings(rows, t)
        vehicle_ids = ids(key, "vehicle")
        arrived = t + vehicles.lag[rows]
        created = np.where(latest, vehicles.begin[rows], arrived)
        columns = {
            **self.sourced(
                vehicles,
                rows,
                row_ids,
                "loc",
                created=created,
                occurred=self.shown(rows, t),
                updated=arrived,
            ),
            "vehicle_id": vehicle_ids,
            "source_vehicle_id": [f"veh:{one[:8]}" for one in vehicle_ids],
            **self.drivers(rows),
            **readings,
            "inferred_address": self.address(vehicles.connection[rows], place),
        }
        return columns, speed

    def vehicle_locations(self, rows: Ints, t: Floats, *, latest: bool) -> list[models.VehicleLocation]:
        """Return the fixes of vehicle rows at moments `t`; a latest row keeps its id for good."""
        return models.build(models.VehicleLocation, self._fixes(rows, t, latest=latest)[0])

    def engine_statuses(self, rows: Ints, t: Floats, *, latest: bool) -> list[models.EngineStatus]:
        """Return engine statuses: on while moving, off while standing."""
        columns, speed = self._fixes(rows, t, latest=latest)
        columns["engine_status"] = np.where(speed > 0, "ON", "OFF").tolist()
        wanted = models.EngineStatus.__struct_fields__
        return models.build(models.EngineStatus, {k: v for k, v in columns.items() if k in wanted})

    def named(self, rows: Ints) -> Columns:
        """Return names, makes and plates."""
        vehicles = self.vehicles
        makes = [names.make(number) for number in vehicles.make[rows].tolist()]
        fleets = self.world.fleets
        return {
            "vehicle_name": vehicles.name[rows].tolist(),
            "oem": [make[0] for make in makes],
            "model_type": [make[1] for make in makes],
            "model_year": vehicles.year[rows].tolist(),
            "vin": vehicles.vin[rows].tolist(),
            "license_plate_region": [fleets[n].plate_region for n in vehicles.fleet[rows].tolist()],
            "license_plate_country": [fleets[n].plate_country for n in vehicles.fleet[rows].tolist()],
            "license_plate_number": vehicles.plate[rows].tolist(),
            "engine_type": [make[3] for make in makes],
        }

    def statuses(self, rows: Ints) -> list[str | None]:
        """Return the free-text status, null for some as in records."""
        return null_unknown(["IN_SERVICE"] * len(rows), self.vehicles.gap[rows] < 0.8)

    def vehicle_list(self, rows: Ints) -> list[models.Vehicle]:
        """Return vehicles; their bookkeeping times are those of the connection's beginning."""
        begin = self.vehicles.begin[rows]
        columns = {
            **self.sourced(
                self.vehicles,
                rows,
                ids(self.vehicles.key[rows], "vehicle"),
                "veh",
                created=begin,
                occurred=begin,
                updated=begin,
            ),
            **self.named(rows),
            "is_active": [True] * len(rows),
            "status": self.statuses(rows),
            "started_at": isos(begin),
        }
        return models.build(models.Vehicle, columns)

    def users(self, rows: Ints) -> list[models.User]:
        """Return the drivers of vehicle rows (each row must have one)."""
        key, begin = self.vehicles.key[rows], self.vehicles.begin[rows]
        numbers = [f"{number:04d}" for number in self.vehicles.driver_number[rows].tolist()]
        driver = ids(key, "driver")
        fleet = self.vehicles.fleet[rows].tolist()
        columns = {
            **self.sourced(self.vehicles, rows, driver, "user", created=begin, occurred=begin, updated=begin),
            "username": [f"driver{number}" for number in numbers],
            "first_name": ["Driver"] * len(rows),
            "last_name": numbers,
            "user_email": [f"driver{number}@example.com" for number in numbers],
            "employee_number": [f"EMP-{number}" for number in numbers],
            "license_region": [self.world.fleets[n].plate_region for n in fleet],
            "started_at": isos(begin),
        }
        return models.build(models.User, columns)
