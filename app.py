"""Entry point: `streamlit run app.py`, or any ASGI server with `app:app`."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit import config

from dashboard.configuration import secrets_file
from dashboard.configuration import settings as configuration
from dashboard.configuration.rule_watch import RuleWatch
from dashboard.door import sockets, streamlit_loop
from dashboard.door.door import Door
from dashboard.runtime import logs
from dashboard.service import Service, install


def _secrets() -> dict[str, object]:
    """What Streamlit reads from its secrets files; its own sign-in reads the same ones."""
    if config._main_script_path is None:  # noqa: SLF001 - as `streamlit run` does; st.App would name dashboard/
        config._main_script_path = __file__  # noqa: SLF001
        if files := os.environ.get("STREAMLIT_SECRETS_FILES"):  # read by `streamlit run` alone
            config.set_option("secrets.files", files.split())
    return st.secrets.to_dict() if secrets_file.any_secrets(**_places()) else {}


def _places() -> dict[str, Any]:
    """Where secrets files are looked for, and whether somebody has said so."""
    return {
        "places": st.get_option("secrets.files"),
        "named": config.is_manually_set("secrets.files"),
    }


try:
    _given = _secrets()  # before the environment: Streamlit puts what stands outside of sections there
    _settings = configuration.load(os.environ, _given)
    _service = install(Service(_settings, base_path=str(st.get_option("server.baseUrlPath") or "")))
except configuration.SettingsError as error:
    sys.stderr.write(f"Catena Live Map cannot start: {error}\n")
    sys.stderr.flush()
    os._exit(2)  # SystemExit would be shown with Streamlit's own traceback

logs.set_level(_settings.log_level)
streamlit_loop.lighten()
sockets.send_at_once()


@asynccontextmanager
async def _lifespan(_app: st.App) -> AsyncIterator[None]:
    _service.start()
    if address := _service.doorway.start_address():
        sys.stdout.write(f"\n  Open the dashboard on this machine: {address}\n\n")
        sys.stdout.flush()
    rules = RuleWatch(_settings.access, environ=os.environ, **_places())
    watch = asyncio.create_task(_service.connections.watch(lambda: _service.apply(rules.changed())))
    yield
    watch.cancel()
    _service.close()


app = st.App(
    Path(__file__).parent / "dashboard" / "main.py",
    routes=_service.routes(),
    lifespan=_lifespan,
    middleware=[Middleware(Door, _service.doorway)],
)
