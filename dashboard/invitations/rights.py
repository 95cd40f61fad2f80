"""What of the invitations a viewer may see and change: every call of the invitations asks here."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from catena_client import Connection, DataFreshness, Invitation, ShareAgreement
from dashboard.access.viewer import Viewer
from dashboard.invitations.models import InvitationLists, InvitationSummary

T = TypeVar("T", ShareAgreement, Connection, DataFreshness)

NOT_ALLOWED = "You may look at the live map, but not invite fleets. Ask an operator of this dashboard."


class NotAllowed(Exception):
    """Somebody asked for what they may not see or do. The text is for them."""


def require(viewer: Viewer) -> None:
    """Raise `NotAllowed` unless somebody may invite."""
    if not viewer.may_invite:
        raise NotAllowed(NOT_ALLOWED)


def is_limited(viewer: Viewer) -> bool:
    """Whether an operator may see some fleets only."""
    return viewer.fleet_refs is not None or viewer.visibility.fleets is not None


def may_change(viewer: Viewer, invitation: Invitation | InvitationSummary) -> bool:
    """Whether somebody may send an invitation again, delete it, or have its link.

    A reference is not unique: a fleet that they may not see can have accepted one that was made under theirs. They
    see that it was accepted, but its link would open that fleet's sign-up.
    """
    fleet_id = invitation.fleet_id
    seen = viewer.includes_invitation(fleet_id, invitation.fleet_ref or "")
    return seen and (not fleet_id or viewer.visibility.includes(fleet_id))


def shown_to(viewer: Viewer, invitation: InvitationSummary) -> InvitationSummary:
    """An invitation as somebody may see it: without what tells of the fleet, if that is one that they may not see."""
    if invitation.fleet_id and not viewer.visibility.includes(invitation.fleet_id):
        return replace(invitation, fleet_id=None, fleet_name="", email="", phone="", decline_reason="")
    return invitation


def seen_by(viewer: Viewer, lists: InvitationLists) -> InvitationLists:
    """The lists without what somebody may not see."""
    if not is_limited(viewer):
        return lists

    def of_theirs(rows: Sequence[T]) -> tuple[T, ...]:
        return tuple(row for row in rows if row.fleet_id and viewer.visibility.includes(row.fleet_id))

    return replace(
        lists,
        invitations=invitations_seen_by(viewer, lists.invitations),
        agreements=of_theirs(lists.agreements),
        connections=of_theirs(lists.connections),
        freshness=of_theirs(lists.freshness),
        unreadable={},  # nobody knows whose they are
    )


def invitations_seen_by(
    viewer: Viewer, invitations: Sequence[InvitationSummary]
) -> tuple[InvitationSummary, ...]:
    """The invitations that somebody may see, in their order."""
    return tuple(
        shown_to(viewer, invitation)
        for invitation in invitations
        if viewer.includes_invitation(invitation.fleet_id, invitation.fleet_ref)
    )


def owner(viewer: Viewer) -> str:
    """What tells apart those who send: the address of who has signed in, in all their browsers; else the session."""
    return viewer.name if "@" in viewer.name else viewer.session
