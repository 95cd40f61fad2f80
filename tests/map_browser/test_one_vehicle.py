"""One vehicle: chosen on the map, its panel, and following it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import rig
from tests.map_browser.deck import MapPage
from tests.map_browser.test_find import panel
from tests.map_browser.world import World

pytestmark = pytest.mark.browser


def in_sight(shown: MapPage) -> bool:
    """Whether the switch that follows is inside the window, and on top of whatever is there."""
    switch = shown.page.locator(".st-key-map_follow label")
    box = switch.bounding_box()
    view = shown.page.viewport_size
    assert box
    assert view
    inside = box["x"] >= 0 and box["x"] + box["width"] <= view["width"] and 0 <= box["y"] < view["height"]
    hit = "([x, y]) => Boolean(document.elementFromPoint(x, y).closest('.st-key-map_follow'))"
    return inside and shown.page.evaluate(hit, [box["x"] + 12, box["y"] + box["height"] / 2])


def click_on(shown: MapPage, name: str) -> None:
    """Click on the map where a vehicle is drawn, until it is chosen.

    deck.gl takes a press of more than 250 ms for no click, and software graphics may take that long between the
    two ends of one.
    """
    for _ in range(8):
        row = next(row for row in shown.seen.rows() if row["name"] == name)
        x, y = shown.on_screen(float(row["lon"]), float(row["lat"]))
        shown.page.mouse.move(x - 3, y - 3)
        shown.page.mouse.move(x, y, steps=4)
        expect(shown.page.locator(".deck-tooltip")).to_contain_text(name)  # the map has seen the pointer
        shown.page.mouse.click(x, y)
        try:
            expect(shown.page.locator(".st-key-map_chosen")).to_contain_text(name, timeout=3000)
        except AssertionError:
            continue
        return
    raise AssertionError(f"{name} was not chosen by clicking on it.")


def test_a_click_on_the_map_chooses_and_stays_over_ticks(see, dashboard, small: World) -> None:
    shown = see("/", server=dashboard(small.settings), width=1280, height=720)
    shown.all_rows()
    click_on(shown, "Truck c")
    assert shown.query()["vehicle"] == ["c"]
    shown.seen.ticks(2)
    expect(shown.page.locator(".st-key-map_chosen")).to_contain_text("Truck c")
    click_on(shown, "Truck d")
    shown.page.get_by_role("button", name="Close").click()
    expect(shown.page.locator(".st-key-map_chosen")).to_have_count(0)
    shown.seen.ticks(1)
    assert "vehicle" not in shown.query()
    shown.seen.clean()


def test_the_panel_says_what_is_known_in_the_units_asked_for(see) -> None:
    shown = see("/?state=moving", width=1280, height=720)
    rows = shown.all_rows()
    name = rows[0]["name"].removeprefix("\u2060")
    shown.find(name).get_by_role("button").first.click()
    facts = panel(shown)
    assert {"Fleet", "Provider", "State", "Speed", "Last fix", "Fix time"} <= set(facts)
    assert facts["Speed"].endswith(" mph")
    assert not {"None", "nan", "NaN", "", "—"} & set(facts.values())
    links = shown.page.locator(".st-key-map_panel a")
    addresses = [link.get_attribute("href") for link in links.all()]
    assert any("openstreetmap.org" in address for address in addresses)
    assert any("google.com/maps" in address for address in addresses)
    shown.popover("View")
    shown.page.locator(".st-key-map_metric label").click()
    shown.seen.until(lambda: panel(shown)["Speed"].endswith(" km/h"), "kilometres")
    metric = panel(shown)
    assert metric.get("Odometer", " km").endswith(" km")
    assert metric.get("Coolant", " °C").endswith(" °C")
    assert shown.query()["units"] == ["metric"]
    shown.seen.clean()


@pytest.mark.parametrize("width", [1280, 390])
def test_following_keeps_it_in_the_middle_and_can_be_let_go_at_any_time(
    see, dashboard, small: World, width: int
) -> None:
    server: rig.Server = dashboard(small.settings)
    shown = see("/?vehicle=b", server=server, width=width, height=720)
    shown.all_rows()
    shown.page.locator(".st-key-map_follow label").click()
    shown.seen.until(lambda: abs(shown.seen.view()["longitude"] - -90) < 0.1, "the map to centre")
    zoom = shown.seen.view()["zoom"]
    small.move("b", -91.5, 41.0)
    try:
        shown.seen.until(lambda: abs(shown.seen.view()["longitude"] - -91.5) < 0.01, "the map to follow")
        assert shown.seen.view()["latitude"] == pytest.approx(41.0, abs=0.01)
        assert shown.seen.view()["zoom"] == zoom
        assert in_sight(shown)
        shown.page.get_by_text("Vehicles in a list").scroll_into_view_if_needed()
        shown.page.evaluate("document.querySelector('[data-testid=stMain]').scrollBy(0, 2000)")
        shown.page.wait_for_timeout(300)
        assert in_sight(shown)
        shown.page.locator(".st-key-map_follow label").click()
        shown.seen.settled()
        held = shown.seen.view()
        small.move("b", -90.0, 40.0)
        shown.seen.ticks(2)
        assert shown.seen.view() == pytest.approx(held, abs=1e-6)
    finally:
        small.move("b", -90.0, 40.0)
    shown.seen.clean()
