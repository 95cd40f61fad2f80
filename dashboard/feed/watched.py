"""What the pages that are open ask of each snapshot, so that it can be made before they do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from cachetools import TTLCache

from dashboard.fleet.snapshot import Snapshot
from dashboard.runtime.defects import Contained

WATCHED_SECONDS = 60
"""What no page has asked for this long is no longer prepared."""
MOST = 256
"""Different things that are."""
Of = TypeVar("Of")


class Watched:
    """Remembers what was asked for. One per process, thread-safe."""

    def __init__(self) -> None:
        self._asked: TTLCache[tuple[Callable[[Snapshot, Any], object], Any], None] = TTLCache(
            MOST, WATCHED_SECONDS
        )
        self._lock = threading.Lock()

    def add(self, work: Callable[[Snapshot, Of], object], of: Of) -> None:
        """Somebody asks for `work(snapshot, of)`, which is made once per snapshot."""
        with self._lock:
            self._asked[work, of] = None

    def prepare(self, snapshot: Snapshot) -> None:
        """Make all that of a snapshot about to be published.

        Otherwise the script of whoever looks first would pay for every vehicle. What cannot be made is made again by
        the pages that ask for it, and they say so.
        """
        with self._lock:
            asked = list(self._asked)
        for work, of in asked:
            with Contained("what an open page shows of the next snapshot was not prepared"):
                work(snapshot, of)
