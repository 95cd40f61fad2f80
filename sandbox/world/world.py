"""The simulated world: who exists, what may be read, and where everything is.

Everything lives in memory. Entities are appended, never removed, so a row number stays valid for good.
Columns are replaced as a whole under the lock, so a reader works on a consistent `rows` without locking.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from cachetools import LRUCache

from sandbox.config import SandboxConfig
from sandbox.world.corridors import CITIES, city_number
from sandbox.world.entities import Agreement, Connection, Fleet
from sandbox.world.motion import Floats, Ints, State
from sandbox.world.paths import Roads, build_roads
from sandbox.world.providers import PROVIDERS, Provider
from sandbox.world.roster import DAY, LONG_HAUL, REGIONAL, Group, Trailers, Vehicles, draw, draw_trailers, ids

Clock = Callable[[], float]


@dataclass(frozen=True)
class Rows:
    """One consistent version of all vehicles and trailers."""

    version: int
    vehicles: Vehicles
    trailers: Trailers


class World:
    """Fleets, connections, agreements and the vehicles behind them. `clock` returns epoch seconds."""

    def __init__(self, config: SandboxConfig, clock: Clock = time.time) -> None:
        self.config = config
        self.clock = clock
        self.lock = threading.RLock()
        self.rng = np.random.default_rng(config.seed)
        self.roads: Roads = build_roads()
        self.fleets: list[Fleet] = []
        self.connections: list[Connection] = []
        self.agreements: list[Agreement] = []
        self.numbers: list[int] = []  # per fleet: vehicles drawn so far, which numbers the next ones
        self.version = 0
        self.rows = Rows(0, *self._draw([], clock()))
        self._selections: LRUCache[object, Ints] = LRUCache(256)
        self._by_id: dict[str, dict[str, int]] = {}
        self._histories: LRUCache[tuple[int, float, float], Floats] = LRUCache(8)

    # --- growth

    def changed(self) -> None:
        """Note that what may be read has changed. Call it, under the lock, after changing an entity."""
        self.version += 1

    def new_id(self) -> str:
        """Draw the next id from the seeded generator."""
        with self.lock:
            return ids(self.rng.integers(0, 256, (1, 16), dtype=np.uint8), "entity")[0]

    def home(self) -> int:
        """Return a city for a fleet, by number: the one that the whole world is put into, or any."""
        with self.lock:
            drawn = int(self.rng.integers(len(CITIES)))
            return drawn if self.config.city is None else city_number(self.config.city)

    def add_fleet(self, fleet: Fleet) -> int:
        """Append a fleet and return its number."""
        with self.lock:
            self.fleets.append(fleet)
            self.numbers.append(0)
            self.changed()
            return len(self.fleets) - 1

    def add_connection(self, connection: Connection, count: int, *, settled: bool) -> int:
        """Append one connection with `count` new vehicles and return its number.

        `settled` connections have run for months and have the gaps of such; others deliver three days back.
        """
        with self.lock:
            number = len(self.connections)
            self.add_connections([(connection, count)], settled=settled)
            return number

    def add_connections(self, sized: list[tuple[Connection, int]], *, settled: bool) -> None:
        """Append several connections at once, each with a number of new vehicles."""
        with self.lock:
            now = self.clock()
            groups = []
            for connection, count in sized:
                fleet = self.fleets[connection.fleet]
                groups.append(
                    Group(
                        fleet=connection.fleet,
                        connection=len(self.connections),
                        provider=connection.provider,
                        count=count,
                        city=fleet.city,
                        routes=fleet.routes,
                        first_number=self.numbers[connection.fleet],
                        begin=now - (60 if settled else 3) * DAY,
                        local=self._local(connection.provider),
                        parked=0.12 if settled else 0.0,
                        reach=LONG_HAUL if settled else REGIONAL,
                        quiet=settled,
                    )
                )
                self.connections.append(connection)
                self.numbers[connection.fleet] += count
            vehicles, trailers = self._draw(groups, now)
            old = self.rows
            self.changed()
            self._set_rows(old.vehicles.join(vehicles), old.trailers.join(trailers))

    def _local(self, provider: Provider) -> float:
        """Return the share of vehicles that do not leave their city."""
        if self.config.city is not None:
            return 1.0
        return 0.9 if provider.slug == "groundhog" else 0.2

    def replace_vehicles(self, vehicles: Vehicles) -> None:
        """Put other columns in place of the present ones (same length and keys)."""
        with self.lock:
            self.changed()
            self._set_rows(vehicles, self.rows.trailers)

    def _set_rows(self, vehicles: Vehicles, trailers: Trailers) -> None:
        self.rows = Rows(self.version, vehicles, trailers)
        self._by_id = {}

    def _draw(self, groups: list[Group], now: float) -> tuple[Vehicles, Trailers]:
        empty = Group(0, 0, PROVIDERS[0], 0, 0, (0,), 0, now)
        drawn = [draw(self.rng, group, self.roads, now) for group in (groups or [empty])]
        vehicles = drawn[0].join(*drawn[1:])
        first = len(self.rows.vehicles) if groups else 0
        trailers, row = [], first
        for group, part in zip(groups or [empty], drawn, strict=True):
            hauls = "trailer_location" in group.provider.resources
            trailers.append(draw_trailers(self.rng, part, row, now, share=0.4 if hauls else 0.0))
            row += len(part)
        return vehicles, trailers[0].join(*trailers[1:])

    # --- what may be read

    def fleets_sharing(self, resource: str | None) -> list[bool]:
        """Tell, per fleet, whether an agreement shares a resource now (None: any agreement at all)."""
        now = self.clock()
        shared = [False] * len(self.fleets)
        for agreement in self.agreements:
            if agreement.shares(resource, now):
                shared[agreement.fleet] = True
        return shared

    def select(
        self,
        table: str,
        resource: str,
        fleet_ids: list[str],
        fleet_refs: list[str],
        connection_id: str | None,
    ) -> Ints:
        """Return the rows of `vehicles` or `trailers` that the filters and the agreements let through."""
        rows = self.rows
        shared = self.fleets_sharing(resource)
        key = (self.version, table, resource, *fleet_ids, 0, *fleet_refs, 0, connection_id, bytes(shared))
        with self.lock:
            selection = self._selections.get(key)
        if selection is not None:
            return selection
        columns = rows.vehicles if table == "vehicles" else rows.trailers
        ok = np.array(shared, dtype=bool)
        if fleet_ids:
            ok &= np.array([fleet.id in fleet_ids for fleet in self.fleets], dtype=bool)
        if fleet_refs:
            ok &= np.array([fleet.ref in fleet_refs for fleet in self.fleets], dtype=bool)
        mask = ok[columns.fleet] if len(columns) else np.zeros(0, dtype=bool)
        if connection_id is not None:
            numbers = [n for n, c in enumerate(self.connections) if c.id == connection_id]
            mask = mask & np.isin(columns.connection, numbers)
        selection = np.flatnonzero(mask)
        with self.lock:
            self._selections[key] = selection
        return selection

    def located(self) -> Ints:
        """Return the rows of the vehicles that may be seen and have a position."""
        selection = self.select("vehicles", "vehicle_location", [], [], None)
        return selection[self.rows.vehicles.has_location[selection]]

    def ids_of(self, kind: str) -> dict[str, int]:
        """Return the ids of all vehicles, trailers or drivers, each with its row."""
        with self.lock:
            index = self._by_id.get(kind)
            if index is None:
                columns = self.rows.trailers if kind == "trailer" else self.rows.vehicles
                index = {entity_id: row for row, entity_id in enumerate(ids(columns.key, kind))}
                self._by_id[kind] = index
        return index

    def row_of(self, kind: str, entity_id: str) -> int | None:
        """Return the row of a vehicle, trailer or driver by its id."""
        return self.ids_of(kind).get(entity_id)

    # --- where everything is

    def horizons(self, connection: Ints, now: float) -> Floats:
        """Return, per row, the time after which nothing has arrived yet."""
        per_connection = np.array([c.horizon(now) for c in self.connections], dtype=np.float64)
        return per_connection[connection]

    def latest(self, rows: Ints, now: float) -> Floats:
        """Return the epoch seconds of the newest fix of each vehicle row."""
        vehicles = self.rows.vehicles
        until = np.minimum(
            self.horizons(vehicles.connection[rows], now) - vehicles.lag[rows], vehicles.silent_since[rows]
        )
        return vehicles.motion.take(rows).latest(until)

    def state(self, rows: Ints, t: Floats) -> State:
        """Return the vehicles of `rows` at the moments `t` (same shape)."""
        return self.rows.vehicles.motion.take(rows).state(t, self.roads)

    def history(self, row: int, begin: float, end: float, now: float) -> Floats:
        """Return the epoch seconds of one vehicle's fixes in [begin, end) that have arrived by now."""
        vehicles = self.rows.vehicles
        if not vehicles.has_location[row]:
            return np.zeros(0)
        newest = float(self.latest(np.array([row]), now)[0])
        begin = max(begin, float(vehicles.begin[row]))
        end = min(end, newest + 0.001)
        key = (row, begin, end)
        with self.lock:
            times = self._histories.get(key)
        if times is None:
            motion = vehicles.motion.take(np.array([row]))
            times = motion.fixes(begin, end) if end > begin else np.zeros(0)
            with self.lock:
                self._histories[key] = times
        return times
