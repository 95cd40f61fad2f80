"""The invitations as known to this process, with their secrets, which leave only by `get`."""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from catena_client import Invitation
from dashboard.invitations.items import Gone, Item

_UNKNOWN_PAST = datetime(1970, 1, 1, tzinfo=UTC)
_UNKNOWN_FUTURE = datetime(2100, 1, 1, tzinfo=UTC)


class Memory:
    """All invitations by handle. A handle is a keyed digest of the id, so that it means nothing elsewhere."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._invitations: dict[str, Invitation] = {}
        self._creators: dict[str, str] = {}
        self._items: tuple[Item, ...] = ()
        self.changes = 0
        """Counts `put` and `drop`, so that a list read meanwhile can be told to be old."""

    @property
    def items(self) -> tuple[Item, ...]:
        """Newest first; whatever has run out since it was read is called expired."""
        now = self._now()
        if any(item.status == "active" and item.expires_at <= now for item in self._items):
            return tuple(
                replace(item, status="expired")
                if item.status == "active" and item.expires_at <= now
                else item
                for item in self._items
            )
        return self._items

    def get(self, handle: str) -> Invitation:
        """Return an invitation. Raises `Gone`."""
        invitation = self._invitations.get(handle)
        if invitation is None:
            raise Gone("This invitation is not there any more; reload the page.")
        return invitation

    def of_ref(self, fleet_ref: str) -> list[Invitation]:
        """Return the invitations of one fleet reference."""
        with self._lock:
            return [one for one in self._invitations.values() if one.fleet_ref == fleet_ref]

    def put(self, invitation: Invitation, by: str = "") -> Item:
        """Add an invitation or replace what was known of it."""
        handle = self.handle(invitation)
        with self._lock:
            self.changes += 1
            known = handle in self._invitations
            self._invitations[handle] = invitation
            if by:
                self._creators.setdefault(handle, by)
            item = self.item(invitation)
            self._items = (
                tuple(item if one.handle == handle else one for one in self._items)
                if known
                else (item, *self._items)
            )
        return item

    def drop(self, handle: str) -> None:
        """Forget an invitation."""
        with self._lock:
            self.changes += 1
            self._invitations.pop(handle, None)
            self._items = tuple(item for item in self._items if item.handle != handle)

    def replace_all(self, invitations: Iterable[Invitation], changes: int) -> bool:
        """Take a list that was read while `changes` was as given; False when it is outdated already."""
        listed = sorted(invitations, key=lambda one: one.created_at or _UNKNOWN_PAST, reverse=True)
        with self._lock:
            if changes != self.changes:
                return False
            self._invitations = {self.handle(one): one for one in listed}
            self._items = tuple(self.item(one) for one in listed)
            return True

    def handle(self, invitation: Invitation) -> str:
        """Return what pages call an invitation."""
        return hmac.new(self._key, invitation.id.reveal().encode(), hashlib.sha256).hexdigest()[:20]

    def item(self, invitation: Invitation) -> Item:
        """Return what pages may know of an invitation."""
        handle = self.handle(invitation)
        expires_at = invitation.expires_at or _UNKNOWN_FUTURE
        over = invitation.status == "active" and expires_at <= self._now()
        return Item(
            handle=handle,
            fleet_ref=invitation.fleet_ref or "",
            fleet_name=invitation.fleet_name or "",
            status="expired" if over else invitation.status or "",
            created_at=invitation.created_at or _UNKNOWN_PAST,
            expires_at=expires_at,
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
