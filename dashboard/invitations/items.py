"""What pages know of invitations: everything but their secrets."""

from dataclasses import dataclass, field
from datetime import datetime

from catena_client import Connection, DataFreshness, ShareAgreement
from dashboard.invitations.words import LIVE


@dataclass(frozen=True, slots=True)
class Item:
    """One invitation without its secrets, fit for a page."""

    handle: str
    fleet_ref: str
    fleet_name: str
    status: str
    """The API's status; one that has run out says ``expired`` even before the API does."""
    created_at: datetime
    expires_at: datetime
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

    @property
    def live(self) -> bool:
        """Whether inviting the same reference again would refresh this one."""
        return self.status in LIVE


@dataclass(frozen=True, slots=True)
class View:
    """What is known at one moment. Failed parts keep their last good content and are named in `problems`."""

    items: tuple[Item, ...] = ()
    """Newest first."""
    agreements: tuple[ShareAgreement, ...] = ()
    connections: tuple[Connection, ...] = ()
    freshness: tuple[DataFreshness, ...] = ()
    providers: dict[str, str] = field(default_factory=dict, hash=False)
    """TSP id to name."""
    taken_at: datetime | None = None
    """When the invitations were last read; None before the first success."""
    problems: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Made:
    """The outcome of creating or resending."""

    item: Item
    created: bool
    """True: new (201). False: a live invitation of the same reference was refreshed (200)."""


class AlreadyInvited(Exception):
    """There is a live invitation for this reference; creating would refresh it. Nothing was sent."""

    def __init__(self, item: Item) -> None:
        super().__init__("This fleet has an invitation already.")
        self.item = item


class Gone(Exception):
    """The invitation that a handle named is not known any more."""
