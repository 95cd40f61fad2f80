"""Entry point: `streamlit run app.py`, or any ASGI server with `app:app`."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit.errors import StreamlitSecretNotFoundError

from dashboard import settings as configuration
from dashboard.gate import LoopbackOnly
from dashboard.service import Service, install


def _secrets() -> tuple[dict[str, object], bool]:
    try:
        return dict(st.secrets.get("catena", {})), "auth" in st.secrets
    except StreamlitSecretNotFoundError:
        return {}, False


try:
    _catena, _sign_in = _secrets()
    _settings = configuration.load(os.environ, _catena, sign_in=_sign_in)
except configuration.SettingsError as error:
    sys.stderr.write(f"Catena Live Map cannot start. {error}\n")
    sys.stderr.flush()
    os._exit(2)  # SystemExit would be shown with Streamlit's own traceback

_service = install(Service(_settings, base_path=str(st.get_option("server.baseUrlPath") or "")))


@asynccontextmanager
async def _lifespan(_app: st.App) -> AsyncIterator[None]:
    _service.start()
    yield
    _service.close()


app = st.App(
    Path(__file__).parent / "dashboard" / "main.py",
    routes=_service.routes(),
    lifespan=_lifespan,
    middleware=[] if _settings.simulated or _settings.sign_in else [Middleware(LoopbackOnly)],
)
