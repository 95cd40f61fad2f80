"""The screen on the wall."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.map_page import MapPage
from tests.browser.signing import SECRETS
from tests.browser.world import World

pytestmark = pytest.mark.browser
SIZES = "nodes => nodes.map(node => parseFloat(getComputedStyle(node).fontSize))"
NODES = "document.querySelectorAll('*').length"


@pytest.mark.slow
def test_it_shows_only_map_and_numbers_and_outlives_the_server(
    visit, dashboard, operator_of, small: World
) -> None:
    server = dashboard(small.settings, secrets=SECRETS)
    operator_of(server)
    seen = visit(server, "/?kiosk=1", width=1280, height=720, drawn=True)
    seen.until(lambda: bool(seen.feeds()), "the vehicles")
    page, numbers = seen.page, seen.page.locator(".kiosk b")
    expect(numbers.first).to_have_text("5")
    expect(page.locator(".kiosk")).to_contain_text(re.compile(r"5\s*vehicles\s*5\s*moving\s*2\s*fleets\s*1"))
    expect(page.locator(".kiosk .clock")).to_contain_text(re.compile(r"\d\d:\d\d"))
    seen.until(lambda: min(numbers.evaluate_all(SIZES)) >= 40, "large numbers")
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    expect(page.get_by_text("Sign out")).to_be_hidden()
    for role in ("textbox", "combobox", "searchbox", "switch", "heading"):
        expect(page.get_by_role(role)).to_have_count(0)  # type: ignore[arg-type]
    way_out = page.get_by_role("button", name="Leave the wall screen")
    expect(way_out).to_have_css("opacity", "0")
    expect(page.locator("button:visible")).to_have_count(1)
    expect(page.get_by_role("list", name="Colours of the vehicles")).to_contain_text(re.compile(r" 5$"))
    chart = page.get_by_test_id("stDeckGlJsonChart")
    screen = {"x": 0, "y": 0, "width": 1280, "height": 720}
    seen.until(lambda: chart.bounding_box() == screen, "the map to fill the screen")
    view = seen.in_hand()
    seen.ticks(1)
    layers, nodes = list(MapPage(seen).layers()), page.evaluate(NODES)
    seen.ticks(5)
    assert list(MapPage(seen).layers()) == layers
    # While the script runs, Streamlit says so with more nodes; what piles up never goes again.
    seen.until(lambda: page.evaluate(NODES) <= nodes + 5, "the page to hold no more than before")
    assert seen.view() == pytest.approx(view, abs=1e-6)
    seen.clean()
    dashboard(small.settings, secrets=SECRETS, anew=True)
    small.move("a", -70.0, 44.0)
    before = seen.told()
    try:
        seen.until(lambda: seen.told() > before + 3, "the page to recover by itself", 120)
        seen.until(lambda: any(row["p"][0] == -70 for row in seen.rows()), "what is new")
        expect(numbers.first).to_have_text("5")
        seen.until(lambda: list(MapPage(seen).layers()) == layers, "the same layers")
    finally:
        small.move("a", -88.0, 42.0)


def test_it_shows_one_fleet_after_the_other(visit, dashboard, small: World) -> None:
    seen = visit(dashboard(small.settings), "/?kiosk=cycle", width=1280, height=720)
    fleet = seen.page.locator(".kiosk .fleet")
    expect(fleet).to_have_text(re.compile("Line fleet-[12]"))
    counts = {"Line fleet-1": 3, "Line fleet-2": 2}
    views: dict[str, dict[str, float]] = {}

    def each_with_its_own() -> bool:
        # They change by themselves, so what is read while they do is replaced by what is read later.
        name = fleet.inner_text()
        if seen.feeds() and len(seen.rows()) == counts[name]:
            views[name] = seen.view()
        return len(views) == 2 and views["Line fleet-1"] != pytest.approx(views["Line fleet-2"], abs=1e-3)

    seen.until(each_with_its_own, "each fleet with its vehicles, where they are")
    seen.clean()


@pytest.mark.parametrize("how", [pytest.param("key", marks=pytest.mark.slow), "button"])
def test_one_comes_back_from_it_with_the_filters_as_they_were(see, dashboard, small: World, how: str) -> None:
    shown = see("/?kiosk=1&fleet=fleet-1", server=dashboard(small.settings), width=1280, height=720)
    page = shown.page
    expect(page.locator(".kiosk b").first).to_have_text("3")
    if how == "key":
        shown.seen.press("Escape", lambda: not page.locator(".kiosk").count(), "the page without the wall")
    else:
        page.mouse.move(1270, 10)
        page.get_by_role("button", name="Leave the wall screen").click()
    shown.seen.map_shown()
    expect(page.locator(".kiosk")).to_have_count(0)
    assert shown.query() == {"fleet": ["fleet-1"]}
    assert shown.seen.counts() == (3, 5)
    shown.seen.ticks(2)


def test_it_counts_what_it_draws_and_says_so_when_that_is_nothing(see, dashboard, small: World) -> None:
    path = "/v2/telematics/vehicle-locations"
    rows = small.rows
    try:
        small.rows = rows | {
            path: [row | {"location": None} if row["vehicle_id"] == "a" else row for row in rows[path]]
        }
        shown = see("/?kiosk=1", server=dashboard(small.settings, anew=True), width=1280, height=720)
        expect(shown.page.locator(".kiosk b").first).to_have_text("4")
        shown.seen.open("/?kiosk=1&state=stopped")
        expect(shown.page.get_by_text("No vehicle matches the filters of this screen.")).to_be_visible()
        expect(shown.page.locator(".kiosk b").first).to_have_text("0")
    finally:
        small.rows = rows
