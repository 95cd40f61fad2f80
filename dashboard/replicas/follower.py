"""Keeps what a replica knows of something shared as new as what the others wrote."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from dashboard.replicas.store import SharedStore, Unreachable

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""It is looked this often, whether a change was heard of or not."""
CLOSE_SECONDS = 1.0


class Follower:
    """Looks in a thread of its own, and at once when a change is told of."""

    def __init__(self, store: SharedStore, name: str, look: Callable[[], None]) -> None:
        """`name`: of what changes; `look` may raise `Unreachable`. Begins at once."""
        self._notices = store.listen(name)
        self._look = look
        self._name = name
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"shared {name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._closing.set()
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        reached = True
        while not self._closing.is_set():
            try:
                self._look()
                self._notices.wait(LOOK_SECONDS)
                reached = True
            except Unreachable as error:
                if reached:
                    log.warning(
                        "What replicas share (%s) is not as new as it could be: %s", self._name, error
                    )
                reached = False
                self._closing.wait(LOOK_SECONDS)
            except Exception:
                log.exception("What replicas share (%s) could not be taken in; it is tried again", self._name)
                self._closing.wait(LOOK_SECONDS)
        self._notices.close()
