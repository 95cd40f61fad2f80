"""The live map without a mouse, and for screen readers."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.map_browser.world import World

pytestmark = pytest.mark.browser

STREAMLITS_OWN: dict[str, tuple[str, ...]] = {}
"""Rule to the selectors of Streamlit's own markup that break it and that no page can reach."""


def violations(shown) -> list[str]:
    """Serious and critical findings of axe-core that are ours."""
    # What waits for the script is greyed out, which is no lack of contrast of ours.
    shown.seen.settled()
    expect(shown.page.locator('[data-stale="true"]')).to_have_count(0)
    found = Axe().run(shown.page).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['html'][:200]} {node.get('failureSummary', '')[:200]}"
        for rule in found
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
        if not any(part in str(node["target"]) for part in STREAMLITS_OWN.get(rule["id"], ()))
    ]


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_axe_finds_nothing_serious(see, width: int, theme: str) -> None:
    shown = see("/?state=moving", width=width, height=800, theme=theme)
    rows = shown.all_rows()
    assert violations(shown) == []
    shown.find(rows[0]["name"])
    assert violations(shown) == []
    shown.page.locator(".st-key-map_results").get_by_role("button").first.click()
    expect(shown.page.locator(".st-key-map_panel")).to_be_visible()
    assert violations(shown) == []
    shown.page.goto(shown.seen.server_url + "/?kiosk=1")
    expect(shown.page.locator(".kiosk")).to_be_visible()
    assert violations(shown) == []


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
