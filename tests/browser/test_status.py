"""The page Status in a real browser: its picture is drawn within the page's policy, it fits, and nobody is kept out."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("width", "theme"), [pytest.param(1280, "light", marks=pytest.mark.slow), (390, "dark")]
)
def test_the_picture_of_the_polls_is_drawn(visit, dashboard, width: int, theme: str) -> None:
    seen = visit(dashboard(), "/status", width=width, height=844, theme=theme)
    page = seen.page
    expect(page.get_by_role("heading", name="Polls of the last hour")).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()
    expect(page.get_by_text("0 failed")).to_be_visible()
    expect(page.get_by_role("heading", name="This process")).to_be_visible()
    assert seen.fits()
    assert barriers(page) == []
    seen.clean()
