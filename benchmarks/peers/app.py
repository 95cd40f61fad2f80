"""The peers' server: the dashboard's own poller and basemap, without its feed. `BENCH_PEER` says which page."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from dashboard.configuration import settings
from dashboard.deck import assets
from dashboard.service import Service, install

_service = install(Service(settings.load(os.environ, {})))
_here = Path(__file__).parent


@asynccontextmanager
async def _lifespan(_app: st.App) -> AsyncIterator[None]:
    _service.start()
    yield
    _service.close()


app = st.App(
    _here / f"{os.environ['BENCH_PEER']}.py",
    routes=[*assets.routes(""), Mount("/leaflet", StaticFiles(directory=_here / "leaflet"))],
    lifespan=_lifespan,
)
