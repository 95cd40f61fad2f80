"""The invitations and the funnel as a viewer may see them, from memory."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from cachetools import LRUCache

from dashboard.access.viewer import Visibility
from dashboard.fleet.snapshot import Snapshot
from dashboard.invitations.first_data import FirstDataTracker
from dashboard.invitations.fleet_stats import FleetStats, fleet_stats
from dashboard.invitations.funnel import FleetProgress, funnel
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.models import InvitationSummary
from dashboard.runtime.once import once


class Overview:
    """One per process. A snapshot's vehicles are counted once, whoever looks."""

    def __init__(
        self,
        invitations: InvitationService,
        first_data: FirstDataTracker,
        snapshot: Callable[[], Snapshot | None],
    ) -> None:
        self._invitations = invitations
        self._first_data = first_data
        self._snapshot = snapshot
        self._stats = once(_stats, LRUCache(2), _version)

    def invitations(self, visibility: Visibility) -> list[InvitationSummary]:
        """Return the visible invitations, newest first."""
        invitations = self._invitations.lists().invitations
        return [invitation for invitation in invitations if _visible(invitation.fleet_id, visibility)]

    def fleets(self, visibility: Visibility, now: datetime) -> list[FleetProgress]:
        """Return how far each visible fleet that is invited or connected has come, the newest invitation first."""
        progress = funnel(
            self._invitations.lists(), self._stats(self._snapshot()), now, self._first_data.known
        )
        return [fleet for fleet in progress if _visible(fleet.fleet_id, visibility)]

    def fleet_of(
        self, invitation: InvitationSummary, visibility: Visibility, now: datetime
    ) -> FleetProgress | None:
        """Return how far the fleet of one invitation has come; None when it is not visible."""
        fleet_id = invitation.fleet_id
        if not _visible(fleet_id, visibility):
            return None
        lists = self._invitations.lists()
        of_fleet = replace(
            lists,
            invitations=(invitation,),
            agreements=tuple(row for row in lists.agreements if row.fleet_id == fleet_id),
            connections=tuple(row for row in lists.connections if row.fleet_id == fleet_id),
            freshness=tuple(row for row in lists.freshness if row.fleet_id == fleet_id),
        )
        stats = {key: fleet for key, fleet in self._stats(self._snapshot()).items() if key == fleet_id}
        return next(iter(funnel(of_fleet, stats, now, self._first_data.known)), None)


def _visible(fleet_id: str | None, visibility: Visibility) -> bool:
    """Whether an invitation may be seen; one that nobody accepted has no fleet yet."""
    return not fleet_id or visibility.includes(fleet_id)


def _stats(snapshot: Snapshot | None) -> Mapping[str, FleetStats]:
    return {} if snapshot is None else fleet_stats(snapshot.vehicles)


def _version(snapshot: Snapshot | None) -> int | None:
    return None if snapshot is None else snapshot.version
