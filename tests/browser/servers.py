"""The dashboards that the browser tests visit: the one on simulated data throughout, of others the one used last."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.browser import rig
from tests.browser.forked import fork


class Servers:
    """Starts dashboards in a folder when they are first asked for, until `stack` is closed."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._simulated: rig.Server | None = None
        self._asleep = False
        self._other: tuple[object, rig.Server] | None = None
        self._other_stack = stack.enter_context(ExitStack())
        self._port = rig.free_port()
        """Of all others, one after the other: the browser keeps Streamlit's scripts by their address."""

    def dashboard(
        self,
        environ: Mapping[str, str] | None = None,
        *,
        base_path: str = "",
        secrets: str = "",
        script: str = "app.py",
        hasty: bool = True,
        anew: bool = False,
    ) -> rig.Server:
        """A dashboard with an environment; on simulated data without anything.

        `secrets` is the content of secrets.toml, `script` what is shown in the place of the dashboard, `hasty` whether
        it polls each second, `anew` a process that nobody has visited.
        """
        wanted = environ, base_path, secrets, script, hasty
        if wanted == (None, "", "", "app.py", True):
            if self._simulated is None:
                self._simulated = self._stack.enter_context(self._started(rig.free_port(), *wanted))
            elif self._asleep:
                self._asleep = False
                os.kill(self._simulated.process.pid, signal.SIGCONT)
                self._simulated.wait_until(f"{self._simulated.url}/readyz")
            return self._simulated
        if anew or self._other is None or self._other[0] != wanted:
            self._other = None
            self._other_stack.close()
            self._other = wanted, self._other_stack.enter_context(self._started(self._port, *wanted))
        return self._other[1]

    def rest(self) -> None:
        """Nobody looks: hold up the one on simulated data, whose polls keep a processor busy, until it is asked for."""
        if self._simulated is not None and not self._asleep:
            self._asleep = True
            os.kill(self._simulated.process.pid, signal.SIGSTOP)

    @contextmanager
    def _started(
        self,
        port: int,
        environ: Mapping[str, str] | None,
        base_path: str,
        secrets: str,
        script: str,
        hasty: bool,
    ) -> Iterator[rig.Server]:
        url = f"http://127.0.0.1:{port}" + (f"/{base_path}" if base_path else "")
        log_path = self._folder / f"dashboard-{port}.log"
        folder = rig.project(self._folder, secrets=secrets, base_path=base_path)
        process = fork(
            ["run", script, "--server.port", str(port)],
            rig.environment(
                self._folder,
                {
                    "CATENA_POLL_SECONDS": "2",
                    "CATENA_DATA_FOLDER": str(
                        self._folder / f"data-{port}"
                    ),  # the process knows no other place
                    **(environ or {}),
                },
            ),
            log_path,
            folder,
            hasty=hasty,
        )
        server = rig.Server(url, log_path, process, folder)
        try:
            server.wait_until(f"{url}/_stcore/health")
            yield server
        finally:
            server.stop()
