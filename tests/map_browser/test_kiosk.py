"""The screen on the wall."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser import rig
from tests.map_browser.deck import MapPage
from tests.map_browser.world import World

pytestmark = pytest.mark.browser
SIZES = "nodes => nodes.map(node => parseFloat(getComputedStyle(node).fontSize))"
NODES = "document.querySelectorAll('*').length"


def test_it_shows_only_map_and_numbers_and_outlives_the_server(visit, folder, small: World) -> None:
    port = rig.free_port()
    with rig.dashboard(folder, small.settings, port=port) as server:
        seen = visit(server, "/?kiosk=1", width=1280, height=720)
        seen.until(lambda: bool(seen.feeds()), "the vehicles")
        page, numbers = seen.page, seen.page.locator(".kiosk b")
        expect(numbers.first).to_have_text("5")
        expect(page.locator(".kiosk")).to_contain_text(
            re.compile(r"5\s*vehicles\s*5\s*moving\s*2\s*fleets\s*1")
        )
        expect(page.locator(".kiosk .clock")).to_contain_text(re.compile(r"\d\d:\d\d"))
        assert min(numbers.evaluate_all(SIZES)) >= 40
        expect(page.get_by_test_id("stHeader")).to_be_hidden()
        for role in ("textbox", "combobox", "searchbox", "switch", "heading"):
            expect(page.get_by_role(role)).to_have_count(0)  # type: ignore[arg-type]
        expect(page.locator("button:visible")).to_have_count(0)
        box = page.get_by_test_id("stDeckGlJsonChart").bounding_box()
        assert box == {"x": 0, "y": 0, "width": 1280, "height": 720}
        view = seen.view()
        seen.ticks(1)
        layers, nodes = list(MapPage(seen).layers()), page.evaluate(NODES)
        seen.ticks(5)
        assert list(MapPage(seen).layers()) == layers
        assert page.evaluate(NODES) <= nodes + 5
        assert seen.view() == pytest.approx(view, abs=1e-6)
        seen.clean()
    page.wait_for_timeout(1000)
    with rig.dashboard(folder, small.settings, port=port):
        small.move("a", -70.0, 44.0)
        before = len(seen.feeds())
        try:
            seen.until(lambda: len(seen.feeds()) > before + 1, "the page to recover by itself", 60)
            seen.until(lambda: any(float(row["lon"]) == -70 for row in seen.rows()), "what is new")
            expect(numbers.first).to_have_text("5")
            assert list(MapPage(seen).layers()) == layers
        finally:
            small.move("a", -88.0, 42.0)


def test_it_shows_one_fleet_after_the_other(visit, dashboard, small: World) -> None:
    seen = visit(dashboard(small.settings), "/?kiosk=cycle", width=1280, height=720)
    fleet = seen.page.locator(".kiosk .fleet")
    expect(fleet).to_have_text(re.compile("Line fleet-[12]"))
    first = fleet.inner_text()
    counts = {"Line fleet-1": 3, "Line fleet-2": 2}
    seen.until(lambda: bool(seen.feeds()) and len(seen.rows()) == counts[first], "the fleet's vehicles")
    view = seen.view()
    seen.until(lambda: fleet.inner_text() != first, "the next fleet", 45)
    seen.until(lambda: len(seen.rows()) == counts[fleet.inner_text()], "its vehicles")
    seen.until(lambda: seen.view() != pytest.approx(view, abs=1e-3), "the map to show it")
    seen.clean()
