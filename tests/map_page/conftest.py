"""Fixtures of the browser tests, here too."""

from tests.browser.conftest import (  # noqa: F401 - fixtures of the browser tests here
    chromium,
    dashboard,
    folder,
    playwright,
    visit,
)
