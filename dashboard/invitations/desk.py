"""The one place that talks to Catena about invitations, for all viewers of this process.

Pages read `InvitationDesk.view`, which answers from memory and refreshes behind their back; they name an
invitation by a handle that means nothing outside this process. Ids, links and tokens stay in here until an
operator asks for a link.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from catena_client import (
    AuthenticationFailed,
    CatenaClient,
    CatenaError,
    ConnectionFailed,
    Invitation,
    InvitationCreate,
    ServerError,
    Tsp,
)
from dashboard.invitations.items import AlreadyInvited, Item, Made, View
from dashboard.invitations.memory import Memory

PAGE_SIZE = 1000
TSPS_SECONDS = 3600.0
REST_SECONDS = 15.0
"""Agreements, connections and freshness are read this often, and at once when an invitation has moved on."""

MOST_SECONDS = 60.0

T = TypeVar("T")


class InvitationDesk:
    """Lists, creates, resends and deletes invitations; cached, single flight, thread-safe."""

    def __init__(
        self,
        client: CatenaClient,
        *,
        max_age: float = 5.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Serve `client`'s account. Invitations older than `max_age` seconds are read again when somebody looks."""
        self._client = client
        self._max_age = max_age
        self._now = now
        self._memory = Memory(now)
        self._refreshing = threading.Lock()
        self._first = threading.Event()
        self._same_ref = [threading.Lock() for _ in range(64)]
        self._view = View()
        self._due = 0.0
        self._rest_due = 0.0
        self._tsps: tuple[float, tuple[Tsp, ...]] = (0.0, ())

    def view(self, wait: float = 0.0) -> View:
        """Return what is known now, and read again in the background what is old.

        Waits at most `wait` seconds for the very first reading. An outage never raises: it is in `problems`.
        """
        if time.monotonic() >= self._due and self._refreshing.acquire(blocking=False):
            threading.Thread(target=self._refresh, name="invitations", daemon=True).start()
        if wait:
            self._first.wait(wait)
        return self.peek()

    def peek(self) -> View:
        """Return what is known now without causing any call."""
        return replace(self._view, items=self._memory.items)

    def invalidate(self) -> None:
        """Let the next look read everything again."""
        self._due = self._rest_due = 0.0

    def link(self, handle: str) -> str:
        """Reveal the magic link, for the operator who hands it over. Raises `Gone`."""
        link = self._memory.get(handle).magic_link
        return "" if link is None else link.reveal()

    def create(self, wanted: InvitationCreate, *, by: str, again: bool = False, ask: bool = True) -> Made:
        """Create an invitation.

        Raises `AlreadyInvited` when a live one has the same reference, unless `again`. `ask` false looks for it in
        memory only, which many rows in a row do. Two calls for one reference at the same moment run one after the
        other, so that the second one sees the first. Raises `CatenaError`; after a broken connection it is looked
        up whether the invitation was made all the same.
        """
        with self._same_ref[hash(wanted.fleet_ref) % len(self._same_ref)]:
            before = self._ask_of_ref(wanted.fleet_ref) if ask else self._memory.of_ref(wanted.fleet_ref)
            live = next((item for item in map(self._memory.item, before) if item.live), None)
            if live and not again:
                raise AlreadyInvited(live)
            try:
                result = self._client.invitations.create(wanted)
                invitation, created = result.invitation, result.created
            except (ConnectionFailed, ServerError):
                found = self._made_all_the_same(wanted.fleet_ref, before)
                if found is None:
                    raise
                invitation, created = found
            made = Made(self._memory.put(invitation, by), created)
        self.invalidate()
        return made

    def resend(self, handle: str, *, by: str) -> Made:
        """Post an invitation again with the same options: extends, renews or revives it. Raises like `create`."""
        old = self._memory.get(handle)
        options = {name: getattr(old, name) for name in InvitationCreate.__struct_fields__}
        return self.create(msgspec.convert(options, InvitationCreate), by=by, again=True, ask=False)

    def delete(self, handle: str) -> None:
        """Delete an invitation that was not accepted. Raises `Gone` or `CatenaError`."""
        self._client.invitations.delete(self._memory.get(handle).id)
        self._memory.drop(handle)
        self.invalidate()

    def tsps(self) -> tuple[Tsp, ...]:
        """Return all providers by name, read at most once an hour. Raises `CatenaError` when never read."""
        read_at, known = self._tsps
        if known and time.monotonic() - read_at < TSPS_SECONDS:
            return known
        try:
            known = tuple(sorted(self._client.tsps.list(), key=lambda tsp: (tsp.name or "").casefold()))
        except CatenaError:
            if not known:
                raise
        self._tsps = (time.monotonic(), known)
        return known

    def tsps_known(self) -> tuple[Tsp, ...]:
        """Return the providers as read last, without causing any call."""
        return self._tsps[1]

    def _refresh(self) -> None:
        """Read what is due; the caller holds the lock, which is given back at the end."""
        started = time.monotonic()
        self._due = float("inf")
        try:
            before = _progress(self._memory.items)
            problems, reachable = self._read_invitations()
            others = {what: why for what, why in self._view.problems.items() if what != "invitations"}
            self._view = replace(self._view, problems=others | problems)
            self._first.set()
            moved = before != _progress(self._memory.items)
            if reachable and (moved or started >= self._rest_due):
                self._rest_due = started + REST_SECONDS
                self._read_rest(problems)
        finally:
            # A long list is read less often: reading takes about a tenth of the time.
            took = time.monotonic() - started
            self._due = min(self._due, started + max(self._max_age, min(10 * took, MOST_SECONDS)))
            self._first.set()
            self._refreshing.release()

    def _read_invitations(self) -> tuple[dict[str, str], bool]:
        """Read the invitations; return what went wrong, and whether it makes sense to ask for more."""
        for _attempt in range(3):
            changes = self._memory.changes
            try:
                listed = list(self._client.invitations.iterate(size=PAGE_SIZE))
            except CatenaError as error:
                lost = isinstance(error, ConnectionFailed | AuthenticationFailed)
                return {"invitations": str(error)}, not lost
            if self._memory.replace_all(listed, changes):
                self._view = replace(self._view, taken_at=self._now())
                break  # otherwise one was created or deleted meanwhile, which this list may lack
        return {}, True

    def _read_rest(self, problems: dict[str, str]) -> None:
        """Read what the funnel needs besides; a list that fails does not stop the others and stays as it was."""
        view, client = self._view, self._client

        def read(what: str, call: Callable[[], Iterable[T]], known: Sequence[T]) -> tuple[T, ...]:
            try:
                return tuple(call())
            except CatenaError as error:
                problems[what] = str(error)
                return tuple(known)

        self._view = replace(
            view,
            agreements=read(
                "share agreements", lambda: client.share_agreements.iterate(size=PAGE_SIZE), view.agreements
            ),
            connections=read(
                "connections", lambda: client.connections.iterate(size=PAGE_SIZE), view.connections
            ),
            freshness=read("data freshness", client.connections.data_freshness, view.freshness),
            providers={tsp.id: tsp.name or "" for tsp in read("providers", self.tsps, self._tsps[1])},
            problems=problems,
        )

    def _ask_of_ref(self, fleet_ref: str) -> list[Invitation]:
        found = [
            one
            for one in self._client.invitations.iterate(fleet_ref=fleet_ref, size=PAGE_SIZE)
            if one.fleet_ref == fleet_ref
        ]
        for invitation in found:
            self._memory.put(invitation)
        return found

    def _made_all_the_same(
        self, fleet_ref: str, before: Sequence[Invitation]
    ) -> tuple[Invitation, bool] | None:
        """Look up what became of a request whose answer was lost."""
        known = {self._memory.handle(invitation): invitation.expires_at for invitation in before}
        try:
            after = self._ask_of_ref(fleet_ref)
        except CatenaError:
            return None
        for invitation in after:
            expired_at = known.get(self._memory.handle(invitation))
            expires_at = invitation.expires_at
            longer = expired_at is None or (expires_at is not None and expires_at > expired_at)
            if invitation.status == "active" and longer:
                return invitation, expired_at is None
        return None


def _progress(items: Sequence[Item]) -> set[tuple[str, str, str | None]]:
    return {(item.handle, item.status, item.fleet_id) for item in items}
