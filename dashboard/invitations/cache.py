"""The invitations as known to this process, with their secrets, which leave only by `get`."""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from catena_client import Invitation
from dashboard.invitations.models import (
    DEAD_STATUSES,
    LONG_AGO,
    UNKNOWN,
    InvitationNotFound,
    InvitationSummary,
)


class InvitationCache:
    """All invitations by handle. A handle is a keyed digest of the id, so that it means nothing elsewhere."""

    def __init__(self, now: Callable[[], datetime], key: bytes = b"") -> None:
        """`key`: another one for each dashboard; replicas of one have the same."""
        self._now = now
        self._key = key or secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._invitations: dict[str, Invitation] = {}
        self._creators: dict[str, str] = {}
        self._summaries: tuple[InvitationSummary, ...] = ()
        self._touched: dict[str, int] = {}
        """For handles that `put` or `drop` changed: the value of `changes` then."""
        self.changes = 0
        """Counts what `put` and `drop` changed, so that a list read meanwhile can be told to be older."""

    @property
    def summaries(self) -> tuple[InvitationSummary, ...]:
        """Newest first, those of unknown age last; whatever has run out since it was read is called expired."""
        now = self._now()
        if any(_ran_out(known.status, known.expires_at, now) for known in self._summaries):
            return tuple(
                replace(known, status="expired") if _ran_out(known.status, known.expires_at, now) else known
                for known in self._summaries
            )
        return self._summaries

    def get(self, handle: str) -> Invitation:
        """Return an invitation. Raises `InvitationNotFound`."""
        invitation = self._invitations.get(handle)
        if invitation is None:
            raise InvitationNotFound
        return invitation

    def newest(self) -> datetime:
        """When the newest invitation of all was created, by Catena's clock; long ago when none is known."""
        return next((known.created_at for known in self._summaries if known.created_at), LONG_AGO)

    def put(self, invitation: Invitation, by: str = "") -> InvitationSummary:
        """Add an invitation or replace what was known of it."""
        handle = self.handle(invitation)
        with self._lock:
            if by:
                self._creators.setdefault(handle, by)
            if by or self._invitations.get(handle) != invitation:
                self._touch(handle)
                self._invitations[handle] = invitation
                self._summaries = _ordered(
                    [
                        self.summary(invitation),
                        *(other for other in self._summaries if other.handle != handle),
                    ]
                )
            return self.summary(invitation)

    def drop(self, handle: str) -> None:
        """Forget an invitation."""
        with self._lock:
            self._touch(handle)
            self._invitations.pop(handle, None)
            self._summaries = tuple(other for other in self._summaries if other.handle != handle)

    def replace_all(self, invitations: Iterable[Invitation], changes: int) -> None:
        """Take a list that was begun to be read when `changes` was as given; what changed since then stays."""
        listed = {self.handle(invitation): invitation for invitation in invitations}
        with self._lock:
            self._touched = {handle: when for handle, when in self._touched.items() if when > changes}
            for handle in self._touched:
                if known := self._invitations.get(handle):
                    listed[handle] = known
                else:
                    listed.pop(handle, None)
            self._invitations = listed
            self._summaries = _ordered(map(self.summary, listed.values()))

    def handle(self, invitation: Invitation) -> str:
        """Return what pages call an invitation."""
        return hmac.new(self._key, invitation.id.reveal().encode(), hashlib.sha256).hexdigest()[:20]

    def summary(self, invitation: Invitation) -> InvitationSummary:
        """Return what pages may know of an invitation."""
        handle = self.handle(invitation)
        status = invitation.status or UNKNOWN
        return InvitationSummary(
            handle=handle,
            fleet_ref=invitation.fleet_ref or "",
            fleet_name=invitation.fleet_name or "",
            status="expired" if _ran_out(status, invitation.expires_at, self._now()) else status,
            live=status not in DEAD_STATUSES,
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

    def _touch(self, handle: str) -> None:
        self.changes += 1
        self._touched[handle] = self.changes


def _ran_out(status: str, expires_at: datetime | None, now: datetime) -> bool:
    return status == "active" and expires_at is not None and expires_at <= now


def _ordered(summaries: Iterable[InvitationSummary]) -> tuple[InvitationSummary, ...]:
    return tuple(sorted(summaries, key=lambda summary: summary.created_at or LONG_AGO, reverse=True))
