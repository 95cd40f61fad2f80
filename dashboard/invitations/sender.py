"""What creates, resends and deletes invitations at Catena, each exactly as often as it was asked for.

Who may ask for it is not known here: `InvitationService` says which of the invitations there are may be touched.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from weakref import WeakValueDictionary

import msgspec

from catena_client import (
    MAX_PAGE_SIZE,
    CatenaClient,
    CatenaError,
    Invitation,
    InvitationCreate,
    NotFound,
    RateLimited,
)
from dashboard.invitations import lost_answers
from dashboard.invitations.cache import InvitationCache
from dashboard.invitations.models import (
    AlreadyInvited,
    AnswerLost,
    CreateResult,
    InvitationSummary,
    NotSent,
)

OPTIONS_UNKNOWN = (
    "This was not sent: some of the options that the invitation was created with cannot be read. Invite the fleet in "
    "the form instead, where you choose them."
)
TAKEN = "This was not sent: the fleet reference cannot be used just now. Ask an operator who sees all fleets."

_LOCKS: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
"""Requests for one reference run one after the other; its lock is there as long as one of them is."""
_LOCKING = threading.Lock()

Turn = Callable[[str], AbstractContextManager[None]]
"""Waits until nobody else sends for a reference, beyond this process."""

MayTouch = Callable[[InvitationSummary], bool]
"""Whether an invitation is one that who asks may change at all."""
MayRefresh = Callable[[InvitationSummary], bool]
"""Whether a live invitation may be refreshed."""


def refresh_nothing(_invitation: InvitationSummary) -> bool:
    """Refresh nothing: only a new invitation is wanted."""
    return False


class Sender:
    """Sends to `client`'s account, and keeps what comes of it in `cache`. Thread-safe."""

    def __init__(self, client: CatenaClient, cache: InvitationCache, turn: Turn) -> None:
        self._client = client
        self._cache = cache
        self._turn = turn

    def create(
        self, request: InvitationCreate, *, by: str, may_touch: MayTouch, may_refresh: MayRefresh
    ) -> CreateResult:
        """Create an invitation, or refresh the live ones of its reference if all of them may be refreshed.

        The reference is looked up right before. Raises `AlreadyInvited` or `NotSent` when nothing was sent,
        `AnswerLost` when it cannot be told what became of it, `CatenaError` when it was refused. Two calls for one
        reference at the same moment run one after the other, so that the second one sees the first.
        """
        with self._lock_of(request.fleet_ref), self._turn(request.fleet_ref):
            before, _ = self._look_up(request.fleet_ref)
            return self._send(request, before, by, may_touch, may_refresh)

    def resend(
        self, handle: str, fleet_ref: str, *, by: str, may_touch: MayTouch, may_refresh: MayRefresh
    ) -> CreateResult:
        """Post an invitation of a reference again with the options it has now.

        Raises `InvitationNotFound`, and like `create`.
        """
        with self._lock_of(fleet_ref), self._turn(fleet_ref):
            before, unreadable = self._look_up(fleet_ref)
            if handle not in before:
                self._cache.drop(handle)
            now = self._cache.get(handle)
            if not may_touch(self._cache.summary(now)):
                raise NotSent(TAKEN)
            options = {name: getattr(now, name) for name in InvitationCreate.__struct_fields__}
            needed = (now.fleet_ref, now.permissions, now.expires_in_hours)
            if not unreadable.isdisjoint(options) or None in needed:
                raise NotSent(OPTIONS_UNKNOWN)  # what is left out would be asked for as Catena sees fit
            request = msgspec.convert(options, InvitationCreate)
            return self._send(request, before, by, may_touch, may_refresh)

    def delete(self, invitation: Invitation) -> None:
        """Delete an invitation that was not accepted. Raises `CatenaError` when it is still there."""
        try:
            self._client.invitations.delete(invitation.id)
        except RateLimited:
            raise
        except CatenaError:
            # An earlier try may have done it although its answer was lost.
            if not self._is_gone(invitation):
                raise
        self._cache.drop(self._cache.handle(invitation))

    def _lock_of(self, fleet_ref: str) -> threading.Lock:
        with _LOCKING:
            return _LOCKS.setdefault(fleet_ref, threading.Lock())

    def _look_up(self, fleet_ref: str) -> tuple[dict[str, Invitation], set[str]]:
        """Return the invitations of one reference by handle, as they are now, and the fields that cannot be read.

        Raises `NotSent`.
        """
        try:
            pages = list(self._client.invitations.pages(fleet_ref=fleet_ref, size=MAX_PAGE_SIZE))
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
        current = [
            invitation
            for page in pages
            for invitation in page.items
            if invitation.fleet_ref in (fleet_ref, None)
        ]
        unreadable = {name for page in pages for name in page.unreadable_fields}
        return {self._cache.put(invitation).handle: invitation for invitation in current}, unreadable

    def _send(
        self,
        request: InvitationCreate,
        before: dict[str, Invitation],
        by: str,
        may_touch: MayTouch,
        may_refresh: MayRefresh,
    ) -> CreateResult:
        live = [summary for summary in map(self._cache.summary, before.values()) if summary.live]
        if not all(map(may_touch, live)):
            raise NotSent(TAKEN)
        if not all(map(may_refresh, live)):
            raise AlreadyInvited(request, live)
        newest = self._cache.newest()
        try:
            invitation, created = self._client.invitations.create(request)
        except CatenaError as error:
            if error.nothing_done:
                raise
            invitation, created = self._outcome(request.fleet_ref, before, newest, error)
        return CreateResult(self._cache.put(invitation, by), created, meant_new=not live)

    def _outcome(
        self, fleet_ref: str, before: dict[str, Invitation], newest: datetime, error: CatenaError
    ) -> tuple[Invitation, bool]:
        """Look up what became of a request whose answer was lost; raise `error` when nothing did."""
        lost = f"Catena's answer was lost, and what became of the request cannot be told. {error}"
        try:
            after, _ = self._look_up(fleet_ref)
        except NotSent:
            raise AnswerLost(f"{lost} Look under Follow up before sending this again.") from error
        if outcome := lost_answers.outcome(before, after, newest):
            return outcome
        if lost_answers.may_have_been_done(before, after):
            raise AnswerLost(
                f"{lost} The fleet has an invitation, but nothing on it is newer than the request. Look at it under "
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
