"""The funnel as one viewer may see it, from memory."""

from datetime import datetime

from dashboard.access import Viewer, vehicles_of
from dashboard.invitations.funnel import Line, fleet_facts, funnel
from dashboard.service import Service


def fleet_lines(service: Service, viewer: Viewer, now: datetime) -> list[Line]:
    """Return a line for each invited or connected fleet that the viewer may see, newest first."""
    snapshot = service.poller.state.snapshot
    facts = fleet_facts(vehicles_of(viewer, snapshot)) if snapshot else {}
    lines = funnel(service.invitations.view(), facts, now, service.firsts.known)
    return [
        line for line in lines if viewer.fleets is None or not line.fleet_id or line.fleet_id in viewer.fleets
    ]
