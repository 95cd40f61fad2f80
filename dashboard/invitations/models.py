"""What pages are given of invitations, everything but their secrets, and what creating one may end in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from catena_client import CatenaError, Connection, DataFreshness, InvitationCreate, ShareAgreement
from dashboard.invitations.refreshed_list import Outage

DEAD_STATUSES = ("expired", "deleted")
"""Statuses for which posting the same reference makes a new invitation. For all others, those included that we do not
know, it may refresh the one there is."""
UNKNOWN = "unknown"
"""Stands where Catena sent something that could not be read, or nothing where there should be something."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""Where what has no known time is sorted."""


@dataclass(frozen=True, slots=True)
class InvitationSummary:
    """One invitation without its secrets, fit for a page. None and "" are unknown, or not given."""

    handle: str
    fleet_ref: str
    fleet_name: str
    status: str
    """The API's status; one that has run out says ``expired`` even before the API does. ``unknown`` where it could
    not be read."""
    live: bool
    """Whether inviting the same reference again may refresh this one: only one that Catena itself calls expired or
    deleted is surely not touched."""
    created_at: datetime | None
    expires_at: datetime | None
    accepted_at: datetime | None
    declined_at: datetime | None
    decline_reason: str
    fleet_id: str | None
    permissions: dict[str, str] = field(hash=False)
    limit_tsps: tuple[str, ...]
    email: str
    phone: str
    created_by: str
    """Who created it here, as far as this process remembers; the API does not say."""


@dataclass(frozen=True, slots=True)
class InvitationLists:
    """What is known at one moment. A list that cannot be read keeps its last good content and is in `outages`."""

    invitations: tuple[InvitationSummary, ...] = ()
    """Newest first."""
    agreements: tuple[ShareAgreement, ...] = ()
    connections: tuple[Connection, ...] = ()
    freshness: tuple[DataFreshness, ...] = ()
    providers: dict[str, str] = field(default_factory=dict, hash=False)
    """TSP id to name."""
    taken_at: datetime | None = None
    """When the invitations were last read; None before the first success."""
    outages: dict[str, Outage] = field(default_factory=dict, hash=False)
    """By the title of the list."""
    unreadable: dict[str, int] = field(default_factory=dict, hash=False)
    """How many rows of a list are left out because they cannot be read, by its title."""
    reading_since: datetime | None = None
    """Since when the invitations are being read; None while nobody reads them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the fleet of one invitation has come, as it was last asked about alone."""

    invitation: InvitationSummary
    opened: bool
    """Whether Catena has told that the link was opened. Only its webhooks do; no list and no invitation says so."""
    connections: tuple[Connection, ...] = ()
    """In force; empty until the fleet has accepted and connected a provider."""
    problem: str = ""
    """Why it could not be asked about just now, text from outside; "" when it could."""


@dataclass(frozen=True, slots=True)
class CreateResult:
    """What came of creating or resending."""

    invitation: InvitationSummary
    created: bool
    """True: new (201). False: a live invitation of the same reference was refreshed (200)."""
    meant_new: bool
    """Whether no live invitation was there when it was looked up right before."""


class AlreadyInvited(Exception):
    """Sending `request` would refresh live invitations that nobody agreed to refresh. Nothing was sent."""

    def __init__(self, request: InvitationCreate, live: Sequence[InvitationSummary]) -> None:
        super().__init__("This fleet has an invitation already.")
        self.request = request
        self.live = tuple(live)
        """At least one."""


class InvitationNotFound(Exception):
    """The invitation that a handle named is not known any more, or not one that the viewer may change."""

    def __init__(self) -> None:
        super().__init__("This invitation is not there any more, or not yours to change; reload the page.")


class NotSent(Exception):
    """Nothing was sent: it may not be, or it could not be looked up what would be touched. The text is for people."""

    def __init__(self, reason: str, error: CatenaError | None = None) -> None:
        super().__init__(reason)
        self.error = error
        """What went wrong while looking it up; None when nothing did, or the answer could not be read."""


class AnswerLost(Exception):
    """A request was sent, and what became of it cannot be told. The text says what to look at."""
