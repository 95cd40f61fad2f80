"""What a 429 asks for: that nobody asks that list again before so many seconds are over."""

import threading
from collections.abc import Callable

from catena_client.call import Call


class Pauses:
    """Until when each list (method and path template) must not be asked, for all who share a client."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def until(self, call: Call) -> float:
        """Return the clock time up to which a call must not be sent; one in the past where it may be."""
        with self._lock:
            return self._until.get(str(call), 0.0)

    def begin(self, call: Call, seconds: float) -> float:
        """Note what the API asked for and return `until`, never an earlier one than before."""
        with self._lock:
            self._until[str(call)] = max(self._until.get(str(call), 0.0), self.clock() + seconds)
            return self._until[str(call)]
