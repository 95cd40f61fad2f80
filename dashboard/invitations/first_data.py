"""When a fleet's first vehicle and first position reached Catena.

The snapshot knows only the present. Rows of vehicles and of latest locations keep their ``created_at`` while they
are updated in place (seen in recorded answers), so the earliest one of a fleet is when its data began. That never
changes, so each fleet is asked about once, in the background, and only when somebody looks at it.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from catena_client import (
    MAX_PAGE_SIZE,
    CatenaClient,
    CatenaError,
    ConnectionFailed,
    ServerError,
    Vehicle,
    VehicleLocation,
)
from dashboard.runtime.refusals import NOT_OF_ONE_FLEET, ONCE, Refusals
from dashboard.runtime.workers import Workers

log = logging.getLogger(__name__)

AGAIN_SECONDS = 60.0
"""A fleet that had no position yet is asked about again after this long."""
EVERY = ""
"""Stands for all fleets: after a failure that is not about one of them none is asked about for a while."""
AT_ONCE = 3
"""One that does not answer holds up no other."""
LOST_IN_A_ROW = 3
"""After so many good answers that did not come in a row, it is Catena that has none."""


@dataclass(frozen=True, slots=True)
class FirstData:
    """When a fleet's first vehicle and first position reached Catena, as far as its records tell."""

    vehicle: datetime | None = None
    location: datetime | None = None


class FirstDataTracker:
    """Answers from memory, and finds out what is missing in a few background threads."""

    def __init__(self, client: CatenaClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._once = client.with_retry(ONCE)
        self._clock = clock
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}
        """When a fleet is asked about again; never where its first position is known."""
        self._pending: set[str] = set()
        """Fleets that no thread has done yet, however long that takes."""
        self._known: dict[str, FirstData] = {}
        self._refusals = Refusals(clock)
        """Of each fleet, and under `EVERY` of all of them."""
        self._lost = 0
        self._workers = Workers(AT_ONCE, "first-data")

    @property
    def known(self) -> Mapping[str, FirstData]:
        """What is known so far, by fleet id."""
        with self._lock:
            return dict(self._known)

    @property
    def pending(self) -> frozenset[str]:
        """The fleets that were requested and are not done yet, by id."""
        with self._lock:
            return frozenset(self._pending)

    def request(self, fleet_ids: Iterable[str]) -> None:
        """Find out about these fleets, unless that is done, under way or was tried a moment ago."""
        now = self._clock()
        with self._lock:
            if not self._refusals.due(EVERY):
                return
            due = [
                key
                for key in dict.fromkeys(fleet_ids)
                if key
                and key not in self._pending
                and self._next.get(key, now) <= now
                and self._refusals.due(key)
            ]
            # What was refused last time must not hold up the others.
            due.sort(key=self._refusals.__contains__)
            if EVERY in self._refusals:
                due = due[:1]  # one tells whether the others can be asked about again
            self._pending.update(due)
        for fleet_id in due:
            self._workers.submit(self._find, fleet_id)

    def close(self) -> None:
        """Take no more requests. Returns at once; what is under way ends with the client."""
        self._workers.close()

    def _find(self, fleet_id: str) -> None:
        try:
            self._read(fleet_id)
        except Exception:
            log.exception("When a fleet's data began could not be taken in")
        finally:
            with self._lock:
                self._pending.discard(fleet_id)

    def _read(self, fleet_id: str) -> None:
        with self._lock:
            if not self._refusals.due(EVERY):
                return  # to be requested again after the pause
            again = fleet_id in self._refusals or EVERY in self._refusals
            client = self._once if again else self._client
        try:
            vehicles = client.vehicles.iterate(fleet_ids=[fleet_id], size=MAX_PAGE_SIZE)
            vehicle = _earliest(vehicles)
            locations = client.vehicle_locations.iterate(
                fleet_ids=[fleet_id], only_latest=True, size=MAX_PAGE_SIZE
            )
            location = _earliest(locations)
        except CatenaError as error:
            with self._lock:
                lost = isinstance(error, ConnectionFailed | ServerError)
                self._lost = self._lost + 1 if lost else 0
                of_all = isinstance(error, NOT_OF_ONE_FLEET)
                if not of_all:
                    self._refusals.failed(fleet_id, error)
                if of_all or self._lost >= LOST_IN_A_ROW:
                    self._refusals.failed(EVERY, error)
                elif not lost:
                    self._refusals.succeeded(EVERY)
            log.warning(
                "When a fleet's data began could not be read, it will be tried again later: %s", error
            )
            return
        with self._lock:
            self._refusals.succeeded(fleet_id)
            self._refusals.succeeded(EVERY)
            self._lost = 0
            self._known[fleet_id] = FirstData(vehicle, location)
            self._next[fleet_id] = self._clock() + AGAIN_SECONDS if location is None else float("inf")


def _earliest(rows: Iterable[Vehicle | VehicleLocation]) -> datetime | None:
    return min((row.created_at for row in rows if row.created_at is not None), default=None)
