"""Wrong pass codes, counted for all replicas together."""

from __future__ import annotations

import secrets

from dashboard.replicas.store import SharedStore, Unreachable
from dashboard.sharing.pass_codes import TRIES, TRIES_SECONDS
from dashboard.sharing.store import StoreFailed

BEGIN = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
"""
TAKE_BACK = "redis.call('ZPOPMAX', KEYS[1])"


class SharedTries:
    """A `WrongCodes` of all replicas. Where Redis cannot be reached no code is tried: `StoreFailed`."""

    def __init__(self, store: SharedStore) -> None:
        self._begin, self._take_back = map(store.script, (BEGIN, TAKE_BACK))

    def begin(self, link: str, now: float) -> bool:
        """As in `WrongCodes`."""
        try:
            kept, name = int(TRIES_SECONDS * 1000), secrets.token_hex(8)
            return bool(self._begin([_name(link)], now, now - TRIES_SECONDS, TRIES, kept, name))
        except Unreachable as error:
            raise StoreFailed(f"No pass code can be tried now: {error}") from None

    def was_right(self, link: str) -> None:
        """As in `WrongCodes`."""
        try:
            self._take_back([_name(link)])
        except Unreachable as error:
            raise StoreFailed(f"Nobody can be let in now: {error}") from None


def _name(link: str) -> str:
    return f"tries:{link}"
