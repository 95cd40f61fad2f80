"""How far each fleet has come, from the invitation to the first position on the map.

Everything is derived from what Catena says now (invitations, share agreements, connections, data freshness) and
from the vehicles we know, so it is right after a restart too. Fleets are told apart by ``fleet_id``; a
``fleet_ref`` is not unique.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from catena_client import Connection, DataFreshness, ShareAgreement
from dashboard.fleet.names import masked
from dashboard.invitations.first_data import FirstData
from dashboard.invitations.fleet_stats import FleetStats
from dashboard.invitations.models import (
    DEAD_STATUSES,
    LONG_AGO,
    UNKNOWN,
    InvitationLists,
    InvitationSummary,
)

T = TypeVar("T", ShareAgreement, Connection, DataFreshness)

STEPS = ("Invited", "Accepted", "Sharing", "Provider connected", "Vehicles found", "First location")
QUIET = timedelta(hours=24)
"""A fleet whose newest position is older is called quiet."""
BROKEN = frozenset({"failed", "stale"})
"""Connection statuses that keep data from arriving; `paused` does not, as seen with fresh data."""
ENDED = frozenset({"cancelled", "deleted"})


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One step of one fleet."""

    done: bool
    at: datetime | None = None
    """When it was reached; None when not reached or not recorded."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FleetProgress:
    """How far one fleet has come."""

    fleet: str
    fleet_ref: str
    fleet_id: str
    """Empty until the fleet accepted."""
    handle: str
    """Of its newest invitation; empty when none is known."""
    steps: tuple[FunnelStep, ...]
    """As many as `STEPS`."""
    waiting: str
    """What it waits for, in words; empty when data flows."""
    since: datetime | None
    stuck: bool
    """Whether it will not go on by itself."""

    @property
    def reached(self) -> int:
        """How many steps are done without a gap, 0 to 6."""
        return next((i for i, step in enumerate(self.steps) if not step.done), len(self.steps))

    def took(self, index: int) -> timedelta | None:
        """Return the time from the last step with a known time to this one."""
        at = self.steps[index].at
        before = [step.at for step in self.steps[:index] if step.at]
        return at - before[-1] if at and before and at >= before[-1] else None


def totals(fleets: Sequence[FleetProgress]) -> list[int]:
    """Count the fleets that have come at least as far as each step."""
    return [sum(fleet.reached > index for fleet in fleets) for index in range(len(STEPS))]


def funnel(
    lists: InvitationLists,
    stats: Mapping[str, FleetStats],
    now: datetime,
    first_data: Mapping[str, FirstData] | None = None,
) -> list[FleetProgress]:
    """Return how far each fleet has come, the most recently invited first."""
    by_fleet: dict[str, list[InvitationSummary]] = defaultdict(list)
    alone: list[InvitationSummary] = []
    newest_of_ref: dict[str, InvitationSummary] = {}
    for invitation in lists.invitations:  # newest first
        newest = newest_of_ref.setdefault(invitation.fleet_ref or invitation.handle, invitation)
        if invitation.fleet_id:
            by_fleet[invitation.fleet_id].append(invitation)
        elif invitation.status not in ("accepted", *DEAD_STATUSES) or newest is invitation:
            alone.append(invitation)
    agreements, connections = _by_fleet(lists.agreements), _by_fleet(lists.connections)
    freshness = _by_fleet(lists.freshness)
    fleets = [_invited(invitation, now) for invitation in alone if invitation.status != "deleted"]
    fleets += [
        _FleetRecords(
            fleet_id=fleet_id,
            invitation=next(iter(by_fleet.get(fleet_id, [])), None),
            agreements=agreements.get(fleet_id, []),
            connections=[c for c in connections.get(fleet_id, []) if c.status not in ENDED],
            freshness=freshness.get(fleet_id, []),
            stats=stats.get(fleet_id),
            first_data=(first_data or {}).get(fleet_id, FirstData()),
            providers=lists.providers,
            now=now,
        ).progress()
        for fleet_id in dict.fromkeys((*by_fleet, *agreements, *connections, *stats))
    ]
    return sorted(fleets, key=lambda fleet: fleet.steps[0].at or LONG_AGO, reverse=True)


def _by_fleet(rows: Sequence[T]) -> dict[str, list[T]]:
    grouped: dict[str, list[T]] = defaultdict(list)
    for row in rows:
        if row.fleet_id:
            grouped[row.fleet_id].append(row)
    return grouped


def _invited(invitation: InvitationSummary, now: datetime) -> FleetProgress:
    """Return how far an invitation has come that names no fleet."""
    if invitation.status == "declined":
        reason = f"declined: “{invitation.decline_reason}”" if invitation.decline_reason else "declined"
        waiting, since, stuck = f"The fleet {reason}", invitation.declined_at, True
    elif invitation.status == "expired":
        waiting, since, stuck = "The invitation expired unused", invitation.expires_at, True
    elif invitation.status == "accepted":
        waiting, since, stuck = "Accepted; Catena has not named the fleet yet", invitation.accepted_at, False
    elif invitation.status == "active":
        waiting, since, stuck = "Waiting for the fleet to accept", invitation.created_at, False
    else:
        waiting, since, stuck = f"The invitation's status is {invitation.status}", None, False
    steps = (
        FunnelStep(True, invitation.created_at),
        FunnelStep(
            invitation.status == "accepted",
            invitation.accepted_at,
            waiting if invitation.status == "declined" else "",
        ),
        *(FunnelStep(False) for _ in STEPS[2:]),
    )
    return FleetProgress(
        fleet=masked(invitation.fleet_name or invitation.fleet_ref) or UNKNOWN,
        fleet_ref=invitation.fleet_ref,
        fleet_id="",
        handle=invitation.handle,
        steps=steps,
        waiting=waiting,
        since=min(since, now) if since else None,
        stuck=stuck,
    )


@dataclass(frozen=True)
class _FleetRecords:
    """Everything known about one fleet that exists, whether or not its invitation is still listed."""

    fleet_id: str
    invitation: InvitationSummary | None
    agreements: Sequence[ShareAgreement]
    connections: Sequence[Connection]
    freshness: Sequence[DataFreshness]
    stats: FleetStats | None
    first_data: FirstData
    providers: Mapping[str, str]
    now: datetime

    def progress(self) -> FleetProgress:
        invitation, stats = self.invitation, self.stats
        steps = (
            FunnelStep(
                True,
                invitation.created_at if invitation else None,
                "" if invitation else "invitation not listed any more",
            ),
            FunnelStep(True, invitation.accepted_at if invitation else None),
            self._sharing(),
            FunnelStep(
                bool(self.connections),
                min((c.created_at for c in self.connections if c.created_at), default=None),
                ", ".join(
                    f"{self.providers.get(c.tsp_id or '') or c.source_name or UNKNOWN} ({c.status or UNKNOWN})"
                    for c in self.connections
                ),
            ),
            FunnelStep(bool(stats), self.first_data.vehicle, f"{stats.vehicles:,} vehicles" if stats else ""),
            FunnelStep(
                bool(stats and stats.placed),
                self.first_data.location,
                f"{stats.placed:,} on the map" if stats else "",
            ),
        )
        waiting, since, stuck = self._waiting(steps)
        ref = (
            invitation.fleet_ref
            if invitation
            else next((a.fleet_ref for a in self.agreements if a.fleet_ref), "")
        )
        name = (stats.name if stats else "") or (invitation.fleet_name if invitation else "") or ref
        return FleetProgress(
            fleet=masked(name or f"Fleet {self.fleet_id[:8]}"),
            fleet_ref=masked(ref),
            fleet_id=self.fleet_id,
            handle=invitation.handle if invitation else "",
            steps=steps,
            waiting=waiting,
            since=min(since, self.now) if since else None,
            stuck=stuck,
        )

    def _sharing(self) -> FunnelStep:
        """Read the agreement: the one in force, else the one that began last."""
        if not self.agreements:
            return FunnelStep(False)
        best = max(self.agreements, key=lambda a: (self._in_force(a), a.effective_date or LONG_AGO))
        if self._in_force(best):
            return FunnelStep(True, best.effective_date, "" if best.status else "its status is unknown")
        if best.status == "active" and best.effective_date and best.effective_date > self.now:
            return FunnelStep(False, None, "agreed, but not in force yet")
        return FunnelStep(False, None, f"agreement {'expired' if best.status == 'active' else best.status}")

    def _in_force(self, agreement: ShareAgreement) -> bool:
        """Tell whether it is in force as far as is known: what is unknown about it stands in nobody's way."""
        begins, ends = agreement.effective_date, agreement.expiration_date
        return (
            agreement.status in ("active", None)
            and (begins is None or begins <= self.now)
            and (ends is None or ends > self.now)
        )

    def _waiting(self, steps: tuple[FunnelStep, ...]) -> tuple[str, datetime | None, bool]:
        """Say what the fleet waits for, since when, and whether that needs somebody to act."""
        reached = [step.at for step in steps if step.at]
        last = reached[-1] if reached else None
        newest = self.stats.newest if self.stats else None
        flowing = newest is not None and self.now - newest <= QUIET
        broken = next((c for c in self.connections if c.status in BROKEN), None)
        all_broken = broken is not None and all(c.status in BROKEN for c in self.connections)
        been_read = any(f.last_successful_execution_at for f in self.freshness)
        stopped = not steps[2].done and bool(steps[2].note) and not steps[2].note.startswith("agreed")
        answers: list[tuple[bool, str, datetime | None, bool]] = [
            (stopped, f"Sharing stopped: {steps[2].note}", None, True),
            (not steps[2].done, steps[2].note.capitalize() or "Waiting for the share agreement", last, False),
            (not steps[3].done, "Waiting for the fleet to connect a provider", last, False),
            (
                all_broken and not flowing,
                f"The connection is {broken.status if broken else ''}",
                broken.updated_at if broken else None,
                True,
            ),
            (not steps[4].done and been_read, "Provider read, no vehicles found yet", last, False),
            (not steps[4].done, "Waiting for the first data from the provider", last, False),
            (not steps[5].done, "Vehicles found, but none has reported a position", last, False),
            (not flowing, "Quiet: no new position for over a day", newest, True),
            (
                broken is not None,
                f"Data flows, but one connection is {broken.status if broken else ''}",
                broken.updated_at if broken else None,
                True,
            ),
        ]
        return next(
            ((words, since, stuck) for applies, words, since, stuck in answers if applies), ("", None, False)
        )
