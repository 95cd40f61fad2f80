"""Snapshots of a simulated world in this process, polled at moments of our own choice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from dashboard.access.tokens import FeedTokens
from dashboard.feed.frames import Frames
from dashboard.feed.recent import RecentSnapshots
from dashboard.feed.vehicles import VehicleFeed
from dashboard.feed.watched import Watched
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest import embedded
from dashboard.ingest.concurrency import Concurrency
from dashboard.ingest.directory import Directory
from dashboard.ingest.fetching import Fetcher
from dashboard.ingest.fixes import Fix
from dashboard.ingest.snapshot_builder import SnapshotBuilder
from sandbox import Sandbox, SandboxConfig

VEHICLES_OF_A_FLEET = 250
"""At most so many on average, in six fleets or more."""
LONG = 10**7
"""Seconds that a token lives: time is passed by hand."""


def vehicle_feed(newest: Callable[[], Snapshot | None] = lambda: None) -> VehicleFeed:
    """A feed by itself, over snapshots that it is given or `newest` gives."""
    return VehicleFeed(Frames(), FeedTokens(), RecentSnapshots(newest), Watched())


class Polls:
    """One poll after another of a world with so many vehicles."""

    def __init__(self, vehicles: int) -> None:
        self._now = time.time()
        config = SandboxConfig(
            vehicles=vehicles,
            fleets=max(6, min(40, vehicles // VEHICLES_OF_A_FLEET)),
            connect_url=embedded.CONNECT_URL,
            token_seconds=LONG,
        )
        client = embedded.client(Sandbox(config, clock=lambda: self._now), lambda _retry: None)
        directory, read = Directory(client), threading.Event()
        directory.refresh_fleets()
        directory.refresh_when_due((), read.set)
        if not read.wait(600):
            raise RuntimeError("The sandbox did not give its names within ten minutes.")
        directory.close()
        self.names = directory.names
        self._fetcher, self.builder = Fetcher(client, Concurrency()), SnapshotBuilder()

    def next(self, seconds: float) -> Snapshot:
        """The snapshot so many seconds later."""
        return self.build(self.fetch(seconds))

    def fetch(self, seconds: float) -> list[Fix]:
        """What the API gives so many seconds later."""
        self._now += seconds
        return self._fetcher.fetch(lambda: dict.fromkeys(self.names.fleets, 1)).rows.fixes

    def build(self, fixes: list[Fix]) -> Snapshot:
        """The snapshot of that."""
        return self.builder.build(fixes, self.names, datetime.fromtimestamp(self._now, UTC))
