"""Sessions that were ended before their time, so that a copied cookie opens nothing any more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol


class EndedSessions(Protocol):
    """Where it is kept which sessions have ended. Thread-safe."""

    def end(self, session_id: str, until: float) -> None:
        """Keep a session ended until it would have ended by itself, in seconds since 1970; it may be infinite."""

    def ended(self, session_id: str) -> bool:
        """Whether a session was ended."""


class EndedInMemory:
    """Forgets with the process, as do the sessions of simulated data and of the start's key."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def end(self, session_id: str, until: float) -> None:
        """Keep a session ended."""
        now = self._clock()
        with self._lock:
            self._until = {session: end for session, end in self._until.items() if end > now}
            self._until[session_id] = until

    def ended(self, session_id: str) -> bool:
        """Whether a session was ended."""
        return session_id in self._until
