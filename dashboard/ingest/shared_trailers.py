"""Trailers as all replicas show them: of those where somebody looks at them one asks Catena, the others follow it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec

from catena_client import CatenaClient
from dashboard.fleet.names import Names
from dashboard.fleet.snapshot import TrailerSnapshot
from dashboard.ingest.polling import PollState
from dashboard.ingest.snapshot_codec import Unlike, decode_frame, encode_frame
from dashboard.ingest.trailers import POLL_SECONDS, TrailerPoller
from dashboard.replicas.lease import Lease
from dashboard.replicas.store import SharedStore, Unreachable

log = logging.getLogger(__name__)

NAME = "trailers"
"""Of the lease, and of what is shared."""
SCHEMA = b"1"
"""Of the head, and of the columns of a `TrailerSnapshot`."""
LEASE_SECONDS = 1.5 * POLL_SECONDS
LOOK_SECONDS = 2.0
"""Who follows looks this often."""
UNLIKE = (
    "The trailers were published by another version of the dashboard, which this one cannot read; "
    "run the same version everywhere."
)


class Head(msgspec.Struct, frozen=True):
    """What is known beside the trailers, with the meanings of `TrailerSnapshot` and `PollState`."""

    version: int = 0
    """0: nothing was read yet."""
    taken_at: datetime | None = None
    unreadable: int = 0
    problem: str = ""
    failures: int = 0
    failing_since: datetime | None = None
    retry_at: datetime | None = None


class SharedTrailerPoller(TrailerPoller):
    """A `TrailerPoller` of all replicas. It takes part while somebody looks on its own."""

    def __init__(
        self,
        store: SharedStore,
        client: CatenaClient,
        names: Callable[[], Names],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(client, names, clock)
        self._store = store
        self._lease = Lease(store, NAME, LEASE_SECONDS)
        self._ready = 0
        """The token of the lease with which this one knows what the one before it has published."""

    def close(self) -> None:
        """As `PollLoop`; another replica goes on at once."""
        super().close()
        self._release()

    def poll_once(self) -> float:
        """Poll if this replica holds the lease, else follow; give the seconds until that is due again."""
        try:
            if not self._lease.keep() and not self._lease.take():
                self._follow()
                return LOOK_SECONDS
            token = self._lease.token
            if self._ready != token:
                self._failures = self._follow()
                self._version, self._ready = token, token
                if (wait := self._wait()) > 0:
                    return wait
            seconds = super().poll_once()
            if not self._publish(token):
                self._follow()
        except (Unreachable, Unlike) as error:
            return self._cannot_follow(str(error))
        return seconds

    def _wanted(self) -> bool:
        wanted = super()._wanted()
        if not wanted:
            self._release()
        return wanted

    def _release(self) -> None:
        with suppress(Unreachable):
            self._lease.release()

    def _wait(self) -> float:
        """The seconds until it is due to ask, as another replica has asked or failed not long ago."""
        state = self.state
        due = state.retry_at
        if due is None and state.snapshot is not None:
            due = state.snapshot.taken_at + timedelta(seconds=POLL_SECONDS)
        return min((due - datetime.now(UTC)).total_seconds(), LEASE_SECONDS) if due else 0.0

    def _follow(self) -> int:
        """Know what is shared; the number of polls that failed in a row."""
        schema, encoded = self._store.read(NAME, "schema", "head")
        if schema is None or encoded is None:
            self.state = PollState(self.state.snapshot, poll_seconds=self._poll_seconds)
            return 0
        if schema != SCHEMA:
            if self._lease.held:  # it is written anew
                return 0
            raise Unlike(UNLIKE)
        head = msgspec.json.decode(encoded, type=Head)
        snapshot = self.state.snapshot
        if head.taken_at is not None and (snapshot is None or head.version > snapshot.version):
            encoded, frame = self._store.read(NAME, "head", "trailers")  # both of one moment
            if encoded is not None and frame is not None:
                head = msgspec.json.decode(encoded, type=Head)
                taken_at = head.taken_at or datetime.now(UTC)
                snapshot = TrailerSnapshot(head.version, taken_at, decode_frame(frame), head.unreadable)
        self.state = PollState(
            snapshot, head.problem, head.failing_since, head.retry_at, poll_seconds=self._poll_seconds
        )
        return head.failures

    def _publish(self, token: int) -> bool:
        state, snapshot = self.state, self.state.snapshot
        head = Head(
            version=snapshot.version if snapshot else 0,
            taken_at=snapshot.taken_at if snapshot else None,
            unreadable=snapshot.unreadable if snapshot else 0,
            problem=state.problem,
            failures=self._failures,
            failing_since=state.failing_since,
            retry_at=state.retry_at,
        )
        fields = {"schema": SCHEMA, "head": msgspec.json.encode(head)}
        if snapshot is not None and not state.problem:
            fields["trailers"] = encode_frame(snapshot.trailers)
        if self._store.write(NAME, token, fields):
            return True
        log.warning("Another replica polls the trailers by now; what this one has read late is dropped.")
        return False

    def _cannot_follow(self, problem: str) -> float:
        since = self.state.failing_since or datetime.now(UTC)
        self.state = replace(self.state, problem=problem, failing_since=since, retry_at=None, started_at=None)
        return LOOK_SECONDS
