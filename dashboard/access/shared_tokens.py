"""Ids of the feed that all replicas give alike, and answer whichever of them gave it.

An id is a keyed digest of what it stands for, the session and five minutes of the clock. Redis tells a replica that has
not made it what it stands for; what does not fit the digest counts as nothing, whoever wrote it there.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar, cast

import msgspec
from cachetools import LRUCache
from starlette.requests import Request

from catena_client import Secret
from dashboard.access.session import SESSION
from dashboard.access.tokens import GIVEN_SECONDS, LIFE_SECONDS, MOST, FeedTokens
from dashboard.replicas.store import SharedStore, Unreachable
from dashboard.runtime.workers import Workers

T = TypeVar("T")
LENGTH = 16


class Written(msgspec.Struct, array_like=True, frozen=True):
    """What Redis holds of an id."""

    kind: str
    """Of what it stands for, with all its fields, so that another version of the dashboard does not read it."""
    entry: msgspec.Raw
    session: str
    since: int
    """When its five minutes began, seconds since 1970."""


@dataclass(frozen=True, slots=True)
class _Made:
    entry: Hashable
    session: str
    since: int


class SharedFeedTokens(FeedTokens):
    """`FeedTokens` of all replicas. Thread-safe; `entry` alone looks into Redis."""

    def __init__(self, store: SharedStore, key: Secret, clock: Callable[[], float] = time.time) -> None:
        """`key` is a secret of the deployment, `clock` gives seconds since 1970."""
        super().__init__(clock)
        self._store = store
        self._key = hmac.digest(key.reveal().encode(), b"ids of the feed", hashlib.sha256)
        self._clock = clock
        self._begin: LRUCache[tuple[Hashable, str], int] = LRUCache(MOST)
        """Into which second of five minutes those of an id begin: not all pages ask for everything anew at once."""
        self._known: LRUCache[tuple[Hashable, str, int], str] = LRUCache(MOST)
        self._made: LRUCache[str, _Made] = LRUCache(MOST)
        self._writer = Workers(1, "feed ids")

    def close(self) -> None:
        """Tell the other replicas of no more."""
        self._writer.close()

    def id_of(self, entry: Hashable, session: str = "") -> str:
        """As in `FeedTokens`."""
        now = int(self._clock())
        with self._lock:
            begin = self._begin.get((entry, session), -1)
            known = self._known.get((entry, session, _since(now, begin)), "")
            if known in self._made:
                return known
        encoded = _encoded(entry)
        if begin < 0:
            begin = int.from_bytes(self._digest(encoded + session.encode())[:4]) % GIVEN_SECONDS
        since = _since(now, begin)
        written = Written(_kind(type(entry)), msgspec.Raw(encoded), session, since)
        token = self._named(written)
        with self._lock:
            self._begin[entry, session] = begin
            self._known[entry, session, since] = token
            self._made[token] = _Made(entry, session, since)
        self._writer.submit(self._tell, token, written)
        return token

    def entry(self, request: Request, kind: type[T]) -> T | None:
        """As in `FeedTokens`. Not for the event loop: it may wait for Redis."""
        token = request.query_params.get("id", "")
        with self._lock:
            made = self._made.get(token)
        if made is None and len(token) == LENGTH:
            made = self._asked_for(token, kind)
        if made is None or made.session != request.scope.get(SESSION, "") or self._left(made.since) <= 0:
            return None
        return made.entry if isinstance(made.entry, kind) else None

    def _asked_for(self, token: str, kind: type[T]) -> _Made | None:
        try:
            found = self._store.get(_name(token))
            if found is None:
                return None
            written = msgspec.json.decode(found[0], type=Written)
            if written.kind != _kind(cast(Hashable, kind)) or not hmac.compare_digest(
                self._named(written), token
            ):
                return None
            made = _Made(msgspec.json.decode(written.entry, type=kind), written.session, written.since)
        except (Unreachable, msgspec.DecodeError):
            return None
        with self._lock:
            self._made[token] = made
        return made

    def _tell(self, token: str, written: Written) -> None:
        # A browser that asks another replica meanwhile gets its data with the next id.
        with suppress(Unreachable):
            self._store.put(_name(token), msgspec.json.encode(written), self._left(written.since))

    def _left(self, since: int) -> float:
        return since + LIFE_SECONDS - self._clock()

    def _named(self, written: Written) -> str:
        return urlsafe_b64encode(self._digest(msgspec.json.encode(written))).decode()[:LENGTH]

    def _digest(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, hashlib.sha256)


def _since(now: int, begin: int) -> int:
    return (now - begin) // GIVEN_SECONDS * GIVEN_SECONDS + begin


def _name(token: str) -> str:
    return f"feed:{token}"


def _encoded(entry: object) -> bytes:
    return msgspec.json.encode(entry, order="deterministic")  # sets are written alike in every process


@lru_cache
def _kind(kind: Hashable) -> str:
    """A kind of entry, with all its fields."""
    schema = msgspec.json.encode(msgspec.json.schema(kind), order="sorted")
    return f"{getattr(kind, '__name__', '')} {hashlib.blake2b(schema, digest_size=8).hexdigest()}"
