"""The world a sandbox begins with: fleets of several providers, and invitations in every status."""

import uuid
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sandbox.world import names
from sandbox.world.corridors import CITIES, city_number
from sandbox.world.entities import (
    DEFAULT_PERMISSIONS,
    LATE_AFTER_SECONDS,
    Agreement,
    Connection,
    Fleet,
    Invitation,
)
from sandbox.world.providers import BY_SLUG, SEEDED
from sandbox.world.roster import DAY
from sandbox.world.world import World

HOUR = 3600.0


class _Link(NamedTuple):
    """A fleet's account at a provider: its share of the fleet's vehicles and its state."""

    slug: str
    share: float
    status: str = "active"
    late: float = 0.0
    frozen_hours_ago: float | None = None


class _Plan(NamedTuple):
    weight: float
    city: str
    links: tuple[_Link, ...]


# The first six fleets show every case; further ones are drawn.
_PLANS = (
    _Plan(0.34, "Chicago",
          (_Link("samsara", 0.8), _Link("motive", 0.2))),
    _Plan(0.22, "Los Angeles",
          (_Link("geotab", 0.75), _Link("samsara-api-key", 0.25))),
    _Plan(0.16, "Dallas",
          (_Link("geotab", 0.6, late=LATE_AFTER_SECONDS), _Link("3pl-tek", 0.4))),
    _Plan(0.13, "Toronto",
          (_Link("isaac", 1.0, status="paused"),)),
    _Plan(0.10, "Atlanta",
          (_Link("raven", 0.9), _Link("motive", 0.1, status="failed", frozen_hours_ago=3))),
    _Plan(0.05, "Monterrey",
          (_Link("groundhog", 0.9), _Link("eroad-us", 0.1, status="stale", frozen_hours_ago=26))),
)  # fmt: skip
_REFS = ("prairie-line", "cinder-creek", "blue-mesa-group", "FLEET-0004", "blue-mesa-group", "demo")
_UNNAMED = 5  # this fleet keeps Catena's default name, which holds its invitation's id
_TWICE = 8  # trucks of the first fleet that two providers report


def plant(world: World) -> list[Invitation]:
    """Fill an empty world after its config and return the invitations that led to it, oldest first."""
    now = world.clock()
    count, total = world.config.fleets, world.config.vehicles
    plans = [_plan(world.rng, number) for number in range(count)]
    sizes = _split(total, [plan.weight for plan in plans])
    invitations: list[Invitation] = []
    wanted: list[tuple[Connection, int]] = []
    for number, plan in enumerate(plans):
        invitation = _found(world, number, plan, now - (200 - number % 100) * DAY)
        invitations.append(invitation)
        wanted += _connections(world, number, plan, sizes[number], now)
    if count > 1:
        paused = _Plan(0.0, "Newark", (_Link("samsara", 1.0),))
        invitations.append(_found(world, count, paused, now - 40 * DAY))
        world.agreements[-1].chosen = "paused"
        wanted += _connections(world, count, paused, min(12, total), now)
    world.add_connections(wanted, settled=True)
    if total:
        _make_alike(world)
    return sorted([*invitations, *_unanswered(now)], key=lambda one: one.created_at)


def _plan(rng: np.random.Generator, number: int) -> _Plan:
    if number < len(_PLANS):
        return _PLANS[number]
    slugs = rng.choice(SEEDED, int(rng.integers(1, 3)), replace=False)
    links = tuple(_Link(str(slug), share) for slug, share in zip(slugs, (0.7, 0.3), strict=False))
    return _Plan(float(rng.uniform(0.02, 0.12)), CITIES[int(rng.integers(len(CITIES)))].city, links)


def _split(total: int, weights: list[float]) -> list[int]:
    """Split a total by weights, exactly: largest remainders get what rounding leaves."""
    if not weights:
        return []
    exact = np.array(weights) / sum(weights) * total
    parts = np.floor(exact).astype(int)
    short = total - int(parts.sum())
    parts[np.argsort(parts - exact, kind="stable")[:short]] += 1
    return [int(part) for part in parts]


def _found(world: World, number: int, plan: _Plan, created: float) -> Invitation:
    """Add one fleet with its agreement; return its accepted invitation."""
    name = names.fleet_name(number)
    ref = _REFS[number] if number < len(_REFS) else f"FLEET-{number + 1:04d}"
    invitation = _invitation(ref, created, {"fleet_name": None if number == _UNNAMED else name})
    accepted = created + 11.5 * 60
    invitation.chosen = "accepted"
    invitation.accepted_at = None if number % 7 == 1 else accepted  # as in records
    unnamed = number == _UNNAMED
    city = city_number(world.config.city or plan.city)
    fleet = world.add_fleet(
        Fleet(
            id=world.new_id(),
            ref=ref,
            name=f"Fleet {invitation.id}" if unnamed else name,
            display_name=None if unnamed or number % 3 == 2 else name,
            invitation_id=invitation.id,
            created_at=accepted,
            city=city,
            routes=tuple(world.roads.carried(city, world.rng).tolist()),
            website=f"https://unknown-fleet-{invitation.id}.example.com/" if unnamed else None,
        )
    )
    invitation.fleet = fleet
    world.agreements.append(
        Agreement(world.new_id(), fleet, invitation.id, accepted, dict(invitation.permissions))
    )
    return invitation


def _connections(
    world: World, fleet: int, plan: _Plan, vehicles: int, now: float
) -> list[tuple[Connection, int]]:
    sizes = _split(vehicles, [link.share for link in plan.links])
    return [
        (
            Connection(
                id=world.new_id(),
                fleet=fleet,
                provider=BY_SLUG[link.slug],
                created_at=world.fleets[fleet].created_at + 240 * (1 + place),
                status=link.status,
                late=link.late,
                frozen_at=float("inf")
                if link.frozen_hours_ago is None
                else now - link.frozen_hours_ago * HOUR,
            ),
            size,
        )
        for place, (link, size) in enumerate(zip(plan.links, sizes, strict=True))
    ]


def _make_alike(world: World) -> None:
    """Give two vehicles of a connection one name, and let two providers report some trucks of fleet 0."""
    vehicles = world.rows.vehicles
    name, vin, plate = vehicles.name.copy(), vehicles.vin.copy(), vehicles.plate.copy()
    for connection in range(len(world.connections)):
        rows = np.flatnonzero(vehicles.connection == connection)
        if len(rows) >= 10:
            name[rows[3]] = name[rows[2]]
    first, second = (np.flatnonzero(vehicles.connection == number) for number in (0, 1))
    motion = vehicles.motion
    if len(world.connections) > 1 and world.connections[1].fleet == 0:
        twice = min(_TWICE, len(first), len(second))
        source, target = first[:twice], second[:twice]
        vin[target], plate[target] = vin[source], plate[source]
        columns = {}
        for field in motion.__dataclass_fields__:
            column = getattr(motion, field).copy()
            if field not in {"interval", "sparse"}:
                column[target] = column[source]
            columns[field] = column
        motion = type(motion)(**columns)
    world.replace_vehicles(replace(vehicles, name=name, vin=vin, plate=plate, motion=motion))


def _invitation(ref: str, created: float, fields: dict[str, object], hours: int = 24) -> Invitation:
    return Invitation(
        id=str(uuid.uuid4()),
        ref=ref,
        created_at=created,
        expires_in_hours=hours,
        fields=fields,
        permissions=dict(DEFAULT_PERMISSIONS),
        expires_at=created + hours * HOUR,
    )


def _unanswered(now: float) -> list[Invitation]:
    """Invitations that have not become a fleet: waiting, refused, too late, taken back."""
    waiting = [
        _invitation("stonebridge-cargo", now - 2 * HOUR, {"fleet_name": "Stonebridge Cargo"}),
        _invitation("FLEET-2041", now - 20 * HOUR, {"limit_tsps": ["samsara", "geotab"]}),
        _invitation("umber-lines", now - 3 * DAY, {"fleet_name": "Umber Lines"}, hours=168),
    ]
    expired = [
        _invitation("verde-express", now - 9 * DAY, {"fleet_name": "Verde Express"}),
        _invitation("FLEET-1987", now - 31 * DAY, {}, hours=72),
    ]
    declined = [
        _invitation("yucca-roadways", now - 5 * DAY, {"fleet_name": "Yucca Roadways"}),
        _invitation("osprey-haulage", now - 6 * DAY, {"fleet_name": "Osprey Haulage"}),
    ]
    for invitation, reason in zip(declined, ("We share data through our broker only", None), strict=True):
        invitation.chosen, invitation.declined_at = "declined", invitation.created_at + 3 * HOUR
        invitation.decline_reason = reason
    deleted = _invitation("kestrel-freight", now - 12 * DAY, {"fleet_name": "Kestrel Freight"})
    deleted.chosen = "deleted"
    return [*waiting, *expired, *declined, deleted]
