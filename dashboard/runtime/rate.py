"""How often something may be done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from cachetools import LRUCache

MOST = 100_000
"""Of those who are counted at once; beyond it the one not seen for longest begins anew."""


class Rate:
    """So many times in so many seconds, for each who does it, at once or spread. Thread-safe.

    One number is kept for each: when they would be through, had they kept to an even pace. That costs a microsecond,
    where keeping each moment costs a list that grows with the limit.
    """

    def __init__(self, times: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.times = times
        self.seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._through: LRUCache[str, float] = LRUCache(MOST)

    def take(self, who: str, number: int = 1) -> float:
        """Count something that is done `number` times; give 0, or the seconds until it is allowed: then nothing is."""
        now = self._clock()
        with self._lock:
            through = max(self._through.get(who, now), now) + number * self.seconds / self.times
            late = through - now - self.seconds
            if late > 1e-6 * self.seconds:
                return late
            self._through[who] = through
            return 0.0
