"""Threads that are used again: starting one for each request costs more than all else that a try costs."""

import queue
import threading
from collections.abc import Callable
from typing import Final

IDLE_SECONDS: Final = 30.0
"""A thread without work for so long ends."""

WORKING: Final = "catena-call"
IDLE: Final = "catena-idle"
"""Names of its threads, so that a dump of all threads tells which are at work."""

_Work = Callable[[], None]


class Workers:
    """Does each piece of work at once, in an idle thread or a new one. Nobody waits for them at the end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[queue.SimpleQueue[_Work | None]] = []
        self._closed = False

    def do(self, work: _Work) -> None:
        """Have work done, which must not raise."""
        with self._lock:
            inbox = self._idle.pop() if self._idle else None
        if inbox is None:
            inbox = queue.SimpleQueue()
            threading.Thread(target=self._serve, args=(inbox,), name=WORKING, daemon=True).start()
        inbox.put(work)

    def close(self) -> None:
        """Let each thread end when its work is done."""
        with self._lock:
            self._closed = True
            for inbox in self._idle:
                inbox.put(None)
            self._idle.clear()

    def _serve(self, inbox: "queue.SimpleQueue[_Work | None]") -> None:
        thread = threading.current_thread()
        while True:
            try:
                work = inbox.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                with self._lock:
                    if inbox in self._idle:  # else work is on its way
                        self._idle.remove(inbox)
                        return
                continue
            if work is None:
                return
            thread.name = WORKING
            work()
            del work  # and what it holds
            thread.name = IDLE
            with self._lock:
                if self._closed:
                    return
                self._idle.append(inbox)
