"""When memory is tidied up: after a snapshot is published, in the poller's thread, never in a viewer's.

What a snapshot and its names hold are many objects that form no cycles and die with it by reference count. Each search
for garbage through all objects would walk them, while every viewer waits.

What they leave behind lies between what others hold. Linux' allocator does not give that back by itself, and as the
next snapshot's rows are of other lengths, it takes more.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import time
from collections.abc import Callable

import pyarrow as pa

WHOLE_SECONDS = 60.0
"""All objects are searched at most this often; a cycle of garbage lives on so long at the most."""

ALLOCATOR = ctypes.CDLL(None) if sys.platform == "linux" else None
"""That of C, if it is glibc's: others have neither its troubles nor its settings."""
SETTINGS = {"M_ARENA_MAX": (-8, 1), "M_MMAP_THRESHOLD": (-3, 1_000_000)}
"""What it is told, with its numbers: threads share free memory, and a block as large as a column goes back at once."""


class GarbageCollector:
    """Sets aside what lives long, and searches it once in a while; gives free memory back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._searched_at = float("-inf")
        for setting in SETTINGS.values():
            _call("mallopt", *setting)
        pa.set_memory_pool(pa.system_memory_pool())  # its own keeps some for each thread

    def snapshot_published(self) -> None:
        """Take all that is alive out of the ordinary searches, after a whole one when it is due."""
        if self._clock() - self._searched_at >= WHOLE_SECONDS:
            self._searched_at = self._clock()
            gc.unfreeze()
            gc.collect()
        gc.freeze()
        _call("malloc_trim", 0)


def _call(name: str, *given: int) -> None:
    if hasattr(ALLOCATOR, name):
        getattr(ALLOCATOR, name)(*given)
