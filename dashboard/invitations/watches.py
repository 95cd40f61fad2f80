"""What becomes of one invitation while somebody looks on: it alone is asked about, about once a second.

The lists are of everybody and are read whole, each few seconds at most. A stage waits for one fleet and must not be
late, so there is one light request at a time for that fleet: the invitation until it is accepted, then the fleet's
connections until it has one, then its positions until the first is there. However many look at the same invitation,
its requests are made once, and none is made any more a few seconds after the last of them has looked.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from cachetools import LRUCache

from catena_client import CatenaClient, CatenaError, ClientClosed, Connection, NotFound
from dashboard.invitations.cache import InvitationCache
from dashboard.invitations.funnel import ENDED
from dashboard.invitations.models import InvitationNotFound
from dashboard.runtime.refusals import ONCE, pause

log = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
"""From one answer to the next request."""
SETTLED_SECONDS = 10.0
"""The same once the fleet has declined, or the invitation has run out: only somebody else's doing changes that."""
UNWATCHED_SECONDS = 5.0
"""Nobody looks any more who has not looked for this long."""
FIRST_PAUSE_SECONDS = 2.0
"""After a first failure; longer after each more, and never shorter than Catena asks for."""
AT_ONCE = 8
"""Invitations that are asked about side by side; of more, the others wait for the lists."""
REMEMBERED = 256
ROWS = 50
"""Positions read at once: one that can be drawn is enough."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was learned of one invitation's fleet."""

    connections: tuple[Connection, ...] = ()
    """Those in force; empty until the fleet has accepted and connected a provider."""
    reported: bool = False
    """Whether a vehicle of the fleet has a position."""
    problem: str = ""
    """Why Catena could not be asked just now, text from outside; "" when it could."""


class Watches:
    """Asks `client` about single invitations of `cache`, each in a thread that ends when nobody looks. Thread-safe."""

    def __init__(
        self,
        client: CatenaClient,
        cache: InvitationCache,
        moved_on: Callable[[], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`moved_on` is called when a fleet has accepted, and when its first vehicle has reported."""
        self._client = client.with_retry(ONCE)
        self._cache = cache
        self._moved_on = moved_on
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.RLock()
        self._findings: LRUCache[str, Findings] = LRUCache(REMEMBERED)
        self._looked: dict[str, float] = {}
        """By handle, for each thread: when somebody looked last."""

    def look(self, handle: str) -> Findings:
        """What is known of an invitation's fleet; it is asked about until nobody has looked for a while."""
        with self._lock:
            found = self._known(handle)
            running = handle in self._looked
            now = self._clock()
            # A thread that rests after failures, and that nobody waits for any more, takes nobody's place.
            wanted = sum(now - looked <= UNWATCHED_SECONDS for looked in self._looked.values())
            if found.reported or (not running and wanted >= AT_ONCE):
                return found
            self._looked[handle] = now
        if not running:
            threading.Thread(target=self._follow, args=(handle,), name="stage", daemon=True).start()
        return found

    def _follow(self, handle: str) -> None:
        failures, seconds = 0, 0.0
        while self._goes_on(handle):
            try:
                seconds = self._ask(handle)
            except ClientClosed:
                return
            except InvitationNotFound:
                seconds = SETTLED_SECONDS  # and nobody looks at it any more
            except Exception as error:  # a defect must not look like a fleet that stands still
                failures += 1
                seconds = pause(failures, error, FIRST_PAUSE_SECONDS)
                if isinstance(error, CatenaError):
                    log.info("An invitation that is watched could not be asked about: %s", error)
                else:
                    log.exception("What became of an invitation could not be taken in")
                reason = (
                    str(error) if isinstance(error, CatenaError) else "The log of this dashboard says why."
                )
                self._know(handle, problem=reason)
            else:
                failures = 0
                self._know(handle, problem="")
            self._sleep(seconds)

    def _goes_on(self, handle: str) -> bool:
        """Whether somebody waits for more to happen; if not, the thread is forgotten, as it ends."""
        with self._lock:
            looked = self._clock() - self._looked[handle] <= UNWATCHED_SECONDS
            if looked and not self._known(handle).reported:
                return True
            del self._looked[handle]
            return False

    def _ask(self, handle: str) -> float:
        """Make the one request that is due, and give the seconds until the next.

        What has moved on is asked about further at once: a fleet may have done more than one step. Raises
        `CatenaError`, and `InvitationNotFound` once it was withdrawn.
        """
        invitation = self._cache.get(handle)
        if not invitation.fleet_id:
            try:
                now = self._client.invitations.get(invitation.id)
            except NotFound:
                self._cache.drop(handle)
                raise InvitationNotFound from None
            summary = self._cache.put(now)
            if now.fleet_id:
                self._moved_on()
                return 0.0
            return EVERY_SECONDS if summary.status in ("active", "accepted") else SETTLED_SECONDS
        of_fleet = [invitation.fleet_id]
        if not self._known(handle).connections:
            rows = self._client.connections.page(fleet_ids=of_fleet, size=ROWS).items
            connections = tuple(row for row in rows if row.status not in ENDED)
            self._know(handle, connections=connections)
            return 0.0 if connections else EVERY_SECONDS
        places = self._client.vehicle_locations.page(fleet_ids=of_fleet, only_latest=True, size=ROWS).items
        if any(place.location is not None for place in places):
            self._know(handle, reported=True)
            self._moved_on()
        return EVERY_SECONDS

    def _known(self, handle: str) -> Findings:
        with self._lock:
            return self._findings.get(handle, Findings())

    def _know(self, handle: str, **changes: object) -> None:
        with self._lock:
            self._findings[handle] = replace(self._known(handle), **changes)  # type: ignore[arg-type]
