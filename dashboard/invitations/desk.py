"""The one place that talks to Catena about invitations, for all viewers of this process.

Pages read `InvitationDesk.view`, which answers from memory and refreshes behind their back; they name an
invitation by a handle that means nothing outside this process. Ids, links and tokens stay in here until an
operator asks for a link.
"""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from catena_client import (
    CatenaClient,
    CatenaError,
    ConnectionFailed,
    Invitation,
    InvitationCreate,
    NotFound,
    RateLimited,
    ServerError,
    Tsp,
    UnexpectedAnswer,
)
from dashboard.invitations import lost
from dashboard.invitations.items import AlreadyInvited, AnswerLost, Item, Made, NotSent, View
from dashboard.invitations.kept import Kept
from dashboard.invitations.memory import Memory

PAGE_SIZE = 1000
TSPS_SECONDS = 3600.0
REST_SECONDS = 15.0
"""Agreements, connections and freshness are read this often, and at once when an invitation has moved on."""

LOST = (ConnectionFailed, ServerError, UnexpectedAnswer)
"""Errors after which a request may have been carried out."""

OPTIONS_UNKNOWN = (
    "This was not sent: some of the options that the invitation was created with cannot be read. Invite the fleet in "
    "the form instead, where you choose them."
)

T = TypeVar("T")
Agreed = Callable[[Item], bool]
"""Whether a live invitation may be refreshed."""


def nobody_agreed(_item: Item) -> bool:
    """Refresh nothing: only a new invitation is wanted."""
    return False


class InvitationDesk:
    """Lists, creates, resends and deletes invitations; cached, single flight, thread-safe."""

    def __init__(
        self,
        client: CatenaClient,
        *,
        max_age: float = 5.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Serve `client`'s account. Invitations older than `max_age` seconds are read again when somebody looks."""
        self._client = client
        self._memory = Memory(now)
        self._same_ref = [threading.Lock() for _ in range(64)]
        self._taken_at: datetime | None = None
        self._now = now

        def kept(read: Callable[[CatenaClient], T], start: T, every: float, pause: float) -> Kept[T]:
            return Kept(lambda _briefly: read(client), start, every=every, pause=pause, now=now, clock=clock)

        def rest(
            read: Callable[[CatenaClient], Iterable[T]], every: float = REST_SECONDS
        ) -> Kept[tuple[T, ...]]:
            return kept(lambda client: tuple(read(client)), (), every, REST_SECONDS)

        self._invitations = kept(self._list, None, max_age, max_age)
        self._agreements = rest(lambda client: client.share_agreements.iterate(size=PAGE_SIZE))
        self._connections = rest(lambda client: client.connections.iterate(size=PAGE_SIZE))
        self._freshness = rest(lambda client: client.connections.data_freshness())
        self._tsps = rest(_providers, TSPS_SECONDS)
        self._lists: dict[str, Kept[Any]] = {
            "invitations": self._invitations,
            "share agreements": self._agreements,
            "connections": self._connections,
            "data freshness": self._freshness,
            "providers": self._tsps,
        }

    def view(self, wait: float = 0.0) -> View:
        """Return what is known now, and read again in the background what is old.

        Waits at most `wait` seconds for the very first reading. An outage never raises: it is in `troubles`.
        """
        for kept in self._lists.values():
            kept.look()
        if wait:
            self._invitations.wait(wait)
        return self.peek()

    def peek(self) -> View:
        """Return what is known now without causing any call."""
        return View(
            items=self._memory.items,
            agreements=self._agreements.value,
            connections=self._connections.value,
            freshness=self._freshness.value,
            providers={tsp.id: tsp.name for tsp in self._tsps.value if tsp.name},
            taken_at=self._taken_at,
            troubles={name: kept.trouble for name, kept in self._lists.items() if kept.trouble},
            asked_at=self._invitations.asked_at,
        )

    def invalidate(self) -> None:
        """Let the next look read everything again but what fails at the moment: that keeps its pause."""
        self._invitations.hurry()
        self._hurry_rest()

    def read(self) -> tuple[Item, ...]:
        """Read the invitations now and return them. Raises `CatenaError`."""
        self._invitations.read_now()
        return self._memory.items

    def tsps(self) -> tuple[Tsp, ...]:
        """Return all providers by name as read last, without causing any call; none before the first reading."""
        return self._tsps.value

    def link(self, handle: str) -> str:
        """Reveal the magic link, for the operator who hands it over; "" where Catena sent none that can be read.

        Raises `Gone`.
        """
        link = self._memory.get(handle).magic_link
        return "" if link is None else link.reveal()

    def create(self, wanted: InvitationCreate, *, by: str, agreed: Agreed = nobody_agreed) -> Made:
        """Create an invitation, or refresh the live ones of its reference if all of them are `agreed`.

        The reference is looked up right before. Raises `AlreadyInvited` or `NotSent` when nothing was sent,
        `AnswerLost` when it cannot be told what became of it, `CatenaError` when it was refused. Two calls for one
        reference at the same moment run one after the other, so that the second one sees the first.
        """
        with self._turn_of(wanted.fleet_ref):
            return self._send(wanted, self._look(wanted.fleet_ref)[0], by, agreed)

    def resend(self, handle: str, *, by: str, agreed: Agreed) -> Made:
        """Post an invitation again with the options it has now. Raises `Gone`, and like `create`."""
        fleet_ref = self._memory.get(handle).fleet_ref
        if fleet_ref is None:
            raise NotSent(OPTIONS_UNKNOWN)
        with self._turn_of(fleet_ref):
            before, unreadable = self._look(fleet_ref)
            if handle not in before:
                self._memory.drop(handle)
            now = self._memory.get(handle)
            options = {name: getattr(now, name) for name in InvitationCreate.__struct_fields__}
            if not unreadable.isdisjoint(options) or now.permissions is None or now.expires_in_hours is None:
                raise NotSent(OPTIONS_UNKNOWN)  # what is left out would be asked for as Catena sees fit
            return self._send(msgspec.convert(options, InvitationCreate), before, by, agreed)

    def delete(self, handle: str) -> None:
        """Delete an invitation that was not accepted. Raises `Gone`, or `CatenaError` when it is still there."""
        invitation = self._memory.get(handle)
        try:
            self._client.invitations.delete(invitation.id)
        except RateLimited:
            raise
        except CatenaError:
            # An earlier try may have done it although its answer was lost.
            if not self._is_gone(invitation):
                raise
        self._memory.drop(handle)

    def _list(self, client: CatenaClient) -> None:
        """Read the invitations into the memory, which keeps them."""
        before, changes = _progress(self._memory.items), self._memory.changes
        self._memory.replace_all(list(client.invitations.iterate(size=PAGE_SIZE)), changes)
        if self._taken_at is not None and before != _progress(self._memory.items):
            self._hurry_rest()
        self._taken_at = self._now()

    def _hurry_rest(self) -> None:
        for kept in (self._agreements, self._connections, self._freshness):
            kept.hurry()

    def _turn_of(self, fleet_ref: str) -> threading.Lock:
        return self._same_ref[hash(fleet_ref) % len(self._same_ref)]

    def _look(self, fleet_ref: str) -> tuple[dict[str, Invitation], set[str]]:
        """Return the invitations of one reference by handle, as they are now, and the fields that cannot be read.

        Raises `NotSent`.
        """
        try:
            pages = list(self._client.invitations.pages(fleet_ref=fleet_ref, size=PAGE_SIZE))
        except CatenaError as error:
            raise NotSent(
                f"The fleet's invitations cannot be looked up just now, so this was not sent. {error}", error
            ) from error
        if any(page.unreadable for page in pages):
            raise NotSent(
                "The fleet has an invitation that cannot be read, so this was not sent: it might refresh that one. Ask "
                "Catena about this fleet reference."
            )
        # One whose reference cannot be read is here because Catena says that it has this one.
        found = [one for page in pages for one in page.items if one.fleet_ref in (fleet_ref, None)]
        unreadable = {name for page in pages for name in page.unreadable_fields}
        return {self._memory.put(one).handle: one for one in found}, unreadable

    def _send(self, wanted: InvitationCreate, before: dict[str, Invitation], by: str, agreed: Agreed) -> Made:
        live = [item for item in map(self._memory.item, before.values()) if item.live]
        if not all(map(agreed, live)):
            raise AlreadyInvited(wanted, live)
        newest = self._memory.newest()
        try:
            invitation, created = self._client.invitations.create(wanted)
        except LOST as error:
            invitation, created = self._became(wanted.fleet_ref, before, newest, error)
        return Made(self._memory.put(invitation, by), created, meant_new=not live)

    def _became(
        self, fleet_ref: str, before: dict[str, Invitation], newest: datetime, error: CatenaError
    ) -> tuple[Invitation, bool]:
        """Look up what became of a request whose answer was lost; raise `error` when nothing did."""
        says = f"Catena's answer was lost, and what became of the request cannot be told. {error}"
        try:
            after, _ = self._look(fleet_ref)
        except NotSent:
            raise AnswerLost(f"{says} Look under Follow up before sending this again.") from error
        if found := lost.outcome(before, after, newest):
            return found
        if lost.may_have_been_done(before, after):
            raise AnswerLost(
                f"{says} The fleet has an invitation, but nothing on it is newer than the request. Look at it under "
                "Follow up, at its expiry above all, before sending this again."
            ) from error
        raise error

    def _is_gone(self, invitation: Invitation) -> bool:
        try:
            return self._client.invitations.get(invitation.id).status == "deleted"
        except NotFound:
            return True
        except CatenaError:
            return False


def _providers(client: CatenaClient) -> list[Tsp]:
    return sorted(client.tsps.list(), key=lambda tsp: (tsp.name is None, (tsp.name or "").casefold()))


def _progress(items: Iterable[Item]) -> set[tuple[str, str, str | None]]:
    return {(item.handle, item.status, item.fleet_id) for item in items}
