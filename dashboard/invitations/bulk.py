"""Sending many invitations: in the background, a few at a time, each row once, with pause and continue.

A run reads the whole list of invitations first and does nothing without it; each reference is looked up once more
right before it is sent. So a fleet that has an invitation is refreshed only when that was asked for.
"""

import logging
import secrets
import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from catena_client import (
    AuthenticationFailed,
    CatenaError,
    ClientClosed,
    ConnectionFailed,
    InvitationCreate,
    RateLimited,
    ServerError,
    UnexpectedAnswer,
)
from dashboard.access.viewer import Viewer
from dashboard.invitations import rights
from dashboard.invitations.bulk_csv import DONE, LOST_ANSWER, BulkRow
from dashboard.invitations.formatting import status_label
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.models import AlreadyInvited, AnswerLost, CreateResult, InvitationSummary, NotSent

log = logging.getLogger(__name__)

WORKERS = 3
RATE_LIMIT_PAUSE_SECONDS = 10.0
"""Waited after a 429 that names no time; the client itself has waited and tried several times by then."""
RATE_LIMIT_TRIES = 5
NO_GOOD_ANSWER = (ConnectionFailed, ServerError, UnexpectedAnswer, ClientClosed)
LOST_IN_A_ROW = 5
"""After so many requests in a row without a good answer the run pauses instead of failing every row."""

DEFECT = (
    "What became of this cannot be told, for a reason of our own: the log of this dashboard says why. Look under "
    "Follow up before sending it again."
)


@dataclass(frozen=True)
class RowOutcome:
    """What became of a row: ``created``, ``refreshed``, ``skipped``, ``failed`` or ``unknown``.

    With the handle of its invitation, or a reason. ``unknown`` was sent, and its answer was lost: it is not sent
    again.
    """

    result: str
    message: str = ""
    handle: str = ""


class Journal:
    """Is told what becomes of each row of a run; this one keeps nothing. Its methods never raise."""

    def begins(self, _number: int) -> str:
        """A row is about to be sent: "", or why it must not be, in words."""
        return ""

    def became(self, number: int, outcome: RowOutcome | None) -> None:
        """What became of a row; None: it was not sent after all."""


class BulkRun:
    """One file being sent. Rows that are done are never sent again, whatever interrupts the run."""

    def __init__(
        self, invitations: InvitationService, rows: tuple[BulkRow, ...], *, again: bool = False
    ) -> None:
        """`again` refreshes the live invitations among the rows; otherwise those are skipped."""
        self.rows = rows
        self.again = again
        self.id = secrets.token_hex(8)
        """Names it, on other replicas too."""
        self.journal = Journal()
        self._invitations = invitations
        self._lock = threading.Lock()
        self._starting = threading.Lock()
        self._outcomes: dict[int, RowOutcome] = {}
        self._queue: deque[BulkRow] = deque()
        self._live: dict[str, InvitationSummary] = {}
        """The live invitations that the list showed when the run was started, by reference."""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._lost = 0
        self.halted = ""
        """Why the run paused by itself, in words."""
        self.resumes_at: datetime | None = None
        """Until when Catena wants to be left alone, if that is in the future."""
        for row in rows:
            if row.done == LOST_ANSWER:
                self._outcomes[row.number] = RowOutcome(LOST_ANSWER, row.problem)
            elif row.skipped:
                self._outcomes[row.number] = RowOutcome("skipped", row.skipped)
            elif row.create is None:
                self._outcomes[row.number] = RowOutcome("failed", row.problem)

    @property
    def running(self) -> bool:
        """Whether rows are being sent now, or the list is read for that."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def pausing(self) -> bool:
        """Whether it runs no longer than the requests under way."""
        return self.running and self._stop.is_set()

    @property
    def left(self) -> int:
        """How many rows are still to be sent."""
        return sum(row.create is not None and self._open(row) for row in self.rows)

    def counts(self) -> Counter[str]:
        """Count the rows by result."""
        with self._lock:
            return Counter(outcome.result for outcome in self._outcomes.values())

    def outcome(self, row: BulkRow) -> RowOutcome | None:
        """Return what became of a row; None when it was not sent yet."""
        with self._lock:
            return self._outcomes.get(row.number)

    def know(self, outcomes: Mapping[int, RowOutcome]) -> None:
        """Take over what became of rows elsewhere, by their numbers."""
        with self._lock:
            self._outcomes |= outcomes

    def start(self, viewer: Viewer) -> bool:
        """Send what is left, rows that failed included; return whether it was not running already.

        It sends what `viewer` may send now, whoever started it before. Raises `NotAllowed`.
        """
        rights.require(viewer)
        with self._starting:
            if self.running:
                return False
            self._stop.clear()
            self.halted, self._lost, self.resumes_at = "", 0, None
            self._thread = threading.Thread(target=self._run, args=(viewer,), name="bulk", daemon=True)
            self._thread.start()
            return True

    def pause(self, why: str = "") -> None:
        """Stop after the requests under way; `why`, in words, if nobody has asked for it on the page."""
        self.halted = why or self.halted
        self._stop.set()

    def _open(self, row: BulkRow) -> bool:
        outcome = self.outcome(row)
        return outcome is None or (outcome.result == "failed" and row.create is not None)

    def _run(self, viewer: Viewer) -> None:
        try:
            listed = self._invitations.read(viewer)
        except CatenaError as error:
            self.pause(f"Nothing was sent, because the list of invitations cannot be read. {error}")
            return
        except Exception:  # a defect must not look like a run that somebody paused
            log.exception("The list of invitations could not be taken in")
            self.pause("Nothing was sent, for a reason of our own. The log of this dashboard says why.")
            return
        self._live = {invitation.fleet_ref: invitation for invitation in listed if invitation.live}
        self._queue = deque(row for row in self.rows if row.create is not None and self._open(row))
        workers = [
            threading.Thread(target=self._work, args=(viewer,), name="bulk", daemon=True)
            for _ in range(WORKERS)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def _work(self, viewer: Viewer) -> None:
        while not self._stop.is_set():
            try:
                row = self._queue.popleft()
            except IndexError:
                return
            try:
                outcome = (
                    RowOutcome("failed", row.problem)
                    if row.create is None
                    else self._send_when_allowed(viewer, row.number, row.create)
                )
            except Exception:  # it may have been sent by then, so it is not sent again
                log.exception("A row could not be sent, or what came of it not be taken in")
                outcome = RowOutcome(LOST_ANSWER, DEFECT)
            if outcome is not None:
                with self._lock:
                    self._outcomes[row.number] = outcome
                self.journal.became(row.number, outcome)

    def _send_when_allowed(self, viewer: Viewer, number: int, request: InvitationCreate) -> RowOutcome | None:
        """Send one row, when Catena lets us; None when the run is paused before that."""
        reason = ""
        for _try in range(RATE_LIMIT_TRIES):
            if self.resumes_at is not None:
                self._stop.wait(max(0.0, (self.resumes_at - datetime.now(UTC)).total_seconds()))
            if self._stop.is_set():
                return None
            if why_not := self.journal.begins(number):
                self.pause(why_not)
                return None
            outcome = self._send(viewer, request)
            if isinstance(outcome, RowOutcome):
                return outcome
            self.journal.became(number, None)
            seconds = RATE_LIMIT_PAUSE_SECONDS if outcome.retry_after is None else outcome.retry_after
            self.resumes_at, reason = datetime.now(UTC) + timedelta(seconds=seconds), str(outcome)
        return RowOutcome("failed", f"This was not sent. {reason}")

    def _send(self, viewer: Viewer, request: InvitationCreate) -> RowOutcome | RateLimited:
        """Send one row, unless it has a live invitation that is not to be refreshed."""
        listed = self._live.get(request.fleet_ref)
        if listed is not None and not self.again:
            return _skipped(listed)
        try:
            result = self._invitations.create(
                viewer, request, may_refresh=lambda _invitation: self.again, in_bulk=True
            )
        except AlreadyInvited as existing:
            return _skipped(existing.live[0])
        except NotSent as refusal:
            return self._failed(refusal.error, str(refusal))
        except AnswerLost as error:
            self._count_lost(str(error))
            return RowOutcome(LOST_ANSWER, str(error))
        except CatenaError as error:
            return self._failed(error, str(error))
        with self._lock:
            self._lost = 0
        return _sent(result)

    def _failed(self, error: CatenaError | None, reason: str) -> RowOutcome | RateLimited:
        if isinstance(error, RateLimited):
            return error
        if isinstance(error, AuthenticationFailed):
            self.pause(reason)
        elif isinstance(error, NO_GOOD_ANSWER):
            self._count_lost(reason)
        return RowOutcome("failed", reason)

    def _count_lost(self, reason: str) -> None:
        with self._lock:
            self._lost += 1
            too_many = self._lost >= LOST_IN_A_ROW
        if too_many:
            self.pause(f"Catena cannot be reached, or does not answer as it should. {reason}")


def _skipped(invitation: InvitationSummary) -> RowOutcome:
    return RowOutcome(
        "skipped",
        f"the fleet has an invitation already ({status_label(invitation.status).lower()})",
        invitation.handle,
    )


def _sent(result: CreateResult) -> RowOutcome:
    if result.created:
        return RowOutcome(DONE[0], handle=result.invitation.handle)
    unasked = "was meant as a new one, but Catena refreshed one that the fleet had by then"
    return RowOutcome(DONE[1], unasked if result.meant_new else "", result.invitation.handle)
