"""Fixtures of the browser tests: one Chromium, the dashboards it visits, and worlds made for one purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, sync_playwright

from tests.browser import rig, signing
from tests.browser.map_page import MapPage
from tests.browser.replay import serving
from tests.browser.servers import Servers
from tests.browser.world import World

FLAGS = [
    # No test looks at the edges of what is drawn, nor at the page but by its elements and few pictures.
    "--webgl-antialiasing-mode=none",
    "--disable-gpu-compositing",
    # A page finds Streamlit's scripts compiled by the one before it.
    "--process-per-site",
]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="session")
def servers(folder: Path) -> Iterator[Servers]:
    with ExitStack() as stack:
        yield Servers(folder, stack)


@pytest.fixture(autouse=True)
def rest(servers: Servers) -> Iterator[None]:
    yield
    servers.rest()


@pytest.fixture(scope="session")
def dashboard(servers: Servers) -> Callable[..., rig.Server]:
    """`dashboard(environ, secrets=…, anew=True)`: the one that runs, if it was asked for alike."""
    return servers.dashboard


@pytest.fixture(scope="module")
def sandbox_server(folder: Path) -> Iterator[Callable[..., rig.Server]]:
    """`sandbox_server("--vehicles", "5")`: a simulated Catena of its own process."""
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(rig.sandbox(folder, *arguments))


# Per package, not per session: while Playwright runs, no asyncio test of another folder could.
@pytest.fixture(scope="package")
def context() -> Iterator[BrowserContext]:
    """The one browser context of all tests."""
    with sync_playwright() as playwright:
        browser = rig.launch(playwright, *FLAGS)
        with rig.browser_context(browser) as context:
            context.new_page()  # keeps the process of the pages
            yield context
        browser.close()


@pytest.fixture
def browsers(context: BrowserContext) -> Iterator[Callable[..., BrowserContext]]:
    """`browsers(user_agent=…)`: one that holds no cookie."""
    assert context.browser is not None
    with ExitStack() as stack:
        yield lambda **said: stack.enter_context(rig.browser_context(context.browser, **said))


@pytest.fixture
def visit(context: BrowserContext) -> Iterator[Callable[..., rig.Watch]]:
    """`visit(server, path, width=…, height=…, theme=…, land=…, drawn=…)`: a new viewer opens a page."""
    with ExitStack() as stack:

        def new(server: rig.Server, path: str = "/", **view: object) -> rig.Watch:
            return stack.enter_context(rig.opened(context, server, **view)).open(path)

        yield new


@pytest.fixture
def operator_of(context: BrowserContext) -> Iterator[Callable[[rig.Server], None]]:
    """`operator_of(server)`: the viewer has signed in at a dashboard with `signing.SECRETS`, which outlives its end."""
    yield lambda server: signing.sign_in(context, server)
    context.clear_cookies(name=signing.COOKIE)


@pytest.fixture
def at_the_door(context: BrowserContext) -> Iterator[Callable[..., rig.Watch]]:
    """`at_the_door(server, path)`: somebody opens a page who is not let in, so that Streamlit does not show it."""
    with ExitStack() as stack:

        def knock(server: rig.Server, path: str = "/") -> rig.Watch:
            return stack.enter_context(rig.opened(context, server.url)).goto(path)

        yield knock


@pytest.fixture
def phone(context: BrowserContext) -> Iterator[Callable[..., rig.Watch]]:
    """`phone(link, width=…, theme=…)`: a fleet opens the link that it was sent, where no Streamlit is."""
    with ExitStack() as stack:

        def open_link(link: str, *, width: int = 390, theme: rig.Theme = "light") -> rig.Watch:
            opened = rig.opened(context, link, width=width, height=844, theme=theme)
            return stack.enter_context(opened).goto()

        yield open_link


@pytest.fixture
def see(visit, dashboard) -> Callable[..., MapPage]:
    """`see(path, server=…, width=…)`: the live map of the simulated world, or of another server."""

    def open_map(path: str = "/", *, server: rig.Server | None = None, **view: object) -> MapPage:
        return MapPage(visit(server or dashboard(), path, **view))

    return open_map


@pytest.fixture(scope="session")
def odd() -> Iterator[World]:
    """A world of everything that is odd, for all tests that only read."""
    with serving(World.odd()) as world:
        yield world


@pytest.fixture(scope="session")
def hostile() -> Iterator[World]:
    """A world of names that look like Markdown, HTML or CSV, for all tests that only read."""
    with serving(World.hostile()) as world:
        yield world


@pytest.fixture(scope="session")
def small_served() -> Iterator[World]:
    with serving(World(World.small_rows())) as world:
        yield world


@pytest.fixture
def small(small_served: World) -> World:
    """A world of five vehicles that a test moves as it needs; the next one finds it as new, with fixes of just now."""
    small_served.rows = World.small_rows()
    return small_served
