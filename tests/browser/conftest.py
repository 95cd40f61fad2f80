"""Fixtures of the browser tests. Each dashboard is started once per configuration and shared by all tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser import rig


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> object:
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="session")
def dashboard(folder) -> Iterator[Callable[..., rig.Server]]:
    """`dashboard(environ, base_path=…)`: started at the first call with these values, stopped at the very end."""
    running: dict[object, rig.Server] = {}
    with ExitStack() as stack:

        def start(environ: dict[str, str] | None = None, *, base_path: str = "") -> rig.Server:
            key = (frozenset((environ or {}).items()), base_path)
            if key not in running:
                running[key] = stack.enter_context(rig.dashboard(folder, environ, base_path=base_path))
            return running[key]

        yield start


@pytest.fixture(scope="session")
def sandbox_server(folder) -> Iterator[Callable[..., rig.Server]]:
    """`sandbox_server("--vehicles", "5")`: a simulated Catena of its own process, shared like the dashboards."""
    running: dict[tuple[str, ...], rig.Server] = {}
    with ExitStack() as stack:

        def start(*arguments: str) -> rig.Server:
            if arguments not in running:
                running[arguments] = stack.enter_context(rig.sandbox(folder, *arguments))
            return running[arguments]

        yield start


# Per module, not per session: while Playwright runs, no asyncio test of another folder could.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = rig.launch(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def chromium_without_graphics(playwright: Playwright) -> Iterator[Browser]:
    browser = rig.launch(playwright, graphics=False)
    yield browser
    browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., rig.Watch]]:
    """`visit(server, path, width=…, height=…, theme=…)`: a new viewer opens a page."""
    with ExitStack() as stack:

        def new(server: rig.Server, path: str = "/", **view: object) -> rig.Watch:
            return stack.enter_context(rig.watched(chromium, server.url, **view)).open(path)

        yield new
