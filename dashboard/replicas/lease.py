"""Which replica may do what only one may do, and until when."""

from __future__ import annotations

import time
from collections.abc import Callable

from dashboard.replicas.store import SharedStore


class Lease:
    """One replica's hold on a name. For one thread; `held` and `token` may be read by all.

    The replica counts the time by itself, from before it asks: whether Redis can be reached or not, its hold ends no
    later than another replica can take the lease.
    """

    def __init__(
        self, store: SharedStore, name: str, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._name = name
        self._seconds = seconds
        self._clock = clock
        self._until = float("-inf")
        self.token = 0
        """That of the last taking: writes with it are refused once somebody else has taken the lease."""

    @property
    def held(self) -> bool:
        """Whether it is held now."""
        return self._clock() < self._until

    def keep(self) -> bool:
        """Renew it while it is held; whether it still is. Raises `Unreachable`."""
        asked = self._clock()
        if not self.held:
            return False
        kept = self._store.renew(self._name, self.token, self._seconds)
        self._until = asked + self._seconds if kept else float("-inf")
        return kept

    def take(self) -> bool:
        """Take it if nobody holds it; whether that was so. Raises `Unreachable`."""
        asked = self._clock()
        token = self._store.take(self._name, self._seconds)
        if token is not None:
            self.token, self._until = token, asked + self._seconds
        return token is not None

    def release(self) -> None:
        """Give it back. Raises `Unreachable`; then it ends by itself."""
        if self.held:
            self._until = float("-inf")
            self._store.release(self._name, self.token)
