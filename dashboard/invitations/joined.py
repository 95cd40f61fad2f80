"""The fleets that have joined lately, as a wall shows them: accepted since a moment, the newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dashboard.fleet.names import masked
from dashboard.invitations.fleet_stats import FleetStats
from dashboard.invitations.funnel import ENDED
from dashboard.invitations.models import UNKNOWN, InvitationLists


@dataclass(frozen=True, slots=True)
class JoinedFleet:
    """One fleet that has accepted an invitation."""

    fleet_id: str
    name: str
    at: datetime
    """When it accepted, aware."""
    sources: tuple[str, ...]
    """What it is connected to, by name; empty until it is."""
    vehicles: int
    """How many are known; 0 until it has any."""
    live: bool
    """Whether one of them has reported where it is."""


def joined(lists: InvitationLists, stats: Mapping[str, FleetStats], since: datetime) -> list[JoinedFleet]:
    """Return the fleets that have accepted since a moment, each once.

    Catena may leave out when an invitation was accepted; the beginning of the fleet's share agreement says it too.
    """
    begun = {row.fleet_id or "": row.effective_date for row in lists.agreements if row.effective_date}
    found: dict[str, JoinedFleet] = {}
    for invitation in lists.invitations:
        fleet_id = invitation.fleet_id or ""
        at = invitation.accepted_at or begun.get(fleet_id)
        if not fleet_id or fleet_id in found or at is None or at < since:
            continue
        known = stats.get(fleet_id)
        name = (known.name if known else "") or invitation.fleet_name or invitation.fleet_ref
        found[fleet_id] = JoinedFleet(
            fleet_id=fleet_id,
            name=masked(name) or UNKNOWN,
            at=at,
            sources=tuple(
                dict.fromkeys(
                    lists.providers.get(row.tsp_id or "") or row.source_name or UNKNOWN
                    for row in lists.connections
                    if row.fleet_id == fleet_id and row.status not in ENDED
                )
            ),
            vehicles=known.vehicles if known else 0,
            live=bool(known and known.placed),
        )
    return sorted(found.values(), key=lambda fleet: fleet.at, reverse=True)
