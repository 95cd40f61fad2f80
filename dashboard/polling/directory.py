"""What things are called: fleets, providers, vehicles and drivers, kept longer than their positions."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from catena_client import CatenaClient, CatenaError, Fleet, User, Vehicle
from dashboard.map.providers import delivered
from dashboard.names import masked, unique_names

log = logging.getLogger(__name__)

FULL_SECONDS = 600.0
"""Names of vehicles, drivers and providers are read anew after this long."""
DELIVERIES_SECONDS = 60.0
"""When each connection last delivered is read anew after this long."""
UNKNOWN_SECONDS = 20.0
"""Vehicles nobody has named yet are asked for at most this often."""
FEW = 500
"""Up to so many unknown vehicles are asked for by id; more are had for less by reading all."""


class VehicleFacts(NamedTuple):
    """What is known of a vehicle apart from where it is; "" where unknown."""

    name: str = ""
    vin: str = ""
    plate: str = ""
    fleet_id: str = ""
    connection_id: str = ""
    tsp_slug: str = ""
    source: str = ""


NOTHING = VehicleFacts()


@dataclass(frozen=True, slots=True)
class Names:
    """All names at one moment; immutable, replaced as a whole."""

    fleets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Fleet id to the name shown."""
    providers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """TSP slug to the TSP's name."""
    vehicles: Mapping[str, VehicleFacts] = field(default_factory=lambda: MappingProxyType({}))
    drivers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """User id to the driver's name."""

    def vehicle(self, vehicle_id: str) -> VehicleFacts:
        """What is known of a vehicle, all "" when nothing is."""
        return self.vehicles.get(vehicle_id, NOTHING)

    def fleet(self, fleet_id: str, fleet_ref: str) -> str:
        """The name of a fleet; one that no list names is called by its reference or the start of its id."""
        return (
            self.fleets.get(fleet_id)
            or masked(fleet_ref)
            or (f"Fleet {fleet_id[:8]}" if fleet_id else "No fleet")
        )

    def provider(self, slug: str, source: str) -> str:
        """The name of a provider's brand, its slug when no list names it, else the platform."""
        return self.providers.get(slug) or slug or source


class Directory:
    """Keeps `Names` current. Fleets are read with every poll; the rest in the background, when it is due."""

    def __init__(self, client: CatenaClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._names = Names()
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="names")
        self._busy = False
        self._deliveries: Mapping[str, datetime | None] = MappingProxyType({})
        self._full_at = float("-inf")
        self._deliveries_at = float("-inf")
        self._unknown_at = float("-inf")

    @property
    def names(self) -> Names:
        """The names as known now."""
        return self._names

    @property
    def deliveries(self) -> Mapping[str, datetime | None]:
        """When each connection last delivered locations, by connection id; None: never."""
        return self._deliveries

    def refresh_fleets(self) -> None:
        """Read the fleet list, so that a new fleet is named with its first vehicles. Raises `CatenaError`."""
        fleets: list[Fleet] = list(self._client.fleets.iterate(size=1000))
        with self._lock:
            self._names = replace(self._names, fleets=MappingProxyType(unique_names(fleets)))

    def refresh_when_due(self, vehicle_ids: Iterable[str], on_change: Callable[[], None]) -> None:
        """Start a background reading when the names are old or some vehicles have none; call back on new ones."""
        if self._busy:
            return
        now = self._clock()
        reads: list[tuple[str, Callable[[], None]]] = []
        if now - self._deliveries_at >= DELIVERIES_SECONDS:
            self._deliveries_at = now
            reads.append(("freshness of the connections", self._read_deliveries))
        if now - self._full_at >= FULL_SECONDS:
            self._full_at = self._unknown_at = now
            reads += [
                ("providers", self._read_providers),
                ("vehicle names", self._read_vehicles),
                ("driver names", self._read_drivers),
            ]
        elif now - self._unknown_at >= UNKNOWN_SECONDS and (unknown := self._unknown(vehicle_ids)):
            self._unknown_at = now
            wanted = unknown if len(unknown) <= FEW else ()
            reads.append(("vehicle names", partial(self._read_vehicles, wanted)))
        if reads:
            self._start(reads, on_change)

    def close(self) -> None:
        """Stop reading."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _unknown(self, vehicle_ids: Iterable[str]) -> list[str]:
        """Ids that the API knows but nobody has asked it about; those made up of source ids hold a slash."""
        known = self._names.vehicles
        return [vehicle_id for vehicle_id in vehicle_ids if vehicle_id not in known and "/" not in vehicle_id]

    def _start(self, reads: list[tuple[str, Callable[[], None]]], on_change: Callable[[], None]) -> None:
        def run() -> None:
            before = self._names
            try:
                for what, read in reads:
                    self._try(what, read)
            finally:
                self._busy = False
            if self._names is not before:
                on_change()

        self._busy = True
        try:
            self._worker.submit(run)
        except RuntimeError:  # closed meanwhile
            self._busy = False

    def _try(self, what: str, read: Callable[[], None]) -> None:
        """Do one reading by itself: a list that the account may not read must not cost the others."""
        try:
            read()
        except CatenaError as error:
            log.warning("Could not read the %s, will try again later: %s", what, error)

    def _read_providers(self) -> None:
        providers = {tsp.slug: tsp.name for tsp in self._client.tsps.list() if tsp.slug and tsp.name}
        self._set(providers=providers)

    def _read_vehicles(self, vehicle_ids: Iterable[str] = ()) -> None:
        wanted = list(vehicle_ids)
        found = {
            vehicle.id: facts(vehicle)
            for vehicle in self._client.vehicles.iterate(vehicle_ids=wanted or None, size=1000)
            if vehicle.deleted_at is None
        }
        # A vehicle asked for but not found is remembered as nameless, so as not to be asked for again and again.
        nameless = {vehicle_id: NOTHING for vehicle_id in wanted if vehicle_id not in found}
        self._set(vehicles={**self._names.vehicles, **nameless, **found} if wanted else found)

    def _read_deliveries(self) -> None:
        self._deliveries = MappingProxyType(delivered(self._client.connections.data_freshness()))

    def _read_drivers(self) -> None:
        self._set(
            drivers={
                user.id: name for user in self._client.users.iterate(size=1000) if (name := full_name(user))
            }
        )

    def _set(self, **mappings: Mapping[str, object]) -> None:
        with self._lock:
            frozen = {name: MappingProxyType(dict(mapping)) for name, mapping in mappings.items()}
            self._names = replace(self._names, **frozen)  # type: ignore[arg-type]


def facts(vehicle: Vehicle) -> VehicleFacts:
    """Reduce a vehicle to what the dashboard shows of it."""
    return VehicleFacts(
        name=masked((vehicle.vehicle_name or "").strip()),
        vin=(vehicle.vin or "").strip(),
        plate=(vehicle.license_plate_number or "").strip(),
        fleet_id=vehicle.fleet_id or "",
        connection_id=vehicle.connection_id or "",
        tsp_slug=vehicle.tsp_slug or "",
        source=vehicle.source_name or "",
    )


def full_name(user: User) -> str:
    """First and last name of a user, "" when neither is known."""
    return " ".join(part.strip() for part in (user.first_name, user.last_name) if part and part.strip())
