"""The invitations and the funnel as a viewer may see them, from memory."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from cachetools import LRUCache

from dashboard.access.viewer import Viewer
from dashboard.fleet.snapshot import Snapshot
from dashboard.invitations import rights
from dashboard.invitations.first_data import FirstDataTracker
from dashboard.invitations.fleet_stats import FleetStats, fleet_stats
from dashboard.invitations.funnel import FleetProgress, funnel
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.joined import JoinedFleet, joined
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

    def fleets(self, viewer: Viewer, now: datetime) -> list[FleetProgress]:
        """Return how far each fleet that is invited or connected has come, the newest invitation first.

        Those that the viewer may see; raises `NotAllowed` to one who may not invite.
        """
        lists = self._invitations.lists(viewer)
        return funnel(lists, self._stats_for(viewer), now, self._first_data.known)

    def fleet_of(self, viewer: Viewer, handle: str, now: datetime) -> FleetProgress | None:
        """Return how far the fleet of one invitation has come; None when the viewer may not see it.

        Raises `NotAllowed`.
        """
        lists = self._invitations.lists(viewer)
        invitation = next((known for known in lists.invitations if known.handle == handle), None)
        if invitation is None:
            return None
        fleet_id = invitation.fleet_id
        of_fleet = replace(
            lists,
            invitations=(invitation,),
            agreements=tuple(row for row in lists.agreements if row.fleet_id == fleet_id),
            connections=tuple(row for row in lists.connections if row.fleet_id == fleet_id),
            freshness=tuple(row for row in lists.freshness if row.fleet_id == fleet_id),
        )
        stats = {key: fleet for key, fleet in self._stats_for(viewer).items() if key == fleet_id}
        return next(iter(funnel(of_fleet, stats, now, self._first_data.known)), None)

    def joined(self, viewer: Viewer, since: datetime) -> list[JoinedFleet]:
        """Return the fleets that have accepted since a moment and that the viewer may see. Raises `NotAllowed`."""
        return joined(self._invitations.lists(viewer), self._stats_for(viewer), since)

    def stats(self, viewer: Viewer, fleet_id: str) -> FleetStats | None:
        """Return the numbers of one fleet's vehicles; None while there are none that the viewer may see.

        Raises `NotAllowed`.
        """
        rights.require(viewer)
        return self._stats_for(viewer).get(fleet_id)

    def _stats_for(self, viewer: Viewer) -> Mapping[str, FleetStats]:
        """The numbers of the fleets that a viewer may see, by fleet id."""
        stats = self._stats(self._snapshot())
        return {key: fleet for key, fleet in stats.items() if viewer.visibility.includes(key)}


def _stats(snapshot: Snapshot | None) -> Mapping[str, FleetStats]:
    return {} if snapshot is None else fleet_stats(snapshot.vehicles)


def _version(snapshot: Snapshot | None) -> int | None:
    return None if snapshot is None else snapshot.version
