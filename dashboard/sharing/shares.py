"""Share links: who may make, change and end them, and who comes in by one."""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlencode

from cachetools import LRUCache, TTLCache

from dashboard.access.session import Refused, Session, session_id
from dashboard.access.viewer import Viewer, Visibility
from dashboard.runtime.audit import Audit
from dashboard.runtime.rate import Rate
from dashboard.sharing import pass_codes
from dashboard.sharing.refusals import (
    OVER,
    LinkOver,
    LinkUnknown,
    NotAllowed,
    NotShared,
    TooManyCodes,
    TooManyGuests,
    WrongCode,
)
from dashboard.sharing.share import Share
from dashboard.sharing.store import ShareStore, StoreFailed

log = logging.getLogger(__name__)

COOKIE = "catena_guest"
"""Holds a guest's secret."""
LEAST_SECONDS, MOST_SECONDS = 3600.0, 90 * 86_400.0
LABEL, VIEW = 80, 2000
"""Characters at most."""
COMERS, COMERS_SECONDS = 300, 600.0
"""So many come in by one link from one address; only so many are kept, and who comes again and again ends others'."""
REMEMBERED_SECONDS = 1.0
"""A page asks several times a second: a link is read so seldom. What this process changes is seen at once."""
USE_SECONDS = 60.0
"""The last use of a link is written down so seldom."""


class Shares:
    """The share links of one dashboard. Thread-safe."""

    def __init__(
        self,
        store: ShareStore,
        audit: Audit,
        clock: Callable[[], float] = time.time,
        *,
        timer: Callable[[], float] = time.monotonic,
        tries: pass_codes.WrongCodes | None = None,
    ) -> None:
        """`clock`: seconds since 1970; `timer`: seconds that only pass, whatever the clock is set to.

        `tries`: counts wrong pass codes; None: in this process.
        """
        self._store = store
        self._audit = audit
        self._clock = clock
        self._lock = threading.Lock()
        self._of_guest: TTLCache[str, Share | None] = TTLCache(10_000, REMEMBERED_SECONDS, timer)
        self._used: dict[str, float] = {}
        """When the last use of a link was written down."""
        self._arriving: LRUCache[str, str] = LRUCache(10_000)
        """From where they came whose session is new: what only follows a link, to preview it, never uses it."""
        self._tries = tries or pass_codes.Tries()
        self._comers = Rate(COMERS, COMERS_SECONDS, timer)

    def make(
        self,
        viewer: Viewer,
        label: str,
        visibility: Visibility,
        seconds: float,
        *,
        may_export: bool = False,
        may_see_trails: bool = False,
        view: str = "",
        pass_code: str = "",
    ) -> tuple[Share, str]:
        """A new link, and the token in its address, which is told only now.

        It shows so much of `visibility` as its maker may see now, for `seconds` from now. `view` is the query of the
        map's address that it opens with. Raises `NotShared`, `NotAllowed` and `StoreFailed`.
        """
        _check_operator(viewer)
        label, pass_code = " ".join(label.split()), pass_code.strip()
        if not label or len(label) > LABEL or not label.isprintable():
            raise NotShared(
                f"Give the link a label of at most {LABEL} characters: its guests see it as a title."
            )
        if pass_code and not pass_codes.LEAST <= len(pass_code) <= pass_codes.MOST:
            raise NotShared(f"A pass code has {pass_codes.LEAST} to {pass_codes.MOST} characters.")
        if visibility.fleets is None or len(view) > VIEW:
            raise NotShared("Say which fleets the link shows, with fewer filters.")
        shown = visibility.within(viewer.visibility)
        if not shown.fleets or shown.sources == frozenset():
            raise NotAllowed("Choose at least one fleet that you see yourself.")
        now = self._clock()
        share = Share(
            id=secrets.token_hex(8),
            label=label,
            made_by=viewer.name,
            made_at=now,
            expires_at=now + _checked(seconds),
            visibility=shown,
            may_export=may_export and viewer.may_export,
            may_see_trails=may_see_trails and viewer.may_see_trails and not shown.rounded,
            view=urlencode(parse_qsl(view)),
            has_pass_code=bool(pass_code),
        )
        token = secrets.token_urlsafe(32)
        self._store.add(share, _digest(token), pass_codes.hashed(pass_code) if pass_code else "")
        self._audit.record("share made", viewer.name, viewer.address, label)
        return share, token

    def listed(self, viewer: Viewer) -> list[Share]:
        """The links that an operator may see: those that they made, and those that show only what they see."""
        _check_operator(viewer)
        return [share for share in self._store.shares() if _made(viewer, share) or _sees(viewer, share)]

    def prolong(self, viewer: Viewer, share_id: str, seconds: float) -> None:
        """Let a link end `seconds` from now, whether or not its time is over. Raises as `make` does.

        Whoever does it must see all that it shows, even if they made it: their rights may have become fewer.
        """
        share = self._of(viewer, share_id)
        if share.revoked:
            raise NotShared("The link was revoked, which cannot be undone; make another one.")
        if not _sees(viewer, share):
            raise NotAllowed("The link shows fleets that you do not see any more; you can only revoke it.")
        self._change(share_id, expires_at=self._clock() + _checked(seconds))
        self._audit.record("share prolonged", viewer.name, viewer.address, share.label)

    def revoke(self, viewer: Viewer, share_id: str) -> None:
        """End a link, for good. Raises `NotAllowed` and `StoreFailed`."""
        share = self._of(viewer, share_id)
        self._change(share_id, revoked=True)
        self._audit.record("share revoked", viewer.name, viewer.address, share.label)

    def get(self, share_id: str) -> Share | None:
        """A link by its id. Raises `StoreFailed`."""
        return self._store.share(share_id)

    def find(self, token: str) -> Share:
        """The link of a token. Raises `LinkUnknown`, `LinkOver` and `StoreFailed`."""
        return self._found(token)[0]

    def open(self, token: str, pass_code: str = "", address: str = "") -> tuple[Share, str]:
        """Let a guest in: the link, and the secret that their browser is to hold. Raises `NotOpened`, `StoreFailed`."""
        share, code = self._found(token)
        if code:
            if not self._tries.begin(share.id, self._clock()):
                raise TooManyCodes(
                    "Too many wrong pass codes were tried. Wait a quarter of an hour, then try again."
                )
            if not pass_codes.matches(pass_code, code):
                raise WrongCode("That is not the pass code of this link. Ask whoever sent it to you.")
            self._tries.was_right(share.id)
        if address and self._comers.take(f"{share.id} {address}"):
            raise TooManyGuests("Too many opened this link from where you are. Try again in a few minutes.")
        secret = secrets.token_urlsafe(32)
        guest = session_id(secret)
        self._store.add_guest(guest, share.id, self._clock())
        with self._lock:
            self._arriving[guest] = address
        return share, secret

    def way(self, cookies: Mapping[str, str]) -> Session | Refused | None:
        """The way in of guests, as the door asks for it; a store that fails lets nobody in, and says so."""
        secret = cookies.get(COOKIE)
        if not secret:
            return None
        guest, now = session_id(secret), self._clock()
        try:
            share = self._remembered(guest)
            if share is None:
                return None
            if share.over(now):
                return Refused("share_over", share.label)
            self._note_use(guest, share, now)
        except StoreFailed as error:
            log.warning("A guest was not let in: %s", error)
            return Refused("shares_fail")
        return Session(guest, "guest", share.grant, share.expires_at)

    def _found(self, token: str) -> tuple[Share, str]:
        found = self._store.by_token(_digest(token))
        if found is None:
            raise LinkUnknown("There is no such link. Perhaps a part of it is missing: copy all of it.")
        if found[0].over(self._clock()):
            raise LinkOver(OVER)
        return found

    def _remembered(self, guest: str) -> Share | None:
        with self._lock:  # held while it is read, so that nothing is remembered from before a change
            try:
                return self._of_guest[guest]  # not looked for first: it may be over in between
            except KeyError:
                found = self._of_guest[guest] = self._store.of_guest(guest)
                return found

    def _note_use(self, guest: str, share: Share, now: float) -> None:
        with self._lock:
            came_from = self._arriving.pop(guest, None)
            due = now - self._used.get(share.id, 0.0) >= USE_SECONDS
            if due:
                self._used[share.id] = now
        if came_from is not None:
            self._audit.record("share used", share.label, came_from, f"made by {share.made_by}")
        if due:
            try:
                self._store.change(share.id, last_used_at=now)
            except StoreFailed as error:  # a full disk: those who are in stay
                log.warning("The last use of a link was not kept: %s", error)

    def _of(self, viewer: Viewer, share_id: str) -> Share:
        _check_operator(viewer)
        share = self._store.share(share_id)
        if share is None or not (_made(viewer, share) or _sees(viewer, share)):
            raise NotAllowed("There is no such link.")
        return share

    def _change(self, share_id: str, *, expires_at: float | None = None, revoked: bool | None = None) -> None:
        with self._lock:
            self._store.change(share_id, expires_at=expires_at, revoked=revoked)
            self._of_guest.clear()


def _check_operator(viewer: Viewer) -> None:
    if not viewer.may_invite:
        raise NotAllowed("Only operators of this dashboard may share. Ask one of them.")


def _checked(seconds: float) -> float:
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        raise NotShared("A link lasts from 1 hour to 90 days.")
    return seconds


def _made(viewer: Viewer, share: Share) -> bool:
    return share.made_by == viewer.name


def _sees(viewer: Viewer, share: Share) -> bool:
    return share.visibility.within(viewer.visibility) == share.visibility


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
