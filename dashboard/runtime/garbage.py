"""When Python looks for garbage: after a snapshot is published, in the poller's thread, never in a viewer's.

What a snapshot and its names hold are many objects that form no cycles and die with it by reference count. Each search
through all objects would walk them, while every viewer waits.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

WHOLE_SECONDS = 60.0
"""All objects are searched at most this often; a cycle of garbage lives on so long at the most."""


class GarbageCollector:
    """Sets aside what lives long, and searches it once in a while."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._searched_at = float("-inf")

    def snapshot_published(self) -> None:
        """Take all that is alive out of the ordinary searches, after a whole one when it is due."""
        if self._clock() - self._searched_at >= WHOLE_SECONDS:
            self._searched_at = self._clock()
            gc.unfreeze()
            gc.collect()
        gc.freeze()
