"""Bulk runs that all replicas show: one of them sends, and after its end another can go on, each row once.

A row is written down before it is sent and after. One of which only the first is there when another replica goes on may
have been sent, so it is not sent again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from contextlib import suppress

import msgspec

from dashboard.access.viewer import Viewer
from dashboard.invitations import rights
from dashboard.invitations.bulk import BulkRun, Journal, RowOutcome
from dashboard.invitations.bulk_csv import LOST_ANSWER
from dashboard.invitations.bulk_runs import BulkRuns
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.run_store import BEGUN, SCHEMA, RunStore, SharedRun, Standing, Told
from dashboard.replicas.lease import Lease
from dashboard.replicas.store import SharedStore, Unreachable

log = logging.getLogger(__name__)

LEASE_SECONDS = 10.0
KEEP_SECONDS = 0.5
"""The lease is renewed, and what could not be written is tried again, this often."""
LOOK_SECONDS = 0.5
"""A run that another replica sends is looked at no more often."""
INTERRUPTED = (
    "It was being sent when the replica of the dashboard that did so stopped, and the answer is not known. Look under "
    "Follow up before sending it again."
)
STOPPED = "The replica of the dashboard that was sending has stopped. Continue to send what is left."
ELSEWHERE = "Another replica of the dashboard goes on with it."


class _Held(Journal):
    """Writes down a run that this replica sends, for as long as it does."""

    def __init__(self, place: RunStore, lease: Lease, run: BulkRun) -> None:
        self._place, self._lease, self._run = place, lease, run
        self._lock = threading.Lock()
        self._unwritten: dict[str, bytes] = {}
        self._over = threading.Event()

    @property
    def held(self) -> bool:
        """Whether it is this replica that may send it."""
        return self._lease.held

    def open(self) -> None:
        """Write down all there is of the run. Raises `Unreachable`."""
        run = self._run
        told = Told(SCHEMA, run.id, run.again, run.rows)
        outcomes = {row.number: run.outcome(row) for row in run.rows}
        fields = {_row(number): msgspec.json.encode(one) for number, one in outcomes.items() if one}
        fields |= {"run": msgspec.json.encode(told), "standing": msgspec.json.encode(Standing(running=True))}
        self._write(fields)
        self._place.keep()
        self._place.asked_to_pause(run.id)  # what was asked for before it goes on is over

    def begins(self, number: int) -> str:
        """As in `Journal`."""
        try:
            return "" if self._write({_row(number): BEGUN}) else ELSEWHERE
        except Unreachable as error:
            return f"Nothing more was sent: {error}"

    def became(self, number: int, outcome: RowOutcome | None) -> None:
        """As in `Journal`; what cannot be written is tried again by `keep`."""
        with self._lock:
            self._unwritten[_row(number)] = msgspec.json.encode(outcome) if outcome else b""
        try:
            self._flush()
        except Unreachable as error:
            log.warning("What became of a row is written later: %s", error)

    def keep(self) -> None:
        """Hold the lease while the run runs, and pause it when told to or when the lease is lost."""
        notices = self._place.store.listen(self._place.asks)
        while self._run.running and not self._over.is_set():
            why = ELSEWHERE
            try:
                self._lease.keep()
                self._flush()
                notices.wait(KEEP_SECONDS)
                if self._place.asked_to_pause(self._run.id):
                    self._run.pause()
            except Unreachable as error:
                why = f"Nothing more was sent: {error}"
                self._over.wait(KEEP_SECONDS)
            if not self._lease.held and not self._over.is_set():
                self._run.pause(why)
        notices.close()
        self.end()

    def end(self) -> None:
        """Write down how it stands, and let any replica go on."""
        if not self._over.is_set():
            self._over.set()
            try:
                self._flush()
                self._place.keep()
            except Unreachable:
                log.warning("The end of a run could not be told to the other replicas.")
            self.give_up()

    def give_up(self) -> None:
        """Let another replica send it."""
        self._over.set()
        with suppress(Unreachable):
            self._lease.release()

    def _flush(self) -> None:
        with self._lock:
            unwritten = dict(self._unwritten)
            run = self._run
            standing = Standing(run.running, run.halted, run.resumes_at)
            self._write({"standing": msgspec.json.encode(standing), **unwritten})
            for name in unwritten:
                del self._unwritten[name]

    def _write(self, fields: dict[str, bytes]) -> bool:
        return self._lease.held and self._place.store.write(self._place.name, self._lease.token, fields)


class FollowedRun(BulkRun):
    """A run that another replica sends, or sent until it stopped; it can be gone on with here."""

    def __init__(self, invitations: InvitationService, place: RunStore, shared: SharedRun) -> None:
        super().__init__(invitations, shared.told.rows, again=shared.told.again)
        self.id = shared.told.id
        self._place = place
        self._elsewhere = False
        self._asked = False
        """Whether the replica that sends it was asked to pause."""
        self._looked_at = float("-inf")
        self._take_in(shared)

    @property
    def running(self) -> bool:
        """As in `BulkRun`, on whichever replica."""
        self._look()
        return super().running or self._elsewhere

    @property
    def pausing(self) -> bool:
        """As in `BulkRun`."""
        return self.running and (self._asked or self._stop.is_set())

    def counts(self) -> Counter[str]:
        """As in `BulkRun`."""
        self._look()
        return super().counts()

    def pause(self, why: str = "") -> None:
        """As in `BulkRun`, on whichever replica."""
        if not self._elsewhere:
            super().pause(why)
            return
        try:
            self._place.ask_to_pause(self.id)
            self._asked = True
        except Unreachable as error:
            self.halted = str(error)

    def go_on(self) -> None:
        """Know that no other replica sends it any more, as this one may."""
        self._elsewhere = self._asked = False

    def _take_in(self, shared: SharedRun) -> None:
        self.know(shared.outcomes)
        self._elsewhere = shared.held
        self._asked = self._asked and shared.held
        self.halted, self.resumes_at = shared.standing.halted, shared.standing.resumes_at
        if shared.standing.running and not shared.held:
            self.halted = STOPPED

    def _look(self) -> None:
        here = isinstance(self.journal, _Held) and self.journal.held
        if here or super().running or time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        try:
            shared = self._place.read()
        except (Unreachable, msgspec.DecodeError) as error:
            self.halted = str(error)
            return
        if shared is not None and shared.told.id == self.id:
            self._take_in(shared)


class SharedBulkRuns(BulkRuns):
    """`BulkRuns` of all replicas. Thread-safe."""

    def __init__(self, store: SharedStore, invitations: InvitationService) -> None:
        super().__init__()
        self._store = store
        self._invitations = invitations

    def of(self, viewer: Viewer) -> BulkRun | None:
        """As in `BulkRuns`, whichever replica sends it."""
        own, owner = super().of(viewer), rights.owner(viewer)
        if own is not None and isinstance(own.journal, _Held) and own.journal.held:
            return own
        place = RunStore(self._store, owner)
        try:
            shared = place.read()
            dropped = own is not None and shared is None and place.was_dropped(own.id)
        except (Unreachable, msgspec.DecodeError) as error:
            log.warning("The run of somebody is shown as far as it is known here: %s", error)
            return own
        with self._lock:
            if dropped:
                self._runs.pop(owner, None)
                return None
            if shared is None:  # it was never written, or Redis has lost it
                return own
            if own is None or own.id != shared.told.id or (shared.held and not isinstance(own, FollowedRun)):
                own = self._runs[owner] = FollowedRun(self._invitations, place, shared)
            else:
                own.know(shared.outcomes)
            return own

    def put_away(self, viewer: Viewer, run: BulkRun) -> None:
        """As in `BulkRuns`, for all replicas."""
        rights.require(viewer)
        try:
            if run.running:
                return
            _ended_here(run)
            if RunStore(self._store, rights.owner(viewer)).drop(run.id):
                super().put_away(viewer, run)
        except Unreachable as error:
            run.halted = str(error)

    def _begin(self, viewer: Viewer, run: BulkRun) -> bool:
        if not run.running:
            _ended_here(run)
        place = RunStore(self._store, rights.owner(viewer))
        lease = Lease(self._store, place.name, LEASE_SECONDS)
        journal = _Held(place, lease, run)
        try:
            if not lease.take():
                return False
            shared = place.read()
            if shared is not None and shared.told.id != run.id:
                journal.give_up()
                return False
            if shared is not None:
                run.know(shared.outcomes | _interrupted(run, shared))
            run.journal = journal
            journal.open()
        except (Unreachable, msgspec.DecodeError) as error:
            journal.give_up()
            run.halted = f"Nothing was sent. {error}"
            return True
        if isinstance(run, FollowedRun):
            run.go_on()
        if not run.start(viewer):
            journal.give_up()
            return False
        threading.Thread(target=journal.keep, name="bulk lease", daemon=True).start()
        return True


def _ended_here(run: BulkRun) -> None:
    """Do what is done a moment after a run has ended here, so that who clicks sooner need not click again."""
    if isinstance(run.journal, _Held):
        run.journal.end()


def _interrupted(run: BulkRun, shared: SharedRun) -> dict[int, RowOutcome]:
    """Of rows that were begun and of which nothing more was written, and is known here: they may have been sent."""
    rows = (row for row in run.rows if row.number in shared.begun)
    known = {row.number: run.outcome(row) for row in rows}
    lost = RowOutcome(LOST_ANSWER, INTERRUPTED)
    return {number: lost for number, one in known.items() if one is None or one.result == "failed"}


def _row(number: int) -> str:
    return f"row {number}"
