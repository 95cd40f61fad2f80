"""One list of Catena's, kept in memory: read in the background when somebody looks and it is old.

While reading fails the list stays as it was and is read less and less often, never sooner than Catena allows.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from catena_client import CatenaError
from dashboard.runtime.refusals import pause as pause_seconds

log = logging.getLogger(__name__)
T = TypeVar("T")

LONGEST_AGE_SECONDS = 60.0
"""A list that takes long is read less often, so that reading takes a tenth of the time; but at least this often."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A list cannot be read just now."""

    reason: str
    """In words, from outside."""
    since: datetime
    retry_at: datetime


class RefreshedList(Generic[T]):
    """A list and the thread that reads it. Thread-safe; at most one reading at a time."""

    def __init__(
        self,
        read: Callable[[bool], T],
        start: T,
        *,
        max_age: float,
        first_pause: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep what `read` returns, beginning with `start`, and read it again when it is `max_age` seconds old.

        The argument of `read` is whether the reading before failed; then one try has to do. It raises CatenaError.
        After a first failure nothing is read for `first_pause` seconds.
        """
        self._read = read
        self._max_age = max_age
        self._first_pause = first_pause
        self._now = now
        self._clock = clock
        self._failures = 0
        self._busy = threading.Lock()
        self._tried = threading.Event()
        self._due = float("-inf")
        self.value = start
        self.outage: Outage | None = None
        self.reading_since: datetime | None = None
        """Since when it is being read; None between readings."""

    def refresh(self) -> None:
        """Read in the background if it is time."""
        if self._clock() >= self._due and self._busy.acquire(blocking=False):
            threading.Thread(target=self._in_background, name="invitations", daemon=True).start()

    def wait(self, seconds: float) -> None:
        """Wait for the very first reading; who comes after somebody has waited in vain does not wait."""
        if not self._tried.wait(seconds):
            self._tried.set()

    def invalidate(self) -> None:
        """Let the next `refresh` read it, unless reading fails at the moment."""
        if self.outage is None:
            self._due = float("-inf")

    def read_now(self) -> T:
        """Read it, after a reading that is under way. Raises `CatenaError`."""
        with self._busy:
            return self._reading()

    def _in_background(self) -> None:
        try:
            self._reading()
        except CatenaError:
            pass  # it is in `outage`
        except Exception:  # a defect must not look like a list that stands still
            log.exception("A list could not be taken in")
        finally:
            self._busy.release()

    def _reading(self) -> T:
        started, self._due = self._clock(), float("inf")
        self.reading_since = self._now()
        try:
            value = self._read(self._failures > 0)
        except Exception as error:
            reason = str(error) if isinstance(error, CatenaError) else "The log of this dashboard says why."
            self._failures += 1
            seconds = pause_seconds(self._failures, error, self._first_pause)
            now = self._now()
            since = self.outage.since if self.outage else now
            self.outage = Outage(reason, since, now + timedelta(seconds=seconds))
            self._due = self._clock() + seconds
            raise
        else:
            self._failures = 0
            self.value, self.outage = value, None
            took = self._clock() - started
            age = max(self._max_age, min(10 * took, LONGEST_AGE_SECONDS))
            self._due = min(self._due, started + age)  # sooner if it was invalidated meanwhile
            return value
        finally:
            self.reading_since = None
            self._tried.set()
