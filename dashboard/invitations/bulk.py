"""Sending many invitations: in the background, a few at a time, each row once, with pause and continue."""

import threading
from collections import Counter, deque
from dataclasses import dataclass

from catena_client import AuthenticationFailed, CatenaError, ConnectionFailed, RateLimited
from dashboard.invitations.bulk_csv import DONE, Row
from dashboard.invitations.desk import InvitationDesk
from dashboard.invitations.items import AlreadyInvited
from dashboard.invitations.words import STATUS_WORDS

WORKERS = 3
RATE_LIMIT_PAUSE_SECONDS = 10.0
"""Waited after a 429 that names no time; the client itself has waited and tried several times by then."""
RATE_LIMIT_TRIES = 5
LOST_IN_A_ROW = 5
"""After so many broken connections in a row the run pauses instead of failing every row."""


@dataclass(frozen=True)
class Outcome:
    """What became of a row: ``created``, ``refreshed``, ``skipped`` or ``failed``, with the handle or a reason."""

    result: str
    message: str = ""
    handle: str = ""


class BulkRun:
    """One file being sent. Rows that are done are never sent again, whatever interrupts the run."""

    def __init__(self, desk: InvitationDesk, rows: tuple[Row, ...], *, by: str, again: bool = False) -> None:
        """`again` refreshes the live invitations among the rows; otherwise those are skipped."""
        self.rows = rows
        self._desk = desk
        self._by = by
        self._again = again
        self._lock = threading.Lock()
        self._outcomes: dict[int, Outcome] = {}
        self._queue: deque[tuple[Row, int]] = deque()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lost = 0
        self.halted = ""
        """Why the run paused by itself, in words."""
        for row in rows:
            if row.done:
                self._outcomes[row.number] = Outcome("skipped", f"was {row.done} in an earlier run")
            elif row.create is None:
                self._outcomes[row.number] = Outcome("failed", row.problem)

    @property
    def running(self) -> bool:
        """Whether rows are being sent now."""
        return any(thread.is_alive() for thread in self._threads)

    @property
    def left(self) -> int:
        """How many rows are still to be sent."""
        return sum(row.create is not None and self._open(row) for row in self.rows)

    def counts(self) -> Counter[str]:
        """Count the rows by result."""
        with self._lock:
            return Counter(outcome.result for outcome in self._outcomes.values())

    def outcome(self, row: Row) -> Outcome | None:
        """Return what became of a row; None when it was not sent yet."""
        with self._lock:
            return self._outcomes.get(row.number)

    def start(self) -> None:
        """Send what is left, rows that failed on the way included. Does nothing while it runs."""
        if self.running:
            return
        self._stop.clear()
        self.halted, self._lost = "", 0
        self._queue = deque((row, 0) for row in self.rows if row.create is not None and self._open(row))
        self._threads = [
            threading.Thread(target=self._work, name="bulk", daemon=True) for _ in range(WORKERS)
        ]
        for thread in self._threads:
            thread.start()

    def pause(self) -> None:
        """Stop after the requests under way."""
        self._stop.set()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until nothing is being sent."""
        for thread in self._threads:
            thread.join(timeout)

    def _open(self, row: Row) -> bool:
        outcome = self.outcome(row)
        return outcome is None or (outcome.result == "failed" and row.create is not None)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                row, tries = self._queue.popleft()
            except IndexError:
                return
            outcome = self._send(row, tries)
            if outcome is not None:
                with self._lock:
                    self._outcomes[row.number] = outcome

    def _send(self, row: Row, tries: int) -> Outcome | None:
        """Send one row; None when it goes back into the queue."""
        if row.create is None:
            return Outcome("failed", row.problem)
        try:
            made = self._desk.create(row.create, by=self._by, again=self._again, ask=False)
        except AlreadyInvited as known:
            status = STATUS_WORDS[known.item.status].lower()
            return Outcome("skipped", f"has an invitation already ({status})", known.item.handle)
        except RateLimited as error:
            if tries + 1 >= RATE_LIMIT_TRIES:
                return Outcome("failed", str(error))
            self._queue.appendleft((row, tries + 1))
            self._stop.wait(RATE_LIMIT_PAUSE_SECONDS if error.retry_after is None else error.retry_after)
            return None
        except AuthenticationFailed as error:
            self._halt(str(error))
            return Outcome("failed", str(error))
        except ConnectionFailed as error:
            self._lost += 1
            if self._lost >= LOST_IN_A_ROW:
                self._halt(f"Catena cannot be reached. {error}")
            return Outcome("failed", str(error))
        except CatenaError as error:
            return Outcome("failed", str(error))
        self._lost = 0
        return Outcome(DONE[0] if made.created else DONE[1], handle=made.item.handle)

    def _halt(self, why: str) -> None:
        self.halted = why
        self._stop.set()
