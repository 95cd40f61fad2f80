"""Polling in a thread of its own: what was read last, why reading fails, and when it is tried again."""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from catena_client import AuthenticationFailed, CatenaError
from dashboard.runtime.refusals import pause

log = logging.getLogger(__name__)
S = TypeVar("S")

CREDENTIALS_PAUSE_SECONDS = 30.0
"""After refused credentials no new attempt is made for this long."""
WAKE_SPACING_SECONDS = 2.0
"""Early polls come no closer together than this."""
CLOSE_SECONDS = 1.0
"""Closing waits no longer for the poll under way; it ends with the client."""


@dataclass(frozen=True, slots=True)
class PollState(Generic[S]):
    """What a poller knows. Immutable: a reader takes the reference once and sees one moment."""

    snapshot: S | None = None
    """The last good one; it stays when a later poll fails."""
    problem: str = ""
    """Why the last poll failed, a sentence for the user with text from outside; empty when it succeeded."""
    failing_since: datetime | None = None
    retry_at: datetime | None = None
    """After a failed poll: when the next one will be made, aware UTC. Nobody can make it sooner."""
    started_at: datetime | None = None
    """When the poll that is under way began, aware UTC; None between polls."""
    poll_seconds: float = 15.0
    """The time from one poll to the next, as long as all is well."""
    apart: bool = False
    """The problem is not that of a poll: this process gets nothing of what another one has polled for all."""
    published_at: datetime | None = None
    """When the snapshot was here to be drawn, aware UTC: what was made of it first takes time as well."""


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


class PollLoop(ABC, Generic[S]):
    """Takes one snapshot after the other, and publishes each by swapping `state`.

    `name` says what is read, in the log and as the name of its thread.
    """

    def __init__(self, name: str, poll_seconds: float) -> None:
        self.state: PollState[S] = PollState(poll_seconds=poll_seconds)
        self._name = name
        self._poll_seconds = poll_seconds
        self._failures = 0
        """Polls that failed in a row until now."""
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._woken = threading.Event()
        self._closing = threading.Event()

    def start(self) -> None:
        """Begin to poll, unless it does already or is closed; the first poll starts at once."""
        with self._lock:
            if self._thread is None and not self._closing.is_set():
                self._woken.clear()  # the first poll starts at once anyway
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it polls, or still waits for the answers of its last poll."""
        return self._thread is not None

    def wake(self) -> None:
        """Ask for a poll before it is due; several requests at once cause one, none while polls fail."""
        self._woken.set()

    def close(self) -> None:
        """Stop asking, and wait a second at most; whatever is under way then ends with the client."""
        self._closing.set()
        self._woken.set()
        with self._lock:  # a thread that is being started cannot be waited for
            thread = self._thread
        if thread is not None:
            thread.join(CLOSE_SECONDS)

    def poll_once(self) -> float:
        """Poll, publish what came of it, and give the seconds until the next poll is due.

        The last good snapshot stays when a poll fails.
        """
        self.state = replace(self.state, started_at=datetime.now(UTC))
        try:
            snapshot = self._take()
        except Exception as error:  # noqa: BLE001 - polling must outlive a defect of ours
            return self._failed(error)
        self._failures = 0
        self.state = PollState(snapshot, poll_seconds=self._poll_seconds, published_at=datetime.now(UTC))
        return self._poll_seconds

    @abstractmethod
    def _take(self) -> S:
        """Make the requests of one poll, one request alone while polls fail, and give what came of them."""

    def _wanted(self) -> bool:
        """Whether to go on after a poll and the rest after it."""
        return True

    def _run(self) -> None:
        while True:
            started = time.monotonic()
            pause_seconds = self.poll_once()
            rest = Rest.after(pause_seconds, time.monotonic() - started, failed=bool(self.state.problem))
            self._closing.wait(rest.least)
            self._woken.wait(rest.most - rest.least)
            self._woken.clear()
            with self._lock:
                if self._closing.is_set() or not self._wanted():
                    self._thread = None
                    return

    def _failed(self, error: Exception) -> float:
        """Say why, keep what there is, and give the seconds until Catena is asked again: ever more."""
        if self._closing.is_set():
            return self._poll_seconds
        if isinstance(error, CatenaError):
            problem = str(error)
            log.warning("A poll of the %s failed: %s", self._name, problem)
        else:
            # The trace goes to the log, a sentence to the user.
            problem = "The dashboard could not read the answer from Catena. Its log says more."
            log.error("A poll of the %s failed for a reason of our own", self._name, exc_info=error)
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
        )
        return seconds
