"""What became of a request to create or refresh an invitation whose answer was lost.

Only what is newer than the request tells: an invitation that was not there right before and is not older than the
newest one known then, or an expiry that has moved on since. All these times are Catena's, so its clock may differ
from ours.
"""

from collections.abc import Mapping
from datetime import datetime

from catena_client import Invitation
from dashboard.invitations.models import DEAD_STATUSES


def outcome(
    before: Mapping[str, Invitation], after: Mapping[str, Invitation], newest: datetime
) -> tuple[Invitation, bool] | None:
    """Return the invitation that the request has made (True) or refreshed (False); None when none shows.

    `before` and `after` are the invitations of its reference by handle, `newest` is when the newest invitation of
    all that was known before was created.
    """
    for handle, invitation in after.items():
        if handle in before:
            if _later(invitation.expires_at, before[handle].expires_at):
                return invitation, False
        elif invitation.created_at is not None and invitation.created_at >= newest:
            return invitation, True
    return None


def may_have_been_done(before: Mapping[str, Invitation], after: Mapping[str, Invitation]) -> bool:
    """Whether a request that left no newer trace may have been carried out all the same.

    A refresh need not show. A new invitation does, so none was made if no live one is there.
    """
    return any(known.status not in DEAD_STATUSES for known in (*before.values(), *after.values()))


def _later(moment: datetime | None, before: datetime | None) -> bool:
    return moment is not None and before is not None and moment > before
