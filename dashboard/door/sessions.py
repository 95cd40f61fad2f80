"""Who looks: the ways in asked in order, and what ends a session before its cookie does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dashboard.access.session import Refused, Session, Way

log = logging.getLogger(__name__)

KEPT_SECONDS = 100 * 86_400.0
"""How long it is kept that a session has ended which does not end by itself: it does so with the process."""
MOST = 100_000
"""Sessions whose last sign of life is remembered."""


class EndedSessions(Protocol):
    """Where it is kept which sessions have ended. Thread-safe."""

    def end(self, session_id: str, until: float) -> None:
        """Keep a session ended until it would have ended by itself, in seconds since 1970; it may be infinite.

        From then on it has ended for this process, also if that cannot be written, which raises `OSError`.
        """

    def ended(self, session_id: str) -> bool:
        """Whether a session was ended. Never raises."""

    def lives(self, session_id: str, at: float) -> None:
        """A session gave a sign of life here, in seconds since 1970. Never raises, and returns at once."""

    def last_life(self, session_id: str) -> float:
        """When it last gave one on another replica, as far as that is known; else minus infinity. Never raises."""


@dataclass(slots=True)
class _Known:
    until: float
    last: float


class Sessions:
    """Finds the session of whoever sends cookies. Thread-safe."""

    def __init__(
        self,
        ways: Sequence[Way],
        ended: EndedSessions,
        idle_seconds: float,
        clock: Callable[[], float],
        begun: Callable[[Session, str], None] = lambda _session, _address: None,
    ) -> None:
        """`begun` is told of each session once, when this process first sees it, and from which address.

        After `idle_seconds` without a sign of life the session of a person who signed in ends. Other ways in end
        with their link or with the process.
        """
        self._ways = ways
        self._ended = ended
        self._idle_seconds = idle_seconds
        self._clock = clock
        self._begun = begun
        self._lock = threading.Lock()
        self._known: dict[str, _Known] = {}

    def of(
        self, cookies: Mapping[str, str], address: str = "", *, kind: str = ""
    ) -> Session | Refused | None:
        """Who sends these cookies from an address: the first way that lets them in counts, else the first that refuses.

        `kind`: only sessions of a kind count.
        """
        refused: Refused | None = None
        for way in self._ways:
            found = way(cookies)
            if isinstance(found, Session):
                if found.kind == "open" and refused is not None:
                    break  # a guest whose link is over does not see everything instead
                if kind and found.kind != kind:
                    continue
                if not self._is_over(found, address):
                    return found
                found = Refused("ended", found.grant.name)
            refused = refused or found
        return refused

    def end(self, session: Session) -> None:
        """End a session, for copies of its cookie too; where that cannot be written, for as long as we run."""
        try:
            self._ended.end(session.id, min(session.until, self._clock() + KEPT_SECONDS))
        except OSError as error:
            log.warning("A session that has ended may be open again after a new start: %s", error)
        with self._lock:
            self._known.pop(session.id, None)

    def _is_over(self, session: Session, address: str) -> bool:
        if session.kind == "open":
            return False
        now = self._clock()
        with self._lock:
            known = self._known.get(session.id)
            last = known.last if known is not None else float("-inf")
            if now - last > self._idle_seconds:
                last = max(last, self._ended.last_life(session.id))
            idle = session.kind == "signed_in" and self._idle_seconds < now - last < float("inf")
            if known is not None and not idle:
                known.last = now
        if now >= session.until or self._ended.ended(session.id):
            return True
        if idle:
            self.end(session)
            return True
        if session.kind == "signed_in":
            self._ended.lives(session.id, now)
        return known is None and not self._is_begun(session, now, address)

    def _is_begun(self, session: Session, now: float, address: str) -> bool:
        with self._lock:
            if new := session.id not in self._known:
                self._known[session.id] = _Known(session.until, now)
            if len(self._known) > MOST:
                self._known = {name: known for name, known in self._known.items() if known.until > now}
        # Only now: who ends it from here on finds it among the known.
        if self._ended.ended(session.id):
            with self._lock:
                self._known.pop(session.id, None)
            return False
        if new:
            self._begun(session, address)
        return True
