"""One poller per process: it alone asks Catena for positions, however many people are watching."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from catena_client import AuthenticationFailed, CatenaClient, CatenaError
from dashboard.fleet.names import Names
from dashboard.fleet.snapshot import Snapshot, counts
from dashboard.ingest.concurrency import Concurrency
from dashboard.ingest.directory import Directory
from dashboard.ingest.fetching import Fetcher
from dashboard.ingest.notices import notices
from dashboard.ingest.snapshot_builder import SnapshotBuilder
from dashboard.runtime.defects import Contained
from dashboard.runtime.refusals import pause

log = logging.getLogger(__name__)

CREDENTIALS_PAUSE_SECONDS = 30.0
"""After refused credentials no new attempt is made for this long."""
WAKE_SPACING_SECONDS = 2.0
"""Early refreshes come no closer together than this."""
CLOSE_SECONDS = 1.0
"""Closing waits no longer for the poll under way; it ends with the client."""


@dataclass(frozen=True, slots=True)
class PollState:
    """What the poller knows. Immutable: a reader takes the reference once and sees one moment."""

    snapshot: Snapshot | None = None
    """The last good one; it stays when a later poll fails."""
    problem: str = ""
    """Why the last poll failed, a sentence for the user with text from outside; empty when it succeeded."""
    failing_since: datetime | None = None
    retry_at: datetime | None = None
    """After a failed poll: when the next one will be made, aware UTC. Nobody can make it sooner."""
    started_at: datetime | None = None
    """When the poll that is under way began, aware UTC; None between polls."""
    polls: int = 0
    """Polls finished so far, good or not."""
    poll_seconds: float = 15.0
    """The time from one poll to the next, as long as all is well."""


@dataclass(slots=True)
class Rest:
    """How long nothing is asked after a poll."""

    least: float
    """Seconds that pass whoever wakes the poller."""
    most: float
    """Seconds until the next poll if nobody does."""

    @classmethod
    def after(cls, pause_seconds: float, elapsed: float, *, failed: bool) -> Rest:
        """The rest after a poll that took `elapsed` seconds.

        A pause that a failure asks for is kept whole. Otherwise polls begin `pause_seconds` apart; one that takes
        about as long or longer is followed by a rest as well, so that polls never run back to back.
        """
        if failed:
            return cls(pause_seconds, pause_seconds)
        breath = min(elapsed, pause_seconds / 4)
        least = max(WAKE_SPACING_SECONDS - elapsed, breath)
        return cls(least, max(pause_seconds - elapsed, breath))


class Poller:
    """Polls in its own thread between `start` and `close` and publishes each result by swapping `state`.

    `prepare` is given each snapshot just before it is published, `published` is told once it is. What they raise
    goes to the log.
    """

    def __init__(
        self,
        client: CatenaClient,
        concurrency: Concurrency,
        poll_seconds: float,
        prepare: Callable[[Snapshot], None] = lambda _snapshot: None,
        *,
        published: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.state = PollState(poll_seconds=poll_seconds)
        self._poll_seconds = poll_seconds
        self._concurrency = concurrency
        self._prepare = prepare
        self._published = published
        self._directory = Directory(client, clock=clock)
        self._fetcher = Fetcher(client, concurrency, clock)
        self._builder = SnapshotBuilder()
        self._failures = 0
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="poller", daemon=True)

    @property
    def names(self) -> Names:
        """What things are called, as known now."""
        return self._directory.names

    def start(self) -> None:
        """Begin polling; the first poll starts at once."""
        self._thread.start()

    def wake(self) -> None:
        """Ask for a poll before it is due; several requests at once cause one, none while polls fail."""
        self._wake.set()

    def close(self) -> None:
        """Stop asking, and wait a second at most; whatever is under way then ends with the client."""
        self._closing.set()
        self._wake.set()
        self._directory.close()
        self._fetcher.close()
        if self._thread.is_alive():
            self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        while not self._closing.is_set():
            started = time.monotonic()
            pause_seconds = self.poll_once()
            rest = Rest.after(pause_seconds, time.monotonic() - started, failed=bool(self.state.problem))
            self._closing.wait(rest.least)
            self._wake.wait(rest.most - rest.least)
            self._wake.clear()

    def poll_once(self) -> float:
        """Poll, publish what came of it, and give the seconds until the next poll is due."""
        self.state = replace(self.state, started_at=datetime.now(UTC))
        try:
            snapshot = self._take()
        except Exception as error:  # noqa: BLE001 - the poller must outlive a defect of ours
            return self._failed(error)
        finally:
            self._concurrency.poll_done()
        # Whoever needs what goes with a snapshot meets a defect of that again; the map must not.
        with Contained("a new snapshot was not prepared for the pages"):
            self._prepare(snapshot)
        self._failures = 0
        self.state = PollState(snapshot, polls=self.state.polls + 1, poll_seconds=self._poll_seconds)
        with Contained("nobody was told of a new snapshot"):
            self._published()
        return self._poll_seconds

    def _take(self) -> Snapshot:
        directory = self._directory
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
        return snapshot

    def _fleet_sizes(self) -> Mapping[str, int]:
        """The listed fleets, read anew, with the number of vehicles that each had in the last snapshot."""
        self._directory.refresh_fleets()
        sizes = dict.fromkeys(self._directory.names.fleets, 1)
        held = self.state.snapshot
        if held is not None:
            sizes |= {
                fleet_id: n for fleet_id, n in counts(held.vehicles, "fleet_id").items() if fleet_id in sizes
            }
        return sizes

    def _failed(self, error: Exception) -> float:
        """Say why, keep what there is, and give the seconds until Catena is asked again: ever more."""
        if self._closing.is_set():
            return self._poll_seconds
        if isinstance(error, CatenaError):
            problem = str(error)
            log.warning("Poll failed: %s", problem)
        else:
            # The trace goes to the log, a sentence to the user.
            problem = "The dashboard could not read the answer from Catena. Its log says more."
            log.error("A poll failed for a reason of our own", exc_info=error)
        self._failures += 1
        seconds = pause(self._failures, error, self._poll_seconds)
        if isinstance(error, AuthenticationFailed):
            seconds = max(self._poll_seconds, CREDENTIALS_PAUSE_SECONDS)
        now = datetime.now(UTC)
        self.state = replace(
            self.state,
            problem=problem,
            failing_since=self.state.failing_since or now,
            retry_at=now + timedelta(seconds=seconds),
            started_at=None,
            polls=self.state.polls + 1,
        )
        return seconds
