"""The invitations, for all viewers of this process.

Every call says who asks: they see and change what they may (`rights`), and nothing else exists for them. Answers come
from memory, and name an invitation by a handle that means nothing outside this process. Ids, links and tokens stay in
here until an operator asks for a link.
"""

import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from cachetools import LRUCache

from catena_client import CatenaClient, Invitation, InvitationCreate, Tsp
from dashboard.access.viewer import Viewer
from dashboard.fleet.names import masked
from dashboard.invitations import rights
from dashboard.invitations.cache import InvitationCache
from dashboard.invitations.lists import RefreshedLists
from dashboard.invitations.models import (
    LONG_AGO,
    UNKNOWN,
    AnswerLost,
    CreateResult,
    InvitationLists,
    InvitationNotFound,
    InvitationSummary,
    NotSent,
    Standing,
)
from dashboard.invitations.sender import OPTIONS_UNKNOWN, MayRefresh, Sender, Turn, refresh_nothing
from dashboard.invitations.watches import Watches
from dashboard.runtime.audit import Audit
from dashboard.runtime.rate import Rate

NOT_YOURS = (
    "This was not sent: you may not invite under this fleet reference. Ask an operator who sees all fleets."
)
BY_HAND = 60
"""How many invitations somebody may send by hand in a minute."""
TOO_MANY = (
    f"This was not sent: you have sent {BY_HAND} invitations within a minute. Wait a minute, or send a file "
    "under “Many at once”."
)
REVEALED = 10_000
"""Links that are remembered to have been revealed, each for one session."""
OPENED = 10_000
"""References of which it is remembered that a link was opened."""


class InvitationService:
    """The lists, and what creates, resends and deletes invitations. Thread-safe.

    A viewer who may not invite gets `NotAllowed` from everything.
    """

    def __init__(
        self,
        client: CatenaClient,
        audit: Audit | None = None,
        *,
        max_age: float = 5.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
        moved_on: Callable[[], None] = lambda: None,
        handle_key: bytes = b"",
        turn: Turn = lambda _fleet_ref: nullcontext(),
    ) -> None:
        """Serve `client`'s account, and write into `audit` who has done what.

        `moved_on` is as for `Watches`, `handle_key` as for `InvitationCache`, `turn` as for `Sender`, the rest as for
        `RefreshedLists`.
        """
        self._audit = audit or Audit()
        self._cache = InvitationCache(now, handle_key)
        self._lists = RefreshedLists(client, self._cache, max_age=max_age, now=now, clock=clock)
        self._sender = Sender(client, self._cache, turn)
        self._watches = Watches(client, self._cache, moved_on, clock=clock)
        self._opened: LRUCache[str, datetime] = LRUCache(OPENED)
        self._by_hand = Rate(BY_HAND, 60, clock)
        self._revealed: LRUCache[tuple[str, str], None] = LRUCache(REVEALED)
        self._remembering = threading.Lock()

    def lists(self, viewer: Viewer, wait: float = 0.0) -> InvitationLists:
        """Return what is known now, and read again in the background what is old.

        Waits at most `wait` seconds for the very first reading. An outage never raises: it is in `outages`.
        """
        rights.require(viewer)
        return rights.seen_by(viewer, self._lists.lists(wait))

    def peek(self, viewer: Viewer) -> InvitationLists:
        """Return what is known now without causing any call."""
        rights.require(viewer)
        return rights.seen_by(viewer, self._lists.peek())

    def read(self, viewer: Viewer) -> tuple[InvitationSummary, ...]:
        """Read the invitations now and return them. Raises `CatenaError`."""
        rights.require(viewer)
        return rights.invitations_seen_by(viewer, self._lists.read())

    def tsps(self, viewer: Viewer) -> tuple[Tsp, ...]:
        """Return all providers by name as read last, without causing any call; none before the first reading."""
        rights.require(viewer)
        return self._lists.tsps()

    def invalidate(self) -> None:
        """Let the next `lists` read everything again but what fails at the moment: that keeps its pause."""
        self._lists.invalidate()

    def watch(self, viewer: Viewer, handle: str) -> Standing:
        """How far one invitation's fleet has come; it alone is asked about, as long as somebody calls this.

        From memory. Raises `InvitationNotFound`, also when it was withdrawn meanwhile.
        """
        rights.require(viewer)
        known = self._cache.summary(self._cache.get(handle))
        if not (seen := rights.invitations_seen_by(viewer, (known,))):
            raise InvitationNotFound
        found = self._watches.look(handle)
        with self._remembering:
            opened_at = self._opened.get(known.fleet_ref)
        return Standing(
            invitation=seen[0],
            opened=opened_at is not None and opened_at >= (known.created_at or LONG_AGO),
            connections=found.connections if seen[0].fleet_id else (),
            problem=found.problem,
        )

    def opened(self, fleet_ref: str, at: datetime) -> None:
        """Remember that a link was opened which was made under this reference."""
        with self._remembering:
            self._opened[fleet_ref] = at

    def link(self, viewer: Viewer, handle: str) -> str:
        """Reveal the magic link, for the operator who hands it over; "" where Catena sent none that can be read.

        Raises `InvitationNotFound`.
        """
        invitation = self._of(viewer, handle)
        if invitation.magic_link is None:
            return ""
        seen_before = (handle, viewer.session or viewer.name)  # pages ask again each time they are drawn
        with self._remembering:
            new = seen_before not in self._revealed
            self._revealed[seen_before] = None
        if new:
            self._audit.record("link revealed", viewer.name, viewer.address, _what(invitation.fleet_ref))
        return invitation.magic_link.reveal()

    def create(
        self,
        viewer: Viewer,
        request: InvitationCreate,
        *,
        may_refresh: MayRefresh = refresh_nothing,
        in_bulk: bool = False,
    ) -> CreateResult:
        """Create an invitation, or refresh the live ones of its reference if all of them may be refreshed.

        Raises what `Sender.create` raises, and `NotSent` to somebody who may not use this reference, or sends faster
        than by hand; `in_bulk` says that the caller has a pace of its own.
        """
        rights.require(viewer)

        def send() -> CreateResult:
            return self._sender.create(
                request, by=viewer.name, may_touch=partial(rights.may_change, viewer), may_refresh=may_refresh
            )

        return self._sent(viewer, request.fleet_ref, send, in_bulk=in_bulk)

    def resend(self, viewer: Viewer, handle: str, *, may_refresh: MayRefresh) -> CreateResult:
        """Post an invitation again with the options it has now. Raises `InvitationNotFound`, and like `create`."""
        fleet_ref = self._of(viewer, handle).fleet_ref
        if fleet_ref is None:
            raise NotSent(OPTIONS_UNKNOWN)

        def send() -> CreateResult:
            return self._sender.resend(
                handle,
                fleet_ref,
                by=viewer.name,
                may_touch=partial(rights.may_change, viewer),
                may_refresh=may_refresh,
            )

        return self._sent(viewer, fleet_ref, send)

    def delete(self, viewer: Viewer, handle: str) -> None:
        """Delete an invitation that was not accepted.

        Raises `InvitationNotFound`, or `CatenaError` when it is still there.
        """
        invitation = self._of(viewer, handle)
        self._sender.delete(invitation)
        self._audit.record("invitation deleted", viewer.name, viewer.address, _what(invitation.fleet_ref))

    def _sent(
        self, viewer: Viewer, fleet_ref: str, send: Callable[[], CreateResult], *, in_bulk: bool = False
    ) -> CreateResult:
        """Send what somebody may send, and write down that they have."""
        if not viewer.includes_invitation(None, fleet_ref):
            raise NotSent(NOT_YOURS)
        if not in_bulk and self._by_hand.take(rights.owner(viewer)):
            raise NotSent(TOO_MANY)
        who = viewer.name, viewer.address
        try:
            result = send()
        except AnswerLost:
            self._audit.record("invitation made", *who, f"{_what(fleet_ref)} (the answer was lost)")
            raise
        self._audit.record(
            "invitation made" if result.created else "invitation resent", *who, _what(fleet_ref)
        )
        return replace(result, invitation=rights.shown_to(viewer, result.invitation))

    def _of(self, viewer: Viewer, handle: str) -> Invitation:
        """Return an invitation that somebody may change. Raises `NotAllowed` or `InvitationNotFound`."""
        rights.require(viewer)
        invitation = self._cache.get(handle)
        if not rights.may_change(viewer, invitation):
            raise InvitationNotFound
        return invitation


def _what(fleet_ref: str | None) -> str:
    """What the audit log calls an invitation."""
    return masked(fleet_ref or "") or UNKNOWN
