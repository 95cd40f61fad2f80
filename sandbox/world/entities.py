"""The things that change: fleets, agreements, connections, invitations. Times are epoch seconds, UTC."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from sandbox.contract import PERMISSIONS
from sandbox.world.corridors import CITIES
from sandbox.world.providers import NAMESPACE, Provider

SCHEDULE_SECONDS = 15
LATE_AFTER_SECONDS = 42 * 60.0
# Without `permissions` an invitation asks to read everything [spec].
DEFAULT_PERMISSIONS = dict.fromkeys(PERMISSIONS, "read")


def iso(seconds: float) -> str:
    """Return epoch seconds as ISO 8601 in UTC with microseconds, as Catena writes times."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@cache
def _schedule_id(connection_id: str, resource: str) -> str:
    return str(uuid.uuid5(NAMESPACE, f"{connection_id}/{resource}"))


@dataclass
class Fleet:
    """A fleet; `city` (index of `CITIES`) and `routes` (numbers of long roads) say where its vehicles work."""

    id: str
    ref: str
    name: str
    display_name: str | None
    invitation_id: str
    created_at: float
    city: int
    routes: tuple[int, ...]
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    regulatory_id: str | None = None
    regulatory_id_type: str | None = None
    country_code: str | None = None

    @property
    def plate_region(self) -> str:
        """Province of the home city."""
        return CITIES[self.city].province

    @property
    def plate_country(self) -> str:
        """Country of the home city, ISO alpha-3."""
        return CITIES[self.city].country


@dataclass
class Agreement:
    """What a fleet shares with the partner, and whether it does at the moment."""

    id: str
    fleet: int
    invitation_id: str
    effective_at: float
    scopes: dict[str, str]
    expires_at: float | None = None
    chosen: str = "active"  # the status without regard to the dates

    def status(self, now: float) -> str:
        """Return `active`, `paused`, `cancelled`, `deleted` or, past its end, `expired`."""
        past = self.expires_at is not None and self.expires_at <= now
        return "expired" if past and self.chosen in {"active", "paused"} else self.chosen

    def shares(self, resource: str | None, now: float) -> bool:
        """Tell whether rows of this resource (None: the fleet itself) are readable now."""
        active = self.status(now) == "active" and self.effective_at <= now
        return active and (resource is None or resource in self.scopes)


@dataclass
class Connection:
    """A fleet's account at a TSP. `late` seconds behind always; nothing newer than `frozen_at` when set."""

    id: str
    fleet: int
    provider: Provider
    created_at: float
    status: str = "active"
    description: str | None = None
    late: float = 0.0
    frozen_at: float = float("inf")
    updated_at: float = field(default=0.0)

    def __post_init__(self) -> None:
        self.updated_at = self.updated_at or self.created_at

    def schedule_id(self, resource: str) -> str:
        """Return the id of the schedule that polls a resource of this connection."""
        return _schedule_id(self.id, resource)

    def horizon(self, now: float) -> float:
        """Return the time of the last successful poll of the TSP: nothing newer has arrived."""
        polled = (now - self.late) // SCHEDULE_SECONDS * SCHEDULE_SECONDS
        return min(polled, self.frozen_at)


@dataclass
class Invitation:
    """An invitation; `fields` holds what the partner sent. Its id and both tokens are secrets."""

    id: str = field(repr=False)
    ref: str
    created_at: float
    expires_in_hours: int
    fields: dict[str, object] = field(repr=False)
    permissions: dict[str, str]
    expires_at: float
    chosen: str = "active"  # the status without regard to the clock
    viewed_at: float = 0.0  # when its link was last opened
    accepted_at: float | None = None
    declined_at: float | None = None
    decline_reason: str | None = None
    fleet: int | None = None
    access_token: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    reopened: bool = False  # accepted, then sent again: its link works once more

    def status(self, now: float) -> str:
        """Return `active`, `accepted`, `declined`, `deleted` or, past its expiry, `expired`."""
        return "expired" if self.chosen == "active" and self.expires_at <= now else self.chosen
