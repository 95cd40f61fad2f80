"""How many requests for locations run at once."""

from __future__ import annotations

import threading

from catena_client import Retry

MOST_AT_ONCE = 4
_LIST = "GET /v2/telematics/vehicle-locations"


class Concurrency:
    """Halved on each 429 of the list of locations, one more after each poll without any."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._most = most
        self._current = most
        self._limited = False
        self._lock = threading.Lock()

    @property
    def current(self) -> int:
        """Requests allowed at once, at least 1."""
        return self._current

    def on_retry(self, retry: Retry) -> None:
        """Told by the client about each retry, of whatever list."""
        if retry.status == 429 and retry.endpoint == _LIST:
            with self._lock:
                self._limited = True
                self._current = max(1, self._current // 2)

    def poll_done(self) -> None:
        """A whole poll is over."""
        with self._lock:
            if not self._limited:
                self._current = min(self._most, self._current + 1)
            self._limited = False
