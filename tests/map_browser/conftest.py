"""Fixtures of the browser tests, and dashboards on worlds made for one purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.browser import rig
from tests.browser.conftest import (  # noqa: F401 - fixtures of the browser tests here
    chromium,
    dashboard,
    folder,
    playwright,
    visit,
)
from tests.browser.replay import serving
from tests.map_browser.deck import MapPage
from tests.map_browser.world import World


@pytest.fixture
def see(visit, dashboard) -> Callable[..., MapPage]:  # noqa: F811 - fixtures
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
def small() -> Iterator[World]:
    """A world of five vehicles that a test moves as it needs; the next one finds it as new."""
    with serving(World.small()) as world:
        yield world
