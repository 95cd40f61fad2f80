"""One poller of positions per process: it alone asks Catena for them, however many people are watching."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pandas as pd

from catena_client import CatenaClient
from dashboard.fleet.snapshot import Snapshot, counts
from dashboard.ingest.concurrency import Concurrency
from dashboard.ingest.directory import Directory
from dashboard.ingest.fetching import Fetcher
from dashboard.ingest.notices import notices
from dashboard.ingest.poll_log import Poll, PollLog
from dashboard.ingest.polling import PollLoop, PollState
from dashboard.ingest.snapshot_builder import SnapshotBuilder
from dashboard.runtime.defects import Contained


class Poller(PollLoop[Snapshot]):
    """Polls positions from `start` to `close`.

    `prepare` is given each snapshot just before it is published, `published` is told once it is. `polled` is told of
    each poll that is over. What they raise goes to the log.
    """

    holds: bool = True
    """Whether it is this process that polls."""

    def __init__(
        self,
        client: CatenaClient,
        concurrency: Concurrency,
        poll_seconds: float,
        prepare: Callable[[Snapshot], None] = lambda _snapshot: None,
        *,
        published: Callable[[], None] = lambda: None,
        polled: Callable[[Poll], None] = lambda _poll: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__("positions", poll_seconds)
        self._concurrency = concurrency
        self._prepare = prepare
        self._published = published
        self._polled = polled
        self.log = PollLog(poll_seconds)
        """The polls of the last hour."""
        self.directory = Directory(client, clock=clock)
        """What things are called, as known now."""
        self._fetcher = Fetcher(client, concurrency, clock)
        self._builder = SnapshotBuilder()

    def go_on(
        self, state: PollState[Snapshot], failures: int, memory: pd.DataFrame | None, above: int
    ) -> None:
        """Go on, not polling now, from where another poller stopped: its state, and the polls that failed in a row.

        `memory` is that of its `SnapshotBuilder`, None if it is lost. Versions will be higher than `above`.
        """
        self.state, self._failures = state, failures
        if state.snapshot is not None:
            self._builder.restore(state.snapshot, memory)
        self._builder.number_from(above)

    @property
    def memory(self) -> pd.DataFrame:
        """What `go_on` needs beside the state."""
        return self._builder.memory()

    def close(self) -> None:
        """Stop asking, and wait a second at most; whatever is under way then ends with the client."""
        self._closing.set()  # first: what is cut off now did not fail
        self.directory.close()
        self._fetcher.close()
        super().close()

    def poll_once(self) -> float:
        """Poll, publish what came of it, and give the seconds until the next poll is due."""
        last, began, started = self.state.snapshot, datetime.now(UTC), time.monotonic()
        seconds = super().poll_once()
        took = time.monotonic() - started
        self._concurrency.poll_done()
        if self.state.snapshot is not last:
            with Contained("nobody was told of a new snapshot"):
                self._published()
        with Contained("a poll was not written down"):
            self._polled(self.log.add(began, took, self.state.problem))
        return seconds

    def _take(self) -> Snapshot:
        directory = self.directory
        if self._failures:
            self._fetcher.knock(list(directory.names.fleets), self._failures)
        fetched = self._fetcher.fetch(self._fleet_sizes)
        names, rows = directory.names, fetched.rows
        snapshot = self._builder.build(
            rows.fixes,
            names,
            datetime.now(UTC),
            directory.deliveries,
            held={key: refusal for key, refusal in fetched.refused.items() if key in fetched.held},
            unreadable=rows.unreadable,
            notices=notices(fetched, names, directory.refused, directory.unreadable),
        )
        directory.refresh_when_due((fix.vehicle for fix in rows.fixes), self.wake)
        # Whoever needs what goes with a snapshot meets a defect of that again; the map must not.
        with Contained("a new snapshot was not prepared for the pages"):
            self._prepare(snapshot)
        return snapshot

    def _fleet_sizes(self) -> Mapping[str, int]:
        """The listed fleets, read anew, with the number of vehicles that each had in the last snapshot."""
        self.directory.refresh_fleets()
        sizes = dict.fromkeys(self.directory.names.fleets, 1)
        last = self.state.snapshot
        if last is not None:
            sizes |= {
                fleet_id: n for fleet_id, n in counts(last.vehicles, "fleet_id").items() if fleet_id in sizes
            }
        return sizes
