"""The plain page's server: the dashboard's own poller and basemap, without its feed."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from dashboard.configuration import settings
from dashboard.deck import assets
from dashboard.service import Service, install

_service = install(Service(settings.load(os.environ, {})))


@asynccontextmanager
async def _lifespan(_app: st.App) -> AsyncIterator[None]:
    _service.start()
    yield
    _service.close()


app = st.App(Path(__file__).parent / "inline_page.py", routes=assets.routes(""), lifespan=_lifespan)
