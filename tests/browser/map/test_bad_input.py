"""Odd worlds: what cannot be drawn is said, what is not text is shown as text, and nobody's clock is believed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.map_page import panel
from tests.browser.replay import serving
from tests.browser.world import FORTY, HTML, World

pytestmark = pytest.mark.browser
LOCATIONS = "/v2/telematics/vehicle-locations"


@pytest.mark.slow
def test_every_odd_position_name_and_time(see, dashboard, odd: World) -> None:
    shown = see("/", server=dashboard(odd.settings), width=1280, height=720, drawn=True)
    rows = shown.all_rows()
    names = {row["name"] for row in rows}
    assert {"east", "west", "meridian", "no-speed", "future", HTML, *FORTY.values()} == names
    assert not {"null-island", "pole", "other-pole", "nowhere"} & names
    by_name = {row["name"]: row for row in rows}
    assert by_name["no-speed"]["speed"] == "speed unknown"
    assert by_name["future"]["icon"].startswith("clock-")
    shown.page.get_by_role("button", name="4 without position").click()
    for reason in ("position 0, 0", "too near a pole", "no position reported"):
        expect(shown.page.get_by_test_id("stPopoverBody")).to_contain_text(reason)
    shown.close()

    # HTML is text: in the search, the panel, the legend, the filters, the tooltip.
    hit = shown.find("onerror").get_by_role("button").first
    expect(hit).to_contain_text(HTML)
    hit.click()
    expect(shown.page.locator(".st-key-map_chosen")).to_contain_text(HTML)
    facts = panel(shown)
    assert facts["Fleet"] == HTML
    shown.seen.until(
        lambda: HTML in panel(shown).get("Driver", ""), "the driver, who is read after the others"
    )
    shown.popover("View")
    shown.pick("Colour by", "Fleet")
    shown.close()
    expect(shown.legend_entry(HTML)).to_have_count(1)
    shown.seen.until(lambda: shown.seen.view()["zoom"] > 9, "the map to fly there")
    shown.point_at(HTML)

    for code, name in FORTY.items():
        assert len(name) == 40
        hits = shown.find("ubergrossen" if code == "de" else name[:12])
        expect(hits.get_by_role("button").first).to_contain_text(name)
    shown.find("future").get_by_role("button").filter(has_text="future").first.click()
    shown.seen.until(lambda: "clock is wrong" in panel(shown)["Last fix"], "the clock problem to be named")
    assert shown.page.evaluate("window.bad") is None
    assert shown.page.evaluate("document.querySelectorAll('img[src=x]').length") == 0
    shown.seen.clean()


def test_a_vehicle_without_a_place_and_a_fleet_without_vehicles_by_link(see, dashboard, odd: World) -> None:
    shown = see("/?vehicle=nowhere&fleet=fleet-empty", server=dashboard(odd.settings), width=390, height=844)
    shown.all_rows()
    assert panel(shown)["Not on the map"] == "no position reported"
    shown.seen.ticks(1)
    assert "chosen" not in shown.layers()
    expect(shown.page.locator(".st-key-map_panel a")).to_have_count(0)
    expect(shown.page.get_by_text("fleet-empty")).to_be_visible()
    assert shown.seen.fits()
    shown.seen.clean()


@pytest.mark.slow
def test_what_the_filters_leave_none_of_disappears(see, dashboard, small: World) -> None:
    shown = see("/?trailers=1&hex=coarse", server=dashboard(small.settings), width=1280, height=720)

    def rows(layer: str) -> int:
        return len(shown.layers().get(layer, {"rows": []})["rows"])

    shown.seen.until(lambda: rows("trailers") == 1, "the trailer")
    shown.seen.until(lambda: rows("hexagons") == 1, "the hexagon")
    shown.pick("Fleet", "fleet-2")
    shown.seen.until(lambda: rows("trailers") == 0, "no trailer of another fleet")
    shown.popover("More filters")
    shown.pick("State", "stopped")
    shown.close()
    expect(shown.page.get_by_text("No vehicle matches.")).to_be_visible()
    shown.seen.until(lambda: rows("hexagons") == 0, "no hexagon")
    shown.popover("View")
    shown.page.get_by_text("Off", exact=True).click()
    shown.close()
    shown.seen.until(lambda: "vehicles" in shown.layers(), "vehicles instead of hexagons")
    assert rows("vehicles") == 0
    shown.seen.clean()


def test_no_vehicles_at_all_is_no_outage(see, dashboard) -> None:
    with serving(World({})) as empty:
        shown = see("/", server=dashboard(empty.settings), width=390, height=844)
        expect(shown.page.get_by_text("No fleet shares vehicles with you yet")).to_be_visible()
        assert shown.seen.counts() == (0, 0)
        expect(shown.page.get_by_test_id("stDeckGlJsonChart").locator("canvas").first).to_be_visible()
        asked = empty.asked[LOCATIONS]
        shown.seen.until(lambda: empty.asked[LOCATIONS] >= asked + 2, "two more polls")
        assert shown.layers()["vehicles"]["rows"] == []
        shown.seen.clean()
