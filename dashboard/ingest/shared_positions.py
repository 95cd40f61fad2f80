"""The positions that all replicas show: read as they were published, or published with the token of the lease."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

import pandas as pd

from dashboard.fleet.names import Names
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest import snapshot_codec as codec
from dashboard.ingest.directory import Directory
from dashboard.ingest.poll_log import PollLog
from dashboard.ingest.polling import PollState
from dashboard.replicas.store import SharedStore
from dashboard.runtime.defects import Contained

log = logging.getLogger(__name__)

POSITIONS = "positions"
"""The name of the lease, and of what is shared."""
CHANGED = "changed"


class _Written(NamedTuple):
    """What was written last."""

    version: int = 0
    names: Names | None = None
    digest: str = ""
    """The hash of the names."""
    polled: datetime | None = None
    """When the last poll of the log began."""


class SharedPositions:
    """What is shared, as this replica knows it. One thread reads, one publishes; `state` may be read by all."""

    def __init__(
        self,
        store: SharedStore,
        directory: Directory,
        polls: PollLog,
        poll_seconds: float,
        *,
        prepare: Callable[[Snapshot], None],
        published: Callable[[], None],
    ) -> None:
        self._store, self._directory, self._polls = store, directory, polls
        self._poll_seconds = poll_seconds
        self._prepare, self._published = prepare, published
        self.state: PollState[Snapshot] = PollState(poll_seconds=poll_seconds)
        self.failures = 0
        """Polls that failed in a row until now."""
        self._names = ""
        """The hash of the names in the directory, if they were read."""
        self._written = _Written()
        self._swap = threading.Lock()

    def read(self) -> codec.Head | None:
        """Know what is shared, as far as it is newer; what was published last, if anything was.

        Raises `Unreachable`, and `Unlike` where another version of the dashboard has published it.
        """
        head = codec.decode_head(*self._store.read(POSITIONS, "schema", "head"))
        if head is None:
            return None
        found: dict[str, bytes | None] = {}
        if wanted := self._wanted(head):
            schema, encoded, *values = self._store.read(POSITIONS, "schema", "head", *wanted)
            head = codec.decode_head(schema, encoded)
            if head is None:
                return None
            found = dict(zip(wanted, values, strict=True))
        snapshot = self.state.snapshot
        if head.snapshot is not None and (vehicles := found.get("vehicles")) is not None:
            snapshot = codec.snapshot_of(head.snapshot, codec.decode_frame(vehicles))
        if (names := found.get("names")) is not None:
            self._directory.restore(codec.decode_names(names), self._directory.deliveries)
            self._names = head.names
        if (polls := found.get("polls")) is not None:
            self._polls.replace(codec.decode_polls(polls))
        if new := snapshot is not None and snapshot is not self.state.snapshot:
            # Whoever needs what goes with a snapshot meets a defect of that again; the map must not.
            with Contained("a new snapshot was not prepared for the pages"):
                self._prepare(snapshot)
        since, retry_at, started_at = head.failing_since, head.retry_at, head.started_at
        told = PollState(snapshot, head.problem, since, retry_at, started_at, self._poll_seconds)
        self._show(told, head.failures, new=new)
        return head

    def take_over(self) -> pd.DataFrame | None:
        """Know the last that was published; what its builder remembered, None where that is lost.

        For who has taken the lease: nobody else publishes any more. Raises `Unreachable`.
        """
        self._written = _Written()  # all is written anew, whatever has become of it
        try:
            head, last = self.read(), self.state.snapshot
            if last is not None:
                self._directory.restore(self._directory.names, last.deliveries)
            if head and head.snapshot and last and head.snapshot.version == last.version:
                (memory,) = self._store.read(POSITIONS, "memory")
                return None if memory is None else codec.decode_frame(memory)
        except codec.Unlike:
            log.warning("What another version of the dashboard has published is written over.")
        return None

    def publish(
        self, token: int, state: PollState[Snapshot], failures: int, memory: Callable[[], pd.DataFrame]
    ) -> bool:
        """Publish, with the token of the lease, what then all show; False when another replica has taken the lease.

        `memory` gives what the builder of its snapshot remembers. Raises `Unreachable`.
        """
        snapshot, names = state.snapshot, self._directory.names
        version, named, digest, polled = self._written
        fields: dict[str, bytes] = {}
        if snapshot is not None and snapshot.version != version:
            version = snapshot.version
            fields["vehicles"] = codec.encode_frame(snapshot.vehicles)
            fields["memory"] = codec.encode_frame(memory())
        if names is not named:
            before = digest
            encoded, digest = codec.encode_names(names)
            if digest != before:
                fields["names"] = encoded
        polls = self._polls.polls()
        if polls and polls[-1].began != polled:
            polled = polls[-1].began
            fields["polls"] = codec.encode_polls(polls)
        head = codec.Head(
            codec.about(snapshot),
            digest,
            polled,
            state.problem,
            failures,
            state.failing_since,
            state.retry_at,
            state.started_at,
        )
        fields |= {"schema": codec.SCHEMA, "head": codec.encode_head(head)}
        if not self._store.write(POSITIONS, token, fields, CHANGED):
            log.warning("Another replica polls by now; what this one has read late is dropped.")
            return False
        self._written = _Written(version, names, digest, polled)
        self._names = digest
        self._show(state, failures, new="vehicles" in fields)
        return True

    def _wanted(self, head: codec.Head) -> list[str]:
        last, told = self.state.snapshot, head.snapshot
        newer = told is not None and (last is None or told.version > last.version)
        other = {
            "vehicles": newer,
            "names": head.names != self._names,
            "polls": head.polled not in (None, self._polls.last),
        }
        return [field for field, wanted in other.items() if wanted]

    def _show(self, state: PollState[Snapshot], failures: int, *, new: bool) -> None:
        """Swap the state; whatever was told late, a snapshot never gives way to an older one."""
        with self._swap:
            last = self.state.snapshot
            if last is not None and (state.snapshot is None or state.snapshot.version < last.version):
                state = replace(state, snapshot=last)
            at = datetime.now(UTC) if new else self.state.published_at
            self.state, self.failures = replace(state, published_at=at), failures
        if new:
            with Contained("nobody was told of a new snapshot"):
                self._published()
