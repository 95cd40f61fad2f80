"""Share links and ended sessions that all replicas of a dashboard have in common, in Redis: digests, never a token.

Each replica knows all links, and what has ended, by heart: it looks twice a second, and at once when another one has
changed something. What it knows and Redis has lost it writes anew.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import msgspec
from cachetools import LRUCache

from dashboard.replicas.follower import Follower
from dashboard.replicas.store import SharedStore, Unreachable
from dashboard.sharing.share import Share
from dashboard.sharing.shared_links import (
    SCHEMA,
    Kept,
    Known,
    ended_name,
    id_in,
    is_forgotten,
    link_name,
    share_of,
    with_read,
)
from dashboard.sharing.signs_of_life import SignsOfLife
from dashboard.sharing.store import GUESTS, KEPT_SECONDS, StoreFailed

NAME = "shares"
"""The hash of all of it; and what is told of changes."""
STALE_SECONDS = 60.0
"""Without Redis what is known counts for so long; after that no guest is let in any more."""
GUEST_SECONDS = 60.0
"""For so long it is believed that a guest's session is still kept."""
KEPT_MILLISECONDS = int(2 * KEPT_SECONDS * 1000)
"""How long a guest's session is kept that nobody uses."""
WRITES = 50
"""How often a change is tried that others come before."""
FAILED = "Share links cannot be read or written now: {0}"

READ = """
if redis.call('HGET', KEYS[1], 'version') == ARGV[1] then return false end
return redis.call('HGETALL', KEYS[1])
"""
WRITE = """
if (redis.call('HGET', KEYS[1], 'version') or '') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[2])
redis.call('HSETNX', KEYS[1], 'begun', ARGV[2])
for at = 3, #ARGV, 2 do
  if ARGV[at + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[at])
  else redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1]) end
end
redis.call('PUBLISH', KEYS[1], 'changed')
return 1
"""
ADD_GUEST = """
redis.call('SET', KEYS[2] .. ARGV[1], ARGV[2], 'PX', ARGV[4])
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
for _, guest in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1 - tonumber(ARGV[5]))) do
  redis.call('DEL', KEYS[2] .. guest)
  redis.call('ZREM', KEYS[1], guest)
end
"""
OF_GUEST = """
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('GET', KEYS[1])
"""
FORGET = "return redis.call('DEL', unpack(KEYS))"


class SharedShareStore:
    """A `ShareStore`, and `EndedSessions` of the door, of all replicas. Thread-safe."""

    def __init__(self, store: SharedStore, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._reading = threading.Lock()
        """Held while Redis is asked for what is new."""
        self._lock = threading.Lock()
        """Never held while anybody is waited for."""
        self._known = Known()
        self._read_at = float("-inf")
        self._guests: LRUCache[str, tuple[str, float]] = LRUCache(10_000)
        """By which links guests came, and when that was asked."""
        self._guests_in = b""
        """The `Known.begun` for which Redis has these guests."""
        self._signs = SignsOfLife(store, f"{NAME}:life", clock)
        self._read, self._write, self._add_guest, self._of_guest, self._forget = map(
            store.script, (READ, WRITE, ADD_GUEST, OF_GUEST, FORGET)
        )
        self._follower = Follower(store, NAME, self._look)

    def close(self) -> None:
        """Know nothing new any more."""
        self._follower.close()

    def add(self, share: Share, token_digest: str, code: str) -> None:
        """As in `ShareStore`."""

        def fields(known: Known) -> dict[str, bytes]:
            number = 1 + max((kept.number for kept in known.links.values()), default=0)
            return {link_name(share.id): msgspec.json.encode(Kept(SCHEMA, number, token_digest, code, share))}

        self._change(fields)

    def change(
        self,
        share_id: str,
        *,
        expires_at: float | None = None,
        revoked: bool | None = None,
        last_used_at: float | None = None,
    ) -> None:
        """As in `ShareStore`."""
        given = {"expires_at": expires_at, "revoked": revoked, "last_used_at": last_used_at}
        changed: dict[str, Any] = {name: value for name, value in given.items() if value is not None}

        def fields(known: Known) -> dict[str, bytes]:
            kept = known.links.get(share_id)
            if kept is None:
                return {}
            share = replace(kept.share, **changed)
            return {link_name(share_id): msgspec.json.encode(msgspec.structs.replace(kept, share=share))}

        self._change(fields)

    def shares(self) -> list[Share]:
        """As in `ShareStore`."""
        kept = sorted(self._newest().links.values(), key=lambda one: (one.share.made_at, one.number))
        return [share_of(one) for one in reversed(kept)]

    def share(self, share_id: str) -> Share | None:
        """As in `ShareStore`."""
        kept = self._newest().links.get(share_id)
        return share_of(kept) if kept else None

    def by_token(self, token_digest: str) -> tuple[Share, str] | None:
        """As in `ShareStore`."""
        links = self._newest().links.values()
        return next(((share_of(kept), kept.code) for kept in links if kept.token == token_digest), None)

    def add_guest(self, guest_id: str, share_id: str, made_at: float) -> None:
        """As in `ShareStore`."""
        with _failing():
            self._keep_guest(guest_id, share_id, made_at)

    def of_guest(self, guest_id: str) -> Share | None:
        """As in `ShareStore`. Waits for Redis if the guest was not seen here of late."""
        if self.ended(guest_id):
            return None
        share_id = self._share_of(guest_id)
        if not share_id:
            return None
        if time.monotonic() - self._read_at > STALE_SECONDS or share_id not in self._known.links:
            self._newest()
        kept = self._known.links.get(share_id)
        return share_of(kept) if kept else None

    def _share_of(self, guest_id: str) -> str:
        """By which link a guest came; "" where their session is not kept."""
        with self._lock:
            known, asked = self._guests.get(guest_id, ("", float("-inf")))
        now = time.monotonic()
        if now - asked <= GUEST_SECONDS:
            return known
        try:
            found: bytes = self._of_guest([_guest(guest_id)], KEPT_MILLISECONDS) or b""
        except Unreachable as error:
            if known:
                return known
            raise StoreFailed(FAILED.format(error)) from None
        with self._lock:
            if found:
                self._guests[guest_id] = found.decode(), now
            else:
                self._guests.pop(guest_id, None)
        return found.decode()

    def end(self, session_id: str, until: float) -> None:
        """As in `EndedSessions`; returns at once. What cannot be written now is written later."""
        with self._lock:
            known, name = self._known, ended_name(session_id)
            self._known = replace(
                known,
                lacking={**known.lacking, name: repr(until).encode()},
                ended={**known.ended, session_id: until},
            )
            self._guests.pop(session_id, None)

    def ended(self, session_id: str) -> bool:
        """Whether a session was ended, by any replica. Never raises."""
        return session_id in self._known.ended

    def lives(self, session_id: str, at: float) -> None:
        """As in `EndedSessions`."""
        self._signs.note(session_id, at)

    def last_life(self, session_id: str) -> float:
        """As in `EndedSessions`."""
        return self._signs.last(session_id)

    def _look(self) -> None:
        self._load()
        self._signs.exchange()
        # It has lost the guests, whoever wrote the links anew.
        if (begun := self._known.begun) != self._guests_in:
            with self._lock:
                guests = list(self._guests.items())
            for guest, (share, _asked) in guests:
                self._keep_guest(guest, share, self._clock())
            self._guests_in = begun
        lacking = self._known.lacking
        if not lacking:
            return
        for name in lacking:
            if name.startswith(ended_name("")):
                self._forget([_guest(id_in(name))])
        now = self._clock()

        def fields(known: Known) -> dict[str, bytes]:
            past = [ended_name(name) for name, until in known.ended.items() if until < now]
            over = [link_name(name) for name, kept in known.links.items() if is_forgotten(kept, now)]
            return {**known.lacking, **dict.fromkeys([*past, *over], b"")}

        self._write_over(fields)

    def _keep_guest(self, guest_id: str, share_id: str, made_at: float) -> None:
        keys = [f"{NAME}:guests:{share_id}", _guest("")]
        self._add_guest(keys, guest_id, share_id, made_at, KEPT_MILLISECONDS, GUESTS)

    def _newest(self) -> Known:
        with _failing():
            self._load()
        return self._known

    def _load(self) -> None:
        """Know what Redis holds now."""
        with self._reading:
            read = self._read([NAME], self._known.version)
            if read is not None:
                parts = iter(read)
                fields = {name.decode(): value for name, value in zip(parts, parts, strict=True)}
                with self._lock:
                    self._known = with_read(self._known, fields, self._clock())
            self._read_at = time.monotonic()

    def _change(self, fields: Callable[[Known], Mapping[str, bytes]]) -> None:
        with _failing():
            self._write_over(fields)

    def _write_over(self, fields: Callable[[Known], Mapping[str, bytes]]) -> None:
        """Write what `fields` makes of what there is; once more where that has changed meanwhile."""
        for _try in range(WRITES):
            self._load()
            known = self._known
            pairs = [part for pair in fields(known).items() for part in pair]
            if not pairs:
                return
            if self._write([NAME], known.version, secrets.token_hex(8), *pairs):
                self._load()
                return
        raise StoreFailed("Too many change share links at once; try again.")


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except Unreachable as error:
        raise StoreFailed(FAILED.format(error)) from None


def _guest(guest_id: str) -> str:
    return f"{NAME}:guest:{guest_id}"
