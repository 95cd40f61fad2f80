"""Invitations of fleets."""

from collections.abc import Iterator
from typing import Final, TypedDict, Unpack

import msgspec

from catena_client.call import Call
from catena_client.decoding import decode
from catena_client.models import Invitation, InvitationCreate, InvitationResult, Page
from catena_client.paging import Listing
from catena_client.secret import Secret, as_secret
from catena_client.session import Session

_ONE: Final = "/v2/orgs/invitations/{invitation_id}"


class InvitationFilters(TypedDict, total=False):
    """Filters of the list of invitations; the API has none for the status."""

    fleet_ref: str | None
    """The partner's own name of the fleet."""


class Invitations:
    """`/v2/orgs/invitations`. An invitation's id is a secret: it is in no message, log or repr."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._list = Listing(session, "/v2/orgs/invitations", Page[Invitation], InvitationFilters)

    def page(
        self, *, cursor: str | None = None, size: int | None = None, **filters: Unpack[InvitationFilters]
    ) -> Page[Invitation]:
        """Return one page of invitations."""
        return self._list.page(filters, cursor, size)

    def pages(
        self, *, size: int | None = None, **filters: Unpack[InvitationFilters]
    ) -> Iterator[Page[Invitation]]:
        """Return all pages of invitations."""
        return self._list.pages(filters, size)

    def iterate(
        self, *, size: int | None = None, **filters: Unpack[InvitationFilters]
    ) -> Iterator[Invitation]:
        """Return all invitations."""
        return self._list.rows(filters, size)

    def get(self, invitation_id: str | Secret) -> Invitation:
        """Return one invitation."""
        invitation_id = as_secret(invitation_id)  # so that no traceback with locals shows it
        return self._session.get(_ONE, Invitation, {"invitation_id": invitation_id})

    def create(self, invitation: InvitationCreate) -> InvitationResult:
        """Invite a fleet, or refresh the live invitation with the same fleet_ref.

        Refreshing extends its expiry, gives an accepted one new tokens and revives a declined one: ask before
        repeating. Never repeated by itself, except after a 429, when nothing was done.
        """
        call = Call("POST", "/v2/orgs/invitations", body=msgspec.json.encode(invitation))
        answer = self._session.answer(call)
        return InvitationResult(decode(call, answer, Invitation), created=answer.status == 201)

    def delete(self, invitation_id: str | Secret) -> None:
        """Delete an invitation that is not accepted yet; later, end the share agreement instead."""
        invitation_id = as_secret(invitation_id)
        self._session.delete(_ONE, {"invitation_id": invitation_id})
