"""When a fleet's first vehicle and first position reached Catena.

The snapshot knows only the present. Rows of vehicles and of latest locations keep their ``created_at`` while they
are updated in place (seen in recorded answers), so the earliest one of a fleet is when its data began. That never
changes, so each fleet is asked about once, in the background, and only when somebody looks at it.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping

from catena_client import CatenaClient, CatenaError
from dashboard.invitations.funnel import Firsts
from dashboard.workers import Workers

log = logging.getLogger(__name__)

AGAIN_SECONDS = 60.0
"""A fleet that had no position yet, or could not be read, is asked about again after this long."""


class FirstSeen:
    """Answers from memory, and finds out what is missing in one background thread."""

    def __init__(self, client: CatenaClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}
        self._known: dict[str, Firsts] = {}
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
            due = [key for key in dict.fromkeys(fleet_ids) if key and self._next.get(key, now) <= now]
            self._next.update(dict.fromkeys(due, now + AGAIN_SECONDS))
        for fleet_id in due:
            self._worker.submit(self._find, fleet_id)

    def close(self) -> None:
        """Stop asking. Returns at once; what is under way ends with the client."""
        self._worker.close()

    def _find(self, fleet_id: str) -> None:
        try:
            vehicles = self._client.vehicles.iterate(fleet_ids=[fleet_id], size=1000)
            vehicle = min((row.created_at for row in vehicles if row.created_at), default=None)
            locations = self._client.vehicle_locations.iterate(
                fleet_ids=[fleet_id], only_latest=True, size=1000
            )
            location = min((row.created_at for row in locations if row.created_at), default=None)
        except CatenaError as error:
            log.warning("When a fleet's data began could not be read, it will be tried again: %s", error)
            return
        with self._lock:
            self._known[fleet_id] = Firsts(vehicle, location)
            if location is not None:
                self._next[fleet_id] = float("inf")
