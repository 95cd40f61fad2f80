"""The one place that talks to Catena about invitations, for all viewers of this process.

Pages read `InvitationDesk.view`, which answers from memory and refreshes behind their back; they name an
invitation by a handle that means nothing outside this process. Ids, links and tokens stay in here until an
operator asks for a link.
"""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from catena_client import (
    CatenaClient,
    CatenaError,
    Connection,
    ConnectionFailed,
    DataFreshness,
    Invitation,
    InvitationCreate,
    ServerError,
    ShareAgreement,
    Tsp,
)
from dashboard.invitations.words import LIVE

PAGE_SIZE = 1000
TSPS_SECONDS = 3600.0

T = TypeVar("T")


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


class InvitationDesk:
    """Lists, creates, resends and deletes invitations; cached, single flight, thread-safe."""

    def __init__(
        self,
        client: CatenaClient,
        *,
        max_age: float = 5.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Serve `client`'s account. Lists older than `max_age` seconds are read again when somebody looks."""
        self._client = client
        self._max_age = max_age
        self._now = now
        self._key = secrets.token_bytes(32)
        self._state = threading.Lock()
        self._refreshing = threading.Lock()
        self._same_ref = [threading.Lock() for _ in range(64)]
        self._invitations: dict[str, Invitation] = {}
        self._creators: dict[str, str] = {}
        self._view = View()
        self._changes = 0
        self._due = 0.0
        self._tsps: tuple[float, tuple[Tsp, ...]] = (0.0, ())

    def view(self) -> View:
        """Return what is known now. Only the very first call waits for the API; never raises for an outage."""
        if self._unread():
            with self._refreshing:
                if self._unread():
                    self._refresh()
        elif time.monotonic() >= self._due and self._refreshing.acquire(blocking=False):
            threading.Thread(target=self._refresh_and_release, name="invitations", daemon=True).start()
        return self._current(self._view)

    def peek(self) -> View:
        """Return what is known now without causing any call."""
        return self._current(self._view)

    def invalidate(self) -> None:
        """Let the next look read everything again."""
        self._due = 0.0

    def link(self, handle: str) -> str:
        """Reveal the magic link, for the operator who hands it over. Raises `Gone`."""
        return self._invitation(handle).magic_link.reveal()

    def create(self, wanted: InvitationCreate, *, by: str, again: bool = False, ask: bool = True) -> Made:
        """Create an invitation.

        Raises `AlreadyInvited` when a live one has the same reference, unless `again`. `ask` false looks for it in
        memory only, which many rows in a row do. Two calls for one reference at the same moment run one after the
        other, so that the second one sees the first. Raises `CatenaError`; after a broken connection it is looked
        up whether the invitation was made all the same.
        """
        with self._same_ref[hash(wanted.fleet_ref) % len(self._same_ref)]:
            before = self._of_ref(wanted.fleet_ref, ask=ask)
            live = next((item for item in map(self._item, before) if item.live), None)
            if live and not again:
                raise AlreadyInvited(live)
            try:
                result = self._client.invitations.create(wanted)
                invitation, created = result.invitation, result.created
            except (ConnectionFailed, ServerError):
                found = self._made_all_the_same(wanted.fleet_ref, before)
                if found is None:
                    raise
                invitation, created = found
            made = Made(self._remember(invitation, by), created)
        self.invalidate()
        return made

    def resend(self, handle: str, *, by: str, hours: int | None = None) -> Made:
        """Post an invitation again with the same options: extends, renews or revives it. Raises like `create`."""
        old = self._invitation(handle)
        wanted = InvitationCreate(
            fleet_ref=old.fleet_ref,
            fleet_name=old.fleet_name,
            fleet_email=old.fleet_email,
            fleet_phone=old.fleet_phone,
            fleet_regulatory_id=old.fleet_regulatory_id,
            fleet_regulatory_id_type=old.fleet_regulatory_id_type,
            fleet_website=old.fleet_website,
            fleet_country_code=old.fleet_country_code,
            success_redirect_url=old.success_redirect_url,
            failure_redirect_url=old.failure_redirect_url,
            callback_url=old.callback_url,
            limit_tsps=old.limit_tsps,
            permissions=old.permissions,
            expires_in_hours=hours or old.expires_in_hours or 24,
        )
        return self.create(wanted, by=by, again=True, ask=False)

    def delete(self, handle: str) -> None:
        """Delete an invitation that was not accepted. Raises `Gone` or `CatenaError`."""
        invitation = self._invitation(handle)
        self._client.invitations.delete(invitation.id)
        with self._state:
            self._changes += 1
            self._invitations.pop(handle, None)
            self._view = replace(self._view, items=tuple(i for i in self._view.items if i.handle != handle))
        self.invalidate()

    def tsps(self) -> tuple[Tsp, ...]:
        """Return all providers by name, read at most once an hour. Raises `CatenaError` when never read."""
        read_at, known = self._tsps
        if known and time.monotonic() - read_at < TSPS_SECONDS:
            return known
        try:
            known = tuple(sorted(self._client.tsps.list(), key=lambda tsp: (tsp.name or "").casefold()))
        except CatenaError:
            if not known:
                raise
        self._tsps = (time.monotonic(), known)
        return known

    def tsps_known(self) -> tuple[Tsp, ...]:
        """Return the providers as read last, without causing any call."""
        return self._tsps[1]

    def _unread(self) -> bool:
        return self._view.taken_at is None and not self._view.problems

    # -- reading ------------------------------------------------------------------------------------------------

    def _refresh_and_release(self) -> None:
        try:
            self._refresh()
        finally:
            self._refreshing.release()

    def _refresh(self) -> None:
        """Read the four lists; one that fails does not stop the others."""
        started = time.monotonic()
        self._due = float("inf")
        problems: dict[str, str] = {}

        def read(what: str, call: Callable[[], Sequence[T]], known: tuple[T, ...]) -> tuple[T, ...]:
            try:
                return tuple(call())
            except CatenaError as error:
                problems[what] = str(error)
                return known

        self._read_invitations(problems)
        view = self._view
        agreements = read(
            "share agreements",
            lambda: list(self._client.share_agreements.iterate(size=PAGE_SIZE)),
            view.agreements,
        )
        connections = read(
            "connections", lambda: list(self._client.connections.iterate(size=PAGE_SIZE)), view.connections
        )
        freshness = read("data freshness", self._client.connections.data_freshness, view.freshness)
        tsps = read("providers", self.tsps, self._tsps[1])
        with self._state:
            self._view = replace(
                self._view,
                agreements=agreements,
                connections=connections,
                freshness=freshness,
                providers={tsp.id: tsp.name for tsp in tsps},
                problems=problems,
            )
        # A long list is read less often: reading takes at most a tenth of the time.
        took = time.monotonic() - started
        self._due = min(self._due, started + max(self._max_age, 10 * took))

    def _read_invitations(self, problems: dict[str, str]) -> None:
        for _attempt in range(3):
            changes = self._changes
            try:
                known = {self._handle(i): i for i in self._client.invitations.iterate(size=PAGE_SIZE)}
            except CatenaError as error:
                problems["invitations"] = str(error)
                return
            with self._state:
                if changes != self._changes:
                    continue  # something was created or deleted meanwhile: this list may lack it
                self._invitations = known
                newest_first = sorted(
                    known.values(), key=lambda invitation: invitation.created_at, reverse=True
                )
                items = tuple(self._item(invitation) for invitation in newest_first)
                self._view = replace(self._view, items=items, taken_at=self._now())
                return

    # -- memory -------------------------------------------------------------------------------------------------

    def _current(self, view: View) -> View:
        """Return the view with whatever ran out since it was taken marked as expired."""
        now = self._now()
        if not any(item.status == "active" and item.expires_at <= now for item in view.items):
            return view
        items = tuple(
            replace(item, status="expired") if item.status == "active" and item.expires_at <= now else item
            for item in view.items
        )
        return replace(view, items=items)

    def _remember(self, invitation: Invitation, by: str = "") -> Item:
        """Put an invitation into memory as it is now; lists that are being read at this moment are read again."""
        handle = self._handle(invitation)
        with self._state:
            self._changes += 1
            self._invitations[handle] = invitation
            if by:
                self._creators.setdefault(handle, by)
            item = self._item(invitation)
            items = self._view.items
            if any(known.handle == handle for known in items):
                items = tuple(item if known.handle == handle else known for known in items)
            else:
                items = (item, *items)
            self._view = replace(self._view, items=items)
        return item

    def _of_ref(self, fleet_ref: str, *, ask: bool) -> list[Invitation]:
        if ask:
            found = list(self._client.invitations.iterate(fleet_ref=fleet_ref, size=PAGE_SIZE))
            for invitation in found:
                self._remember(invitation)
        else:
            with self._state:
                found = list(self._invitations.values())
        return [invitation for invitation in found if invitation.fleet_ref == fleet_ref]

    def _made_all_the_same(
        self, fleet_ref: str, before: Sequence[Invitation]
    ) -> tuple[Invitation, bool] | None:
        """Look up what became of a request whose answer was lost."""
        known = {self._handle(invitation): invitation.expires_at for invitation in before}
        try:
            after = self._of_ref(fleet_ref, ask=True)
        except CatenaError:
            return None
        for invitation in after:
            handle = self._handle(invitation)
            if invitation.status == "active" and invitation.expires_at - known.get(
                handle, datetime.min.replace(tzinfo=UTC)
            ) > timedelta(0):
                return invitation, handle not in known
        return None

    def _invitation(self, handle: str) -> Invitation:
        with self._state:
            invitation = self._invitations.get(handle)
        if invitation is None:
            raise Gone("This invitation is not there any more; reload the page.")
        return invitation

    def _handle(self, invitation: Invitation) -> str:
        return hmac.new(self._key, invitation.id.reveal().encode(), hashlib.sha256).hexdigest()[:20]

    def _item(self, invitation: Invitation) -> Item:
        handle = self._handle(invitation)
        status = str(invitation.status)
        if status == "active" and invitation.expires_at <= self._now():
            status = "expired"
        return Item(
            handle=handle,
            fleet_ref=invitation.fleet_ref,
            fleet_name=invitation.fleet_name or "",
            status=status,
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
            accepted_at=invitation.accepted_at,
            declined_at=invitation.declined_at,
            decline_reason=invitation.decline_reason or "",
            fleet_id=invitation.fleet_id,
            permissions=dict(invitation.permissions or {}),
            limit_tsps=tuple(invitation.limit_tsps or ()),
            email=invitation.fleet_email or "",
            phone=invitation.fleet_phone or "",
            created_by=self._creators.get(handle, ""),
        )
