"""What pages know of invitations: everything but their secrets."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from catena_client import CatenaError, Connection, DataFreshness, InvitationCreate, ShareAgreement
from dashboard.invitations.kept import Trouble


@dataclass(frozen=True, slots=True)
class Item:
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
class View:
    """What is known at one moment. Failed parts keep their last good content and are named in `troubles`."""

    items: tuple[Item, ...] = ()
    """Newest first."""
    agreements: tuple[ShareAgreement, ...] = ()
    connections: tuple[Connection, ...] = ()
    freshness: tuple[DataFreshness, ...] = ()
    providers: dict[str, str] = field(default_factory=dict, hash=False)
    """TSP id to name."""
    taken_at: datetime | None = None
    """When the invitations were last read; None before the first success."""
    troubles: dict[str, Trouble] = field(default_factory=dict, hash=False)
    """By the name of the list."""
    unreadable: dict[str, int] = field(default_factory=dict, hash=False)
    """How many rows of a list are left out because they cannot be read, by its name."""
    asked_at: datetime | None = None
    """Since when the list of invitations is being read; None while nobody reads it."""


@dataclass(frozen=True, slots=True)
class Made:
    """The outcome of creating or resending."""

    item: Item
    created: bool
    """True: new (201). False: a live invitation of the same reference was refreshed (200)."""
    meant_new: bool
    """Whether no live invitation was there when it was looked for right before."""


class AlreadyInvited(Exception):
    """Sending `wanted` would refresh live invitations that nobody agreed to refresh. Nothing was sent."""

    def __init__(self, wanted: InvitationCreate, items: Sequence[Item]) -> None:
        super().__init__("This fleet has an invitation already.")
        self.wanted = wanted
        self.items = tuple(items)
        """At least one."""


class Gone(Exception):
    """The invitation that a handle named is not known any more."""


class NotSent(Exception):
    """Nothing was sent, because it could not be looked up what would be touched. The text is for people."""

    def __init__(self, why: str, error: CatenaError | None = None) -> None:
        super().__init__(why)
        self.error = error
        """What went wrong while looking; None when the answer could not be read."""


class AnswerLost(Exception):
    """A request was sent, and what became of it cannot be told. The text says what to look at."""
