"""When sessions last gave a sign of life, on whichever replica."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from dashboard.replicas.store import SharedStore, Unreachable

EXCHANGE_SECONDS, KEPT_SECONDS = 15.0, 7 * 86_400.0
"""So often replicas tell each other which sessions gave a sign of life, and for so long that is kept."""
EXCHANGE = """
for at = 2, #ARGV, 2 do
  local last = redis.call('ZSCORE', KEYS[1], ARGV[at])
  if not last or tonumber(last) < tonumber(ARGV[at + 1]) then redis.call('ZADD', KEYS[1], ARGV[at + 1], ARGV[at]) end
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
return redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
"""


class SignsOfLife:
    """What this replica has seen, and what the others told of what they have. Thread-safe."""

    def __init__(self, store: SharedStore, name: str, clock: Callable[[], float]) -> None:
        """`clock`: seconds since 1970."""
        self._exchange = store.script(EXCHANGE)
        self._name = name
        self._clock = clock
        self._lock = threading.Lock()
        self._untold: dict[str, float] = {}
        self._known: Mapping[str, float] = {}
        self._at = float("-inf")

    def note(self, session_id: str, at: float) -> None:
        """A session gave one here."""
        with self._lock:
            self._untold[session_id] = at

    def last(self, session_id: str) -> float:
        """When a session last gave one, as far as it was told; else minus infinity."""
        return self._known.get(session_id, float("-inf"))

    def exchange(self) -> None:
        """Tell the others and hear of them, if that is due. Raises `Unreachable`."""
        if time.monotonic() - self._at < EXCHANGE_SECONDS:
            return
        with self._lock:
            untold, self._untold = self._untold, {}
        told = [part for pair in untold.items() for part in pair]
        try:
            read = iter(self._exchange([self._name], self._clock() - KEPT_SECONDS, *told))
        except Unreachable:
            with self._lock:
                self._untold = untold | self._untold
            raise
        self._known = {name.decode(): float(at) for name, at in zip(read, read, strict=True)}
        self._at = time.monotonic()
