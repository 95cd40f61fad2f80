"""One poller per process: it alone asks Catena for positions, however many people are watching."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from catena_client import AuthenticationFailed, CatenaClient, CatenaError
from dashboard.polling.directory import Directory, Names
from dashboard.polling.fixes import Concurrency, fetch
from dashboard.snapshot import Snapshot, SnapshotBuilder, counts

log = logging.getLogger(__name__)

CREDENTIALS_PAUSE_SECONDS = 30.0
"""After refused credentials no new attempt is made for this long."""
WAKE_SPACING_SECONDS = 2.0
"""Early refreshes come no closer together than this."""


@dataclass(frozen=True, slots=True)
class PollState:
    """What the poller knows. Immutable: a reader takes the reference once and sees one moment."""

    snapshot: Snapshot | None = None
    """The last good one; it stays when a later poll fails."""
    problem: str = ""
    """Why the last poll failed, a sentence for the user; empty when it succeeded."""
    failing_since: datetime | None = None
    retry_seconds: float = 0.0
    """After a failed poll: how long until the next one."""
    running: bool = False
    """Whether a poll is under way now."""
    polls: int = 0
    """Polls finished so far, good or not."""


class Poller:
    """Polls in its own thread between `start` and `close` and publishes each result by swapping `state`.

    `prepare` is given each snapshot just before it is published.
    """

    def __init__(
        self,
        client: CatenaClient,
        concurrency: Concurrency,
        poll_seconds: float,
        prepare: Callable[[Snapshot], None] = lambda _snapshot: None,
    ) -> None:
        self.state = PollState()
        self.poll_seconds = poll_seconds
        self._client = client
        self._concurrency = concurrency
        self._prepare = prepare
        self._directory = Directory(client)
        self._builder = SnapshotBuilder()
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
        """Ask for a poll before it is due; several requests at once cause one."""
        self._wake.set()

    def close(self) -> None:
        """Stop after the request under way and wait for the thread, 5 seconds at most."""
        self._closing.set()
        self._wake.set()
        self._directory.close()
        if self._thread.is_alive():
            self._thread.join(5)

    def _run(self) -> None:
        while not self._closing.is_set():
            started = time.monotonic()
            pause = self.poll_once()
            if self._wake.wait(max(0.0, pause - (time.monotonic() - started))):
                self._wake.clear()
                self._closing.wait(max(0.0, WAKE_SPACING_SECONDS - (time.monotonic() - started)))

    def poll_once(self) -> float:
        """Poll, publish what came of it, and give the seconds until the next poll is due."""
        self.state = replace(self.state, running=True)
        try:
            snapshot = self._take()
            self._prepare(snapshot)
        except AuthenticationFailed as error:
            return self._failed(str(error), max(self.poll_seconds, CREDENTIALS_PAUSE_SECONDS))
        except CatenaError as error:
            return self._failed(str(error), self.poll_seconds)
        except Exception:
            # The poller must outlive a defect of ours: the trace goes to the log, a sentence to the user.
            log.exception("A poll failed for a reason of our own")
            return self._failed(
                "The dashboard could not read the answer from Catena. Its log says more.", self.poll_seconds
            )
        else:
            self.state = PollState(snapshot=snapshot, polls=self.state.polls + 1)
        finally:
            self._concurrency.poll_done()
        return self.poll_seconds

    def _take(self) -> Snapshot:
        self._directory.refresh_fleets()
        held = self.state.snapshot
        sizes = dict.fromkeys(self._directory.names.fleets, 1)
        if held is not None:
            sizes |= {
                fleet_id: n for fleet_id, n in counts(held.vehicles, "fleet_id").items() if fleet_id in sizes
            }
        fixes = fetch(self._client, sizes, self._concurrency.current)
        directory = self._directory
        snapshot = self._builder.build(fixes, directory.names, datetime.now(UTC), directory.deliveries)
        self._directory.refresh_when_due((fix.vehicle for fix in fixes), self.wake)
        return snapshot

    def _failed(self, problem: str, retry_seconds: float) -> float:
        log.warning("Poll failed: %s", problem)
        self.state = replace(
            self.state,
            problem=problem,
            failing_since=self.state.failing_since or datetime.now(UTC),
            retry_seconds=retry_seconds,
            running=False,
            polls=self.state.polls + 1,
        )
        return retry_seconds
