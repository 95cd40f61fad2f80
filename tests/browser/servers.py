"""Servers that tests share: started at the first use, stopped when others are wanted more."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

from tests.browser.rig import Server

MOST = 3
"""An idle dashboard polls on, which a small machine feels."""


class Servers:
    """Running servers by what they were started with, the one unused for the longest first."""

    def __init__(self) -> None:
        self._running: dict[object, tuple[Server, ExitStack]] = {}

    def get(self, key: object, made: Callable[[], AbstractContextManager[Server]]) -> Server:
        """The server of a key; a new one takes the place of the one unused for the longest."""
        if key in self._running:
            self._running[key] = self._running.pop(key)
        else:
            while len(self._running) >= MOST:
                self._stop(next(iter(self._running)))
            stack = ExitStack()
            self._running[key] = stack.enter_context(made()), stack
        return self._running[key][0]

    def stop(self) -> None:
        """Stop all of them."""
        for key in list(self._running):
            self._stop(key)

    def _stop(self, key: object) -> None:
        _server, stack = self._running.pop(key)
        stack.close()


EVERYWHERE = Servers()
