"""The dashboards that the browser tests visit: the one on simulated data throughout, of others the one used last."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.browser import rig

POLL_SECONDS = 1.0
"""Of the dashboards here: less than any setting can ask for."""
HASTY = ("-m", "tests.browser.hasty")


class Servers:
    """Starts dashboards in a folder when they are first asked for, until `stack` is closed."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._simulated: rig.Server | None = None
        self._other: tuple[object, rig.Server] | None = None
        self._other_stack = stack.enter_context(ExitStack())
        self._port = rig.free_port()
        """Of all others, one after the other: the browser keeps Streamlit's scripts by their address."""

    def dashboard(
        self, environ: Mapping[str, str] | None = None, *, anew: bool = False, **given: Any
    ) -> rig.Server:
        """The dashboard with an environment and what else `rig.dashboard` takes; on simulated data without any.

        `anew`: a process that nobody has visited.
        """
        if environ is None and not given:
            if self._simulated is None:
                self._simulated = self._stack.enter_context(rig.dashboard(self._folder, program=HASTY))
            return self._simulated
        wanted = environ, given
        if anew or self._other is None or self._other[0] != wanted:
            self._other = None
            self._other_stack.close()
            started = rig.dashboard(self._folder, environ, port=self._port, program=HASTY, **given)
            self._other = wanted, self._other_stack.enter_context(started)
        return self._other[1]
