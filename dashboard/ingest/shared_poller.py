"""The poller of one replica among several: one of them polls and publishes, the others read what it has published."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from catena_client import CatenaClient
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest.concurrency import Concurrency
from dashboard.ingest.poll_log import Poll
from dashboard.ingest.poller import Poller
from dashboard.ingest.polling import CLOSE_SECONDS, PollState
from dashboard.ingest.shared_positions import CHANGED, POSITIONS, SharedPositions
from dashboard.ingest.snapshot_codec import Unlike
from dashboard.replicas.lease import Lease
from dashboard.replicas.store import SharedStore, Unreachable
from dashboard.runtime.defects import Contained
from dashboard.runtime.workers import Workers

log = logging.getLogger(__name__)

WAKE = "wake"
LEASE_POLLS = 1.5
"""The lease lasts as long as so many polls take; it is renewed at each look."""
LOOK_POLLS, LOOK_SECONDS = 0.25, 2.0
"""Each replica looks at what is shared this often, the shorter of both, whether it has heard of a change or not."""


class SharedPoller:
    """Has the face of a `Poller`. Of all replicas the one that holds the lease polls, and the others follow it.

    What a replica shows is what is shared: the holder's own snapshots count once they are published.
    """

    def __init__(
        self,
        store: SharedStore,
        client: CatenaClient,
        concurrency: Concurrency,
        poll_seconds: float,
        prepare: Callable[[Snapshot], None] = lambda _snapshot: None,
        *,
        published: Callable[[], None] = lambda: None,
        polled: Callable[[Poll], None] = lambda _poll: None,
    ) -> None:
        self._store = store
        self._look_seconds = min(LOOK_POLLS * poll_seconds, LOOK_SECONDS)
        self._lease = Lease(store, POSITIONS, LEASE_POLLS * poll_seconds)
        self._poller = _Holder(
            self._lease, client, concurrency, poll_seconds=poll_seconds, prepare=prepare, polled=polled
        )
        self.directory = self._poller.directory
        """What things are called, as the holder knows it."""
        self.log = self._poller.log
        """The polls of the last hour, whichever replica made them."""
        self._positions = self._poller.positions = SharedPositions(
            store, self.directory, self.log, poll_seconds, prepare=prepare, published=published
        )
        self._problem, self._problem_since = "", datetime.now(UTC)
        """Why this replica cannot follow, and since when."""
        self._ready = 0
        """The token that the poller was made ready with."""
        self._due = 0.0
        """When it is to begin, by the monotonic clock."""
        self._notices = store.listen(POSITIONS)
        self._teller = Workers(1, "wake")
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="replica", daemon=True)

    @property
    def state(self) -> PollState[Snapshot]:
        """What is known now; a problem of this replica comes before one of the holder."""
        shared, problem, since = self._positions.state, self._problem, self._problem_since
        if not problem:
            return shared
        return replace(
            shared, problem=problem, apart=True, failing_since=since, retry_at=None, started_at=None
        )

    @property
    def holds(self) -> bool:
        """Whether it is this replica that polls."""
        return self._lease.held

    def start(self) -> None:
        """Begin to poll or to follow."""
        self._thread.start()

    def wake(self) -> None:
        """Ask the replica that polls for a poll before it is due. Returns at once."""
        self._teller.submit(self._tell, WAKE)

    def close(self) -> None:
        """Stop, and let another replica poll; waits a few seconds at most."""
        self._closing.set()
        self._poller.close()
        self._teller.close()
        if self._thread.ident is not None:
            self._tell(CHANGED)  # so that the thread looks up
            self._thread.join(CLOSE_SECONDS)

    def _tell(self, notice: str) -> None:
        with suppress(Unreachable):
            self._store.notify(POSITIONS, notice)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._look()
                self._problem = ""
                self._listen()
            except (Unreachable, Unlike) as error:
                self._cannot_follow(str(error))
            except Exception:
                log.exception("A replica could not follow for a reason of our own")
                self._cannot_follow(
                    "The dashboard could not read what its replicas share. Its log says more."
                )
        with suppress(Unreachable):
            self._lease.release()
            self._store.notify(POSITIONS, CHANGED)
        self._notices.close()

    def _look(self) -> None:
        """Keep the lease or take it, and poll; or read what the one who has it has published."""
        held = self._lease.keep()
        # Who still waits for answers of a former lease does not apply for another one.
        if not held and not self._poller.running:
            held = self._lease.take()
        if not held:
            self._poller.wake()  # its thread ends then
            self._positions.read()
            return
        if self._ready != self._lease.token:
            self._take_over()
        if not self._poller.running and time.monotonic() >= self._due:
            self._poller.start()

    def _take_over(self) -> None:
        """Make the poller ready to go on after the one who held the lease."""
        memory = self._positions.take_over()
        state, now = replace(self._positions.state, started_at=None), datetime.now(UTC)
        self._poller.go_on(state, self._positions.failures, memory, above=self._lease.token)
        wait = 0.0
        if state.retry_at is not None:
            wait = (state.retry_at - now).total_seconds()
        elif state.snapshot is not None:
            age = (now - state.snapshot.taken_at).total_seconds()
            wait = state.poll_seconds - max(0.0, age)  # the clocks of replicas differ
        self._due = time.monotonic() + wait
        self._ready = self._lease.token

    def _listen(self) -> None:
        """Wait until something is to be done; while the poller rests, nothing of that may be missed."""
        wait = self._look_seconds
        if self.holds and not self._poller.running:
            wait = min(wait, max(0.0, self._due - time.monotonic()))
        if self._notices.wait(wait) == WAKE and self.holds:
            if self._poller.running:
                self._poller.wake()
            elif not self._positions.state.problem:
                self._due = time.monotonic()

    def _cannot_follow(self, problem: str) -> None:
        if problem != self._problem:
            log.warning("%s", problem)
            if not self._problem:
                self._problem_since = self._positions.state.failing_since or datetime.now(UTC)
            self._problem = problem
        if not self.holds:
            self._poller.wake()  # its thread ends then
        self._closing.wait(self._look_seconds)


class _Holder(Poller):
    """Polls while the lease is held."""

    positions: SharedPositions

    def __init__(
        self,
        lease: Lease,
        client: CatenaClient,
        concurrency: Concurrency,
        *,
        poll_seconds: float,
        prepare: Callable[[Snapshot], None],
        polled: Callable[[Poll], None],
    ) -> None:
        super().__init__(client, concurrency, poll_seconds, prepare, polled=polled)
        self._lease = lease

    def poll_once(self) -> float:
        """Poll, unless what comes of it could not be published."""
        token = self._lease.token
        if not self._publish(token, replace(self.state, started_at=datetime.now(UTC))):
            return self.state.poll_seconds
        seconds = super().poll_once()
        if not self._closing.is_set():
            self._publish(token, self.state)
        return seconds

    def _publish(self, token: int, state: PollState[Snapshot]) -> bool:
        # That Redis cannot be reached is met by the thread that looks, too, which says so.
        with Contained("what was polled was not published"), suppress(Unreachable):
            return self.positions.publish(token, state, self._failures, lambda: self.memory)
        return False

    def _wanted(self) -> bool:
        return self._lease.held
