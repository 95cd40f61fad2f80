"""Fixtures of the browser tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser import rig
from tests.browser.servers import EVERYWHERE


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> object:
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="session")
def dashboard(folder) -> Iterator[Callable[..., rig.Server]]:
    """`dashboard(environ, base_path=…)`: shared by the tests of a folder that ask for the same."""

    def start(environ: dict[str, str] | None = None, *, base_path: str = "") -> rig.Server:
        key = folder, frozenset((environ or {}).items()), base_path
        return EVERYWHERE.get(key, lambda: rig.dashboard(folder, environ, base_path=base_path))

    yield start
    EVERYWHERE.stop()


@pytest.fixture(scope="module")
def sandbox_server(folder) -> Iterator[Callable[..., rig.Server]]:
    """`sandbox_server("--vehicles", "5")`: a simulated Catena of its own process."""
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(rig.sandbox(folder, *arguments))


# Per module, not per session: while Playwright runs, no asyncio test of another folder could.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    # Software graphics take a fifth less time for a frame so, and no test looks at the edges of what is drawn.
    browser = rig.launch(playwright, "--webgl-antialiasing-mode=none")
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def chromium_without_graphics(playwright: Playwright) -> Iterator[Browser]:
    """Where many pages are open whose map does not matter."""
    browser = rig.launch(playwright, "--disable-3d-apis")
    yield browser
    browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., rig.Watch]]:
    """`visit(server, path, width=…, height=…, theme=…)`: a new viewer opens a page."""
    with ExitStack() as stack:

        def new(server: rig.Server, path: str = "/", **view: object) -> rig.Watch:
            return stack.enter_context(rig.watched(chromium, server.url, **view)).open(path)

        yield new
