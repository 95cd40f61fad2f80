"""The key in the address that the start prints: without sign-in it is the only way to real fleets.

That a request was made on this machine does not tell by whom: a proxy, a tunnel or a page on another port of it may
stand between. So whoever comes has to show that they can read what the start has written.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable, Mapping

from cachetools import LRUCache

from dashboard.access.grants import EVERYBODY
from dashboard.access.session import Session, session_id

PARAMETER = "key"
COOKIE = "catena_key_"
"""The port follows, since cookies of all ports of a machine come together."""
MOST = 1000
"""Browsers that are known at once."""
LIFE_SECONDS = 30 * 86400.0


class StartKey:
    """The key of one process, and the browsers that have shown it. Thread-safe."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.text = secrets.token_urlsafe(32)
        """The key itself: for the address that is printed, and nowhere else."""
        self._clock = clock
        self._lock = threading.Lock()
        self._until: LRUCache[str, float] = LRUCache(MOST)

    def fits(self, key: str) -> bool:
        """Whether a text is the key."""
        return hmac.compare_digest(key.encode(), self.text.encode())

    def cookie(self) -> str:
        """What a browser that has shown the key is to hold from now on."""
        held = secrets.token_urlsafe(32)
        with self._lock:
            self._until[session_id(held)] = self._clock() + LIFE_SECONDS
        return held

    def way(self, cookies: Mapping[str, str]) -> Session | None:
        """The session of a browser that has shown the key."""
        for name, held in cookies.items():
            if name.startswith(COOKIE):
                found = session_id(held)
                with self._lock:
                    until = self._until.get(found)
                if until is not None:
                    return Session(found, "key", EVERYBODY, until)
        return None
