"""One list of Catena's, kept in memory: read in the background when somebody looks and it is old.

While reading fails the list stays as it was and is asked for less and less often, never sooner than Catena allows.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from catena_client import ApiError, CatenaError

log = logging.getLogger(__name__)
T = TypeVar("T")

LONGEST_PAUSE_SECONDS = 300.0
LONGEST_AGE_SECONDS = 60.0
"""A list that takes long is read less often, so that reading takes a tenth of the time; but at least this often."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a list cannot be read just now."""

    why: str
    since: datetime
    retry_at: datetime


class Pause:
    """How long to leave alone what fails: doubled each time, 5 min at most, or as long as Catena asks for."""

    def __init__(self, first: float) -> None:
        """Wait `first` seconds after a first failure."""
        self._first = first
        self.failures = 0

    def after(self, error: Exception) -> float:
        """Count a failure and return the seconds to wait."""
        seconds = min(self._first * 2.0 ** min(self.failures, 30), LONGEST_PAUSE_SECONDS)
        self.failures += 1
        asked = error.retry_after if isinstance(error, ApiError) else None
        return max(seconds, asked or 0.0)

    def over(self) -> None:
        """Forget the failures."""
        self.failures = 0


class Kept(Generic[T]):
    """A list and the thread that reads it. Thread-safe; at most one reading at a time."""

    def __init__(
        self,
        read: Callable[[bool], T],
        start: T,
        *,
        every: float,
        pause: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep what `read` returns, beginning with `start`, and read it again after `every` seconds.

        `read` is told whether the reading before failed; then one try has to do. It raises CatenaError. After
        a first failure nothing is asked for `pause` seconds.
        """
        self._read = read
        self._every = every
        self._now = now
        self._clock = clock
        self._pause = Pause(pause)
        self._busy = threading.Lock()
        self._tried = threading.Event()
        self._due = float("-inf")
        self.value = start
        self.trouble: Trouble | None = None
        self.asked_at: datetime | None = None
        """Since when it is being read; None between readings."""

    def look(self) -> None:
        """Read in the background if it is time."""
        if self._clock() >= self._due and self._busy.acquire(blocking=False):
            threading.Thread(target=self._in_background, name="invitations", daemon=True).start()

    def wait(self, seconds: float) -> None:
        """Wait for the very first reading; who comes after somebody has waited in vain does not wait."""
        if not self._tried.wait(seconds):
            self._tried.set()

    def hurry(self) -> None:
        """Let the next look read it, unless reading fails at the moment."""
        if self.trouble is None:
            self._due = float("-inf")

    def read_now(self) -> T:
        """Read it, after a reading that is under way. Raises `CatenaError`."""
        with self._busy:
            return self._reading()

    def _in_background(self) -> None:
        try:
            self._reading()
        except CatenaError:
            pass  # it is in `trouble`
        except Exception:  # a defect must not look like a list that stands still
            log.exception("A list could not be taken in")
        finally:
            self._busy.release()

    def _reading(self) -> T:
        started, self._due = self._clock(), float("inf")
        self.asked_at = self._now()
        try:
            value = self._read(self._pause.failures > 0)
        except Exception as error:
            why = str(error) if isinstance(error, CatenaError) else "The log of this dashboard says why."
            seconds = self._pause.after(error)
            now = self._now()
            since = self.trouble.since if self.trouble else now
            self.trouble = Trouble(why, since, now + timedelta(seconds=seconds))
            self._due = self._clock() + seconds
            raise
        else:
            self._pause.over()
            self.value, self.trouble = value, None
            took = self._clock() - started
            age = max(self._every, min(10 * took, LONGEST_AGE_SECONDS))
            self._due = min(self._due, started + age)  # sooner if somebody was in a hurry meanwhile
            return value
        finally:
            self.asked_at = None
            self._tried.set()
