"""Invitations of fleets."""

from dataclasses import dataclass

import msgspec

from catena_client.call import Call
from catena_client.decoding import decode
from catena_client.models import Invitation, InvitationCreate, InvitationResult
from catena_client.paging import ListQuery, ListResource, P
from catena_client.secret import Secret, as_secret


@dataclass(frozen=True, kw_only=True)
class InvitationFilters(ListQuery):
    """Filters of the list of invitations; the API has none for the status."""

    fleet_ref: str | None = None
    """The partner's own name of the fleet."""


class Invitations(ListResource[Invitation, P]):
    """`/v2/orgs/invitations`. An invitation's id is a secret: it is in no message, log or repr."""

    def get(self, invitation_id: str | Secret) -> Invitation:
        """Return one invitation."""
        invitation_id = as_secret(invitation_id)  # so that no traceback with locals shows it
        return self._session.get(self.path + "/{invitation_id}", Invitation, {"invitation_id": invitation_id})

    def create(self, invitation: InvitationCreate) -> InvitationResult:
        """Invite a fleet, or refresh the live invitation with the same fleet_ref.

        Refreshing extends its expiry, gives an accepted one new tokens and revives a declined one: ask before
        repeating. Never repeated by itself, except after a 429, when nothing was done.
        """
        call = Call("POST", self.path, body=msgspec.json.encode(invitation))
        answer = self._session.answer(call)
        return InvitationResult(decode(call, answer, Invitation), created=answer.status == 201)

    def delete(self, invitation_id: str | Secret) -> None:
        """Delete an invitation that is not accepted yet; later, end the share agreement instead."""
        invitation_id = as_secret(invitation_id)
        self._session.delete(self.path + "/{invitation_id}", {"invitation_id": invitation_id})
