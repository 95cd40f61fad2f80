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
from dashboard.invitations.facts import FleetFacts
from dashboard.invitations.items import Item, View
from dashboard.invitations.words import DEAD, LONG_AGO, UNKNOWN

T = TypeVar("T", ShareAgreement, Connection, DataFreshness)

STEPS = ("Invited", "Accepted", "Sharing", "Provider connected", "Vehicles found", "First location")
QUIET = timedelta(hours=24)
"""A fleet whose newest position is older is called quiet."""
BROKEN = frozenset({"failed", "stale"})
"""Connection statuses that keep data from arriving; `paused` does not, as seen with fresh data."""
ENDED = frozenset({"cancelled", "deleted"})


@dataclass(frozen=True, slots=True)
class Firsts:
    """When a fleet's first vehicle and first position reached Catena, as far as its records tell."""

    vehicle: datetime | None = None
    location: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one fleet."""

    done: bool
    at: datetime | None = None
    """When it was reached; None when not reached or not recorded."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One fleet's way."""

    fleet: str
    fleet_ref: str
    fleet_id: str
    """Empty until the fleet accepted."""
    handle: str
    """Of its newest invitation; empty when none is known."""
    steps: tuple[Step, ...]
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


def totals(lines: Sequence[Line]) -> list[int]:
    """Count the fleets that have come at least as far as each step."""
    return [sum(line.reached > index for line in lines) for index in range(len(STEPS))]


def funnel(
    view: View,
    facts: Mapping[str, FleetFacts],
    now: datetime,
    firsts: Mapping[str, Firsts] | None = None,
) -> list[Line]:
    """Return one line per fleet, the most recently invited first."""
    by_fleet: dict[str, list[Item]] = defaultdict(list)
    alone: list[Item] = []
    newest_of_ref: dict[str, Item] = {}
    for item in view.items:  # newest first
        newest = newest_of_ref.setdefault(item.fleet_ref or item.handle, item)
        if item.fleet_id:
            by_fleet[item.fleet_id].append(item)
        elif item.status not in ("accepted", *DEAD) or newest is item:
            alone.append(item)
    agreements, connections = _by_fleet(view.agreements), _by_fleet(view.connections)
    freshness = _by_fleet(view.freshness)
    lines = [_invited(item, now) for item in alone if item.status != "deleted"]
    lines += [
        _Fleet(
            fleet_id=fleet_id,
            item=next(iter(by_fleet.get(fleet_id, [])), None),
            agreements=agreements.get(fleet_id, []),
            connections=[c for c in connections.get(fleet_id, []) if c.status not in ENDED],
            freshness=freshness.get(fleet_id, []),
            facts=facts.get(fleet_id),
            firsts=(firsts or {}).get(fleet_id, Firsts()),
            providers=view.providers,
            now=now,
        ).line()
        for fleet_id in dict.fromkeys((*by_fleet, *agreements, *connections, *facts))
    ]
    return sorted(lines, key=lambda line: line.steps[0].at or LONG_AGO, reverse=True)


def _by_fleet(rows: Sequence[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for row in rows:
        if row.fleet_id:
            found[row.fleet_id].append(row)
    return found


def _invited(item: Item, now: datetime) -> Line:
    """Return the line of an invitation that nobody has accepted."""
    if item.status == "declined":
        reason = f"declined: “{item.decline_reason}”" if item.decline_reason else "declined"
        waiting, since, stuck = f"The fleet {reason}", item.declined_at, True
    elif item.status == "expired":
        waiting, since, stuck = "The invitation expired unused", item.expires_at, True
    elif item.status == "accepted":
        waiting, since, stuck = "Accepted; Catena has not named the fleet yet", item.accepted_at, False
    elif item.status == "active":
        waiting, since, stuck = "Waiting for the fleet to accept", item.created_at, False
    else:
        waiting, since, stuck = f"The invitation's status is {item.status}", None, False
    steps = (
        Step(True, item.created_at),
        Step(item.status == "accepted", item.accepted_at, waiting if item.status == "declined" else ""),
        *(Step(False) for _ in STEPS[2:]),
    )
    return Line(
        fleet=masked(item.fleet_name or item.fleet_ref) or UNKNOWN,
        fleet_ref=item.fleet_ref,
        fleet_id="",
        handle=item.handle,
        steps=steps,
        waiting=waiting,
        since=min(since, now) if since else None,
        stuck=stuck,
    )


@dataclass(frozen=True)
class _Fleet:
    """Everything known about one fleet that exists, whether or not its invitation is still listed."""

    fleet_id: str
    item: Item | None
    agreements: Sequence[ShareAgreement]
    connections: Sequence[Connection]
    freshness: Sequence[DataFreshness]
    facts: FleetFacts | None
    firsts: Firsts
    providers: Mapping[str, str]
    now: datetime

    def line(self) -> Line:
        item, facts = self.item, self.facts
        steps = (
            Step(True, item.created_at if item else None, "" if item else "invitation not listed any more"),
            Step(True, item.accepted_at if item else None),
            self._sharing(),
            Step(
                bool(self.connections),
                min((c.created_at for c in self.connections if c.created_at), default=None),
                ", ".join(
                    f"{self.providers.get(c.tsp_id or '') or c.source_name or UNKNOWN} ({c.status or UNKNOWN})"
                    for c in self.connections
                ),
            ),
            Step(bool(facts), self.firsts.vehicle, f"{facts.vehicles:,} vehicles" if facts else ""),
            Step(
                bool(facts and facts.placed),
                self.firsts.location,
                f"{facts.placed:,} on the map" if facts else "",
            ),
        )
        waiting, since, stuck = self._waiting(steps)
        ref = item.fleet_ref if item else next((a.fleet_ref for a in self.agreements if a.fleet_ref), "")
        name = (facts.name if facts else "") or (item.fleet_name if item else "") or ref
        return Line(
            fleet=masked(name or f"Fleet {self.fleet_id[:8]}"),
            fleet_ref=masked(ref),
            fleet_id=self.fleet_id,
            handle=item.handle if item else "",
            steps=steps,
            waiting=waiting,
            since=min(since, self.now) if since else None,
            stuck=stuck,
        )

    def _sharing(self) -> Step:
        """Read the agreement: the one in force, else the one that began last."""
        if not self.agreements:
            return Step(False)
        best = max(self.agreements, key=lambda a: (self._in_force(a), a.effective_date or LONG_AGO))
        if self._in_force(best):
            return Step(True, best.effective_date, "" if best.status else "its status is unknown")
        if best.status == "active" and best.effective_date and best.effective_date > self.now:
            return Step(False, None, "agreed, but not in force yet")
        return Step(False, None, f"agreement {'expired' if best.status == 'active' else best.status}")

    def _in_force(self, agreement: ShareAgreement) -> bool:
        """Tell whether it is in force as far as is known: what is unknown about it stands in nobody's way."""
        begins, ends = agreement.effective_date, agreement.expiration_date
        return (
            agreement.status in ("active", None)
            and (begins is None or begins <= self.now)
            and (ends is None or ends > self.now)
        )

    def _waiting(self, steps: tuple[Step, ...]) -> tuple[str, datetime | None, bool]:
        """Say what the fleet waits for, since when, and whether that needs somebody to act."""
        reached = [step.at for step in steps if step.at]
        last = reached[-1] if reached else None
        newest = self.facts.newest if self.facts else None
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
