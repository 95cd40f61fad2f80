"""Keeps the names of fleets, providers, vehicles and drivers, which are kept longer than positions."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import wait
from dataclasses import replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from catena_client import MAX_PAGE_SIZE, CatenaClient, CatenaError, ClientClosed, Page
from dashboard.fleet.names import (
    Names,
    VehicleFacts,
    facts,
    full_name,
    references,
    source_names,
    unique_names,
)
from dashboard.fleet.providers import delivered
from dashboard.runtime.refusals import ONCE, Refusal, Refusals
from dashboard.runtime.workers import Workers

log = logging.getLogger(__name__)
T = TypeVar("T")

UNKNOWN_SECONDS = 20.0
"""Vehicles nobody has named yet are asked for at most this often."""
FEW = 500
"""Up to so many unknown vehicles are asked for by id; more are had for less by reading all."""
FLEETS_WAIT_SECONDS = 5.0
"""Positions wait no longer than this for the list of fleets."""
FLEETS, CONNECTIONS, PROVIDERS = "list of fleets", "freshness of the connections", "names of providers"
VEHICLES, DRIVERS = "names of vehicles", "names of drivers"
EVERY_SECONDS = {CONNECTIONS: 60.0, PROVIDERS: 600.0, VEHICLES: 600.0, DRIVERS: 600.0}
"""How long what a list said is good for. A list that is refused is asked for again sooner, but ever later."""


class _Reading(NamedTuple):
    """One list to be read."""

    what: str
    vehicle_ids: Sequence[str] = ()
    """The vehicles that are wanted."""
    alone: bool = False
    """Whether only they are asked for, by their ids."""


class Directory:
    """Keeps `Names` current, each list in its own time: one that is refused costs only what it names."""

    def __init__(self, client: CatenaClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._once = client.with_retry(ONCE)
        self._clock = clock
        self._names = Names()
        self._lock = threading.Lock()
        self._workers, self._fleets_worker = Workers(len(EVERY_SECONDS), "names"), Workers(1, "fleets")
        self._fleets_busy = False
        self._reading: set[str] = set()
        """The lists that are being read, each in a thread of its own: one that hangs holds up no other."""
        self._names_before = self._names
        """The names when the first of them was begun."""
        self._refusals = Refusals(clock)
        self._unreadable = dict.fromkeys((FLEETS, VEHICLES, DRIVERS), 0)
        self._deliveries: Mapping[str, datetime | None] = MappingProxyType({})
        self._read_at = dict.fromkeys(EVERY_SECONDS, float("-inf"))
        self._unknown_at = float("-inf")
        self._nameless: frozenset[str] = frozenset()
        """Vehicles that were asked for in vain: the list of vehicles lacks them, or their fleet withdrew."""

    @property
    def names(self) -> Names:
        """The names as known now."""
        return self._names

    @property
    def busy(self) -> bool:
        """Whether a list other than that of fleets is being read."""
        return bool(self._reading)

    @property
    def deliveries(self) -> Mapping[str, datetime | None]:
        """When each connection last delivered locations, by connection id; None: never."""
        return self._deliveries

    @property
    def refused(self) -> Mapping[str, Refusal]:
        """The lists that cannot be read now."""
        return self._refusals.now

    @property
    def unreadable(self) -> Mapping[str, int]:
        """Rows that could not be read when a list was last read whole, by list; only lists with such rows."""
        return {what: number for what, number in self._unreadable.items() if number}

    def restore(self, names: Names, deliveries: Mapping[str, datetime | None]) -> None:
        """Know what another one has read, until the lists are read here."""
        with self._lock:
            self._names, self._deliveries = names, MappingProxyType(dict(deliveries))

    def refresh_fleets(self) -> None:
        """Read the list of fleets, so that a new fleet is named with its first vehicles.

        While it is refused it is left alone for a time, and one that takes long is not waited for.
        """
        if self._fleets_busy or not self._refusals.due(FLEETS):
            return
        self._fleets_busy = True
        wait([self._fleets_worker.submit(self._refresh_fleets)], FLEETS_WAIT_SECONDS)

    def refresh_when_due(self, vehicle_ids: Iterable[str], on_change: Callable[[], None]) -> None:
        """Start a background reading when the names are old or some vehicles have none; call back on new ones."""
        now = self._clock()
        free = [what for what in EVERY_SECONDS if what not in self._reading and self._refusals.due(what)]
        due = [what for what in free if now - self._read_at[what] >= EVERY_SECONDS[what]]
        readings = [_Reading(what, list(vehicle_ids) if what == VEHICLES else ()) for what in due]
        seldom = now - self._unknown_at >= UNKNOWN_SECONDS and VEHICLES in free
        if VEHICLES not in due and seldom and (unknown := self._unknown(vehicle_ids)):
            readings.append(_Reading(VEHICLES, unknown, alone=len(unknown) <= FEW))
        if any(reading.what == VEHICLES for reading in readings):
            self._unknown_at = now
        with self._lock:
            if not self._reading:
                self._names_before = self._names
            self._reading.update(reading.what for reading in readings)
        for reading in readings:
            self._workers.submit(self._read_one, reading, on_change)

    def close(self) -> None:
        """Stop reading. Returns at once; what is under way ends with the client."""
        self._workers.close()
        self._fleets_worker.close()

    def _unknown(self, vehicle_ids: Iterable[str]) -> list[str]:
        """Ids that the API knows but nobody has asked it about; those made up of source ids hold a slash."""
        known, nameless = self._names.vehicles, self._nameless
        return [
            vehicle_id
            for vehicle_id in vehicle_ids
            if vehicle_id and vehicle_id not in known and vehicle_id not in nameless and "/" not in vehicle_id
        ]

    def _read_one(self, reading: _Reading, on_change: Callable[[], None]) -> None:
        try:
            self._try(reading.what, partial(self._read, reading))
        finally:
            with self._lock:
                self._reading.discard(reading.what)
                changed = not self._reading and self._names is not self._names_before
        if changed:
            on_change()

    def _refresh_fleets(self) -> None:
        try:
            self._try(FLEETS, self._read_fleets)
        finally:
            self._fleets_busy = False

    def _try(self, what: str, read: Callable[[CatenaClient], None]) -> None:
        """Do one reading by itself: a list that the account may not read must not cost the others."""
        try:
            # What failed last time is not worth several tries now: it is asked for again anyway.
            read(self._once if what in self._refusals else self._client)
        except ClientClosed:
            return
        except CatenaError as error:
            log.warning("Could not read the %s, will try again later: %s", what, error)
            self._refusals.failed(what, error)
        except Exception:  # the other lists must outlive a defect of ours
            log.exception("Could not read the %s for a reason of our own", what)
            self._refusals.failed(what, CatenaError("The log of the dashboard says more."))
        else:
            self._refusals.succeeded(what)

    def _read(self, reading: _Reading, client: CatenaClient) -> None:
        now = self._clock()
        if reading.what == CONNECTIONS:
            self._deliveries = MappingProxyType(delivered(client.connections.data_freshness()))
        elif reading.what == PROVIDERS:
            tsps = list(client.tsps.list())
            self._set(
                providers={tsp.slug: tsp.name for tsp in tsps if tsp.slug and tsp.name},
                sources=source_names(tsps),
            )
        elif reading.what == DRIVERS:
            drivers = self._rows(DRIVERS, client.users.pages(size=MAX_PAGE_SIZE))
            self._set(drivers={user.id: name for user in drivers if (name := full_name(user))})
        else:
            self._read_vehicles(client, reading)
        if not reading.alone:
            self._read_at[reading.what] = now

    def _read_vehicles(self, client: CatenaClient, reading: _Reading) -> None:
        vehicle_ids = reading.vehicle_ids
        if reading.alone:
            vehicles = client.vehicles.iterate(vehicle_ids=vehicle_ids, size=MAX_PAGE_SIZE)
        else:
            vehicles = self._rows(VEHICLES, client.vehicles.pages(size=MAX_PAGE_SIZE))
        known = {vehicle.id: facts(vehicle) for vehicle in vehicles if vehicle.deleted_at is None}
        self._set(vehicles={**self._names.vehicles, **known} if reading.alone else known)
        with self._lock:
            # Remembered, so as not to be asked for again and again; those of a fleet that withdrew as well.
            nameless = frozenset(vehicle_ids) - self._names.vehicles.keys()
            self._nameless = self._nameless | nameless if reading.alone else nameless

    def _read_fleets(self, client: CatenaClient) -> None:
        listed = list(self._rows(FLEETS, client.fleets.pages(size=MAX_PAGE_SIZE)))
        fleets, refs = unique_names(listed), references(listed)
        with self._lock:
            names = self._names
            if self._unreadable[FLEETS]:  # one that is missing may be among them, so none withdrew
                refs |= {fleet_id: ref for fleet_id, ref in names.refs.items() if fleet_id not in fleets}
                fleets = {**names.fleets, **fleets}
            if fleets == names.fleets and refs == names.refs:
                return
            withdrawn = (names.withdrawn | names.fleets.keys()) - fleets.keys()
            vehicles = names.vehicles
            if withdrawn - names.withdrawn:
                vehicles = _without(withdrawn, vehicles)
            if names.withdrawn - withdrawn:
                self._nameless = frozenset()  # what came back is worth asking for
            self._names = replace(
                names,
                fleets=MappingProxyType(fleets),
                refs=MappingProxyType(refs),
                vehicles=vehicles,
                withdrawn=frozenset(withdrawn),
            )

    def _rows(self, what: str, pages: Iterable[Page[T]]) -> Iterator[T]:
        """The rows of a whole list, counting those that cannot be read."""
        unreadable = 0
        for page in pages:
            unreadable += page.unreadable
            yield from page.items
        self._unreadable[what] = unreadable

    def _set(self, **mappings: Mapping[str, object]) -> None:
        with self._lock:
            if "vehicles" in mappings and self._names.withdrawn:
                mappings["vehicles"] = _without(self._names.withdrawn, mappings["vehicles"])  # type: ignore[arg-type]
            frozen = {name: MappingProxyType(dict(mapping)) for name, mapping in mappings.items()}
            self._names = replace(self._names, **frozen)  # type: ignore[arg-type]


def _without(withdrawn: frozenset[str], vehicles: Mapping[str, VehicleFacts]) -> Mapping[str, VehicleFacts]:
    """The vehicles that are not of fleets that withdrew: these are gone at once, whatever becomes of their list."""
    return {vehicle_id: known for vehicle_id, known in vehicles.items() if known.fleet_id not in withdrawn}
