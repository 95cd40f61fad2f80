"""When a fleet's first vehicle and first position reached Catena.

The snapshot knows only the present. Rows of vehicles and of latest locations keep their ``created_at`` while they
are updated in place (seen in recorded answers), so the earliest one of a fleet is when its data began. That never
changes, so each fleet is asked about once, in the background, and only when somebody looks at it.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from catena_client import CatenaClient, CatenaError, RetryPolicy, Vehicle, VehicleLocation
from dashboard.invitations.funnel import Firsts
from dashboard.invitations.kept import Pause
from dashboard.workers import Workers

log = logging.getLogger(__name__)

AGAIN_SECONDS = 60.0
"""A fleet that had no position yet is asked about again after this long; after a failure all wait as long, and longer
while it lasts."""


class FirstSeen:
    """Answers from memory, and finds out what is missing in one background thread."""

    def __init__(self, client: CatenaClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._once = client.with_retry(RetryPolicy(attempts=1))
        self._clock = clock
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}
        self._known: dict[str, Firsts] = {}
        self._pause = Pause(AGAIN_SECONDS)
        self._paused_until = float("-inf")
        self._worker = Workers(1, "firsts")

    @property
    def known(self) -> Mapping[str, Firsts]:
        """What is known so far, by fleet id."""
        with self._lock:
            return dict(self._known)

    def want(self, fleet_ids: Iterable[str]) -> None:
        """Find out about these fleets, unless that is done, under way or was tried a moment ago."""
        now = self._clock()
        with self._lock:
            if now < self._paused_until:
                return
            due = [key for key in dict.fromkeys(fleet_ids) if key and self._next.get(key, now) <= now]
            self._next.update(dict.fromkeys(due, now + AGAIN_SECONDS))
        for fleet_id in due:
            self._worker.submit(self._find, fleet_id)

    def close(self) -> None:
        """Stop asking. Returns at once; what is under way ends with the client."""
        self._worker.close()

    def _find(self, fleet_id: str) -> None:
        with self._lock:
            if self._clock() < self._paused_until:
                del self._next[fleet_id]  # to be wanted again after the pause
                return
        client = self._once if self._pause.failures else self._client
        try:
            vehicles = client.vehicles.iterate(fleet_ids=[fleet_id], size=1000)
            vehicle = _earliest(vehicles)
            locations = client.vehicle_locations.iterate(fleet_ids=[fleet_id], only_latest=True, size=1000)
            location = _earliest(locations)
        except CatenaError as error:
            with self._lock:
                del self._next[fleet_id]
                seconds = self._pause.after(error)
                self._paused_until = self._clock() + seconds
            log.warning(
                "When a fleet's data began could not be read, it will be tried again in %.0f s: %s",
                seconds,
                error,
            )
            return
        with self._lock:
            self._pause.over()
            self._known[fleet_id] = Firsts(vehicle, location)
            if location is not None:
                self._next[fleet_id] = float("inf")


def _earliest(rows: Iterable[Vehicle | VehicleLocation]) -> datetime | None:
    return min((row.created_at for row in rows if row.created_at is not None), default=None)
