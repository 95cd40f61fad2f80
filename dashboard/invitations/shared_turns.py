"""One after the other, whichever replica: requests for one fleet reference."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from dashboard.invitations.models import NotSent
from dashboard.replicas.lease import Lease
from dashboard.replicas.store import SharedStore, Unreachable

LEASE_SECONDS = 120.0
"""Longer than a look-up and a request take, with all their tries."""
PATIENCE_SECONDS = 10.0
LOOK_SECONDS = 0.2
BUSY = "This was not sent: somebody else is inviting under this fleet reference just now. Try it again in a minute."


class SharedTurns:
    """Lets one replica at a time send for a reference. Where Redis cannot be reached each goes on by itself."""

    def __init__(self, store: SharedStore, key: bytes) -> None:
        """`key` is the deployment's: references are nobody's business who can read Redis."""
        self._store = store
        self._key = key

    @contextmanager
    def of(self, fleet_ref: str) -> Iterator[None]:
        """Wait for the turn, and have it. Raises `NotSent` when it does not come."""
        digest = hmac.digest(self._key, fleet_ref.encode(), hashlib.sha256).hex()
        lease = Lease(self._store, f"inviting:{digest}", LEASE_SECONDS)
        with suppress(Unreachable):
            self._take(lease)
        try:
            yield
        finally:
            with suppress(Unreachable):
                lease.release()

    def _take(self, lease: Lease) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not lease.take():
            if time.monotonic() > end:
                raise NotSent(BUSY)
            time.sleep(LOOK_SECONDS)
