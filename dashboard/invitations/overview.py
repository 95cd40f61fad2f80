"""The funnel as one viewer may see it, from memory."""

from dataclasses import replace
from datetime import datetime

from dashboard.access.viewer import Viewer
from dashboard.invitations.facts import fleet_facts
from dashboard.invitations.funnel import Line, funnel
from dashboard.invitations.items import Item
from dashboard.service import Service


def may_see(viewer: Viewer, fleet_id: str | None) -> bool:
    """Whether a viewer who may invite sees this fleet's invitation; one that nobody accepted has no fleet yet."""
    return not fleet_id or viewer.visibility.includes(fleet_id)


def fleet_lines(service: Service, viewer: Viewer, now: datetime) -> list[Line]:
    """Return a line for each invited or connected fleet that the viewer may see, newest first."""
    snapshot = service.poller.state.snapshot
    facts = fleet_facts(viewer.visibility.of(snapshot.vehicles)) if snapshot else {}
    lines = funnel(service.invitations.view(), facts, now, service.firsts.known)
    return [line for line in lines if may_see(viewer, line.fleet_id)]


def fleet_line(service: Service, viewer: Viewer, item: Item, now: datetime) -> Line | None:
    """Return the line of one invitation; None when the viewer may not see its fleet."""
    snapshot, view, fleet_id = service.poller.state.snapshot, service.invitations.view(), item.fleet_id
    if not may_see(viewer, fleet_id):
        return None
    frame = viewer.visibility.of(snapshot.vehicles) if snapshot and fleet_id else None
    mine = replace(
        view,
        items=(item,),
        agreements=tuple(row for row in view.agreements if row.fleet_id == fleet_id),
        connections=tuple(row for row in view.connections if row.fleet_id == fleet_id),
        freshness=tuple(row for row in view.freshness if row.fleet_id == fleet_id),
    )
    facts = {} if frame is None else fleet_facts(frame[frame["fleet_id"] == fleet_id])
    return next(iter(funnel(mine, facts, now, service.firsts.known)), None)
