"""The one place that talks to Catena about invitations, for all viewers of this process.

Pages read `InvitationDesk.view`, which answers from memory (`lists.py`); they name an
invitation by a handle that means nothing outside this process. Ids, links and tokens stay in here until an
operator asks for a link.
"""

import threading
from collections.abc import Callable
from datetime import datetime

import msgspec

from catena_client import (
    CatenaError,
    Invitation,
    InvitationCreate,
    NotFound,
    RateLimited,
)
from dashboard.invitations import lost
from dashboard.invitations.items import AlreadyInvited, AnswerLost, Item, Made, NotSent
from dashboard.invitations.lists import PAGE_SIZE, Lists

OPTIONS_UNKNOWN = (
    "This was not sent: some of the options that the invitation was created with cannot be read. Invite the fleet in "
    "the form instead, where you choose them."
)

_TURNS = [threading.Lock() for _ in range(64)]
"""Requests for one reference run one after the other. There are few enough locks to keep for ever."""

Agreed = Callable[[Item], bool]
"""Whether a live invitation may be refreshed."""


def nobody_agreed(_item: Item) -> bool:
    """Refresh nothing: only a new invitation is wanted."""
    return False


class InvitationDesk(Lists):
    """The lists, and what creates, resends and deletes invitations. Thread-safe."""

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
            needed = (now.fleet_ref, now.permissions, now.expires_in_hours)
            if not unreadable.isdisjoint(options) or None in needed:
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

    def _turn_of(self, fleet_ref: str) -> threading.Lock:
        return _TURNS[hash(fleet_ref) % len(_TURNS)]

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
        except CatenaError as error:
            if error.nothing_done:
                raise
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
