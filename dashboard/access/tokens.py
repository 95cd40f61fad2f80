"""What the addresses of the feed stand for.

A browser asks for data by an address that a page made for its viewer. The id in it is random and means nothing: what
may be seen and was asked for stays in this process, so nothing in an address can widen it, and nothing in it tells. An
id belongs to the session that it was given to: in another browser it opens nothing, nor once that session may see less.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Hashable
from typing import TypeVar

from cachetools import TTLCache
from starlette.requests import Request

from dashboard.access.session import SESSION

LIFE_SECONDS = 600
"""How long an id is answered after it was made, whoever goes on looking: an address that got out ends by itself."""
GIVEN_SECONDS = 300
"""How long pages are given the same id. One that is still open then gets a new one with its next tick."""
MOST = 10_000
"""Ids known at once; beyond it the one that was not asked for longest is forgotten, and its page gets a new one."""

T = TypeVar("T")


class FeedTokens:
    """Ids of what pages show now; those of a session that show the same have the same. One per process, thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._ids: TTLCache[tuple[Hashable, str], str] = TTLCache(MOST, GIVEN_SECONDS, clock)
        self._entries: TTLCache[str, tuple[Hashable, str]] = TTLCache(MOST, LIFE_SECONDS, clock)

    def id_of(self, entry: Hashable, session: str = "") -> str:
        """An id of an entry, answered to a session for another five minutes at least; "" is one without the door."""
        with self._lock:
            token = self._ids.get((entry, session), "")
            if self._entries.get(token) is None:
                token = secrets.token_urlsafe(12)
                self._ids[entry, session] = token
                self._entries[token] = entry, session
            return token

    def entry(self, request: Request, kind: type[T]) -> T | None:
        """The entry that a request names; None if its id is missing, made up, expired, of another kind or session."""
        with self._lock:
            entry, session = self._entries.get(request.query_params.get("id", ""), (None, ""))
        return entry if isinstance(entry, kind) and session == request.scope.get(SESSION, "") else None
