"""The live map without a mouse, and for screen readers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.world import World

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("width", "theme"), [pytest.param(1280, "light", marks=pytest.mark.slow), (390, "dark")]
)
def test_axe_finds_nothing_serious(see, width: int, theme: str) -> None:
    shown = see("/?state=moving", width=width, height=800, theme=theme)

    def found() -> list[str]:
        shown.seen.settled()
        return barriers(shown.page)

    rows = shown.all_rows()
    assert found() == []
    shown.find(rows[0]["name"])
    assert found() == []
    shown.page.locator(".st-key-map_results").get_by_role("button").first.click()
    expect(shown.page.locator(".st-key-map_panel")).to_be_visible()
    assert found() == []
    shown.page.goto(shown.seen.server_url + "/?kiosk=1")
    expect(shown.page.locator(".kiosk")).to_be_visible()
    assert found() == []


@pytest.mark.slow
def test_everything_is_reached_by_tab(see, dashboard, small: World) -> None:
    shown = see("/?vehicle=a", server=dashboard(small.settings), width=1280, height=720)
    shown.all_rows()
    expect(shown.page.locator(".st-key-map_panel")).to_be_visible()
    expect(shown.page.get_by_test_id("stDataFrame")).to_be_visible()
    shown.page.locator("body").focus()
    reached = []
    for _ in range(60):
        shown.page.keyboard.press("Tab")
        reached.append(
            shown.page.evaluate(
                "(() => { const e = document.activeElement; return [e.getAttribute('aria-label'), e.innerText,"
                " e.closest('[class*=st-key]')?.className].join(' ') })()"
            )
        )
    walked = "\n".join(reached)
    for name in ("map_search", "map_fleets", "map_sources", "More filters", "fit", "View", "legend_0", "map_follow",
                 "go_there", "Show trail", "close_panel", "OpenStreetMap", "list_text", "list_by"):  # fmt: skip
        assert name in walked, f"{name} was not reached:\n{walked}"
