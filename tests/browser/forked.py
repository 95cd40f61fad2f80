"""Dashboards for tests: forked from a process that has imported what they need, so that a start takes no time.

They are run by `streamlit run app.py` otherwise. They also poll more often than any setting can ask for, since a real
Catena would be asked too often.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType

from streamlit.web import cli

from dashboard.configuration import settings
from dashboard.ingest import polling
from dashboard.ui.invitations import progress
from dashboard.ui.map import kiosk
from pages import invitations, live_map  # noqa: F401 - what the script imports

POLL_SECONDS = 1.0
KIOSK_SECONDS = 4
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__, "tests.browser.warm"])


class Forked:
    """A process as `subprocess.Popen` shows one."""

    def __init__(self, process: BaseProcess) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its number, which is its group's as well."""
        assert self._process.pid
        return self._process.pid

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.exitcode

    def terminate(self) -> None:
        """End it, at once."""
        self._process.kill()

    def wait(self, timeout: float) -> int:
        """Wait for the exit code; `subprocess.TimeoutExpired` when the seconds are over."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("forked", timeout)
        return self._process.exitcode


def fork(
    arguments: Sequence[str], environ: Mapping[str, str], log_path: Path, folder: Path, *, hasty: bool
) -> Forked:
    """Start Streamlit's command line in a folder, with nothing but this environment."""
    process = CONTEXT.Process(
        target=_run, args=(arguments, dict(environ), log_path, folder, hasty), daemon=True
    )
    # Streamlit's test runner leaves a script of its own as the main module, which the new process would run again.
    main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    try:
        process.start()
    finally:
        sys.modules["__main__"] = main
    return Forked(process)


def _run(arguments: list[str], environ: dict[str, str], log_path: Path, folder: Path, hasty: bool) -> None:
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    sys.stdout.reconfigure(line_buffering=True)
    sys.argv = ["streamlit", *arguments]
    if hasty:
        _hasten()
    cli.main()


def _hasten() -> None:
    load = settings.load

    def load_hasty(environ: Mapping[str, str], secrets: Mapping[str, object]) -> settings.Settings:
        return replace(load(environ, secrets), poll_seconds=POLL_SECONDS)

    settings.load = load_hasty
    polling.WAKE_SPACING_SECONDS = progress.TICK_SECONDS = POLL_SECONDS
    kiosk.fleet_on_show = partial(kiosk.fleet_on_show, seconds=KIOSK_SECONDS)
