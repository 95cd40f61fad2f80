"""One vehicle: chosen on the map, its panel, and following it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.map_page import MapPage, click_on, panel
from tests.browser.signing import SECRETS
from tests.browser.world import World, ago

pytestmark = pytest.mark.browser


def in_sight(shown: MapPage) -> bool:
    """Whether the switch that follows is inside the window, and on top of whatever is there."""
    switch = shown.page.locator("[class*='st-key-map_follow_'] label")
    box = switch.bounding_box()
    view = shown.page.viewport_size
    assert view
    if box is None:
        return False
    inside = box["x"] >= 0 and box["x"] + box["width"] <= view["width"] and 0 <= box["y"] < view["height"]
    hit = "([x, y]) => Boolean(document.elementFromPoint(x, y)?.closest('[class*=st-key-map_follow_]'))"
    return inside and shown.page.evaluate(hit, [box["x"] + 12, box["y"] + box["height"] / 2])


def scroll_by(shown: MapPage, pixels: int) -> None:
    """Scroll the page, and give what sticks to its edge the time to move there."""
    shown.page.evaluate(f"document.querySelector('[data-testid=stMain]').scrollBy(0, {pixels})")
    shown.page.wait_for_timeout(300)


@pytest.mark.slow
def test_a_click_on_the_map_chooses_and_stays_over_ticks(see, dashboard, small: World) -> None:
    shown = see("/", server=dashboard(small.settings), width=1280, height=720, drawn=True)
    shown.all_rows()
    click_on(shown, "Truck c")
    shown.seen.until(lambda: shown.query().get("vehicle") == ["c"], "the choice in the address")
    shown.seen.ticks(2)
    expect(shown.page.locator(".st-key-map_chosen")).to_contain_text("Truck c")
    click_on(shown, "Truck d")
    shown.page.get_by_role("button", name="Close").click()
    expect(shown.page.locator(".st-key-map_chosen")).to_have_count(0)
    shown.seen.ticks(1)
    assert "vehicle" not in shown.query()

    # Streamlit offers to clear what the browser holds as selected; a click on that would let go instead of choosing.
    held = shown.page.get_by_role("button", name="Clear selection")
    expect(held).to_have_count(0)
    click_on(shown, "Truck d")
    shown.find("Truck a").get_by_role("button").first.click()
    expect(shown.page.locator(".st-key-map_chosen")).to_contain_text("Truck a")
    expect(held).to_have_count(0)
    shown.page.get_by_role("button", name="Fit to all").click()
    shown.seen.until(shown.all_in_sight, "all vehicles in sight")
    click_on(shown, "Truck d")
    assert shown.query()["vehicle"] == ["d"]
    shown.seen.clean()


@pytest.mark.slow
def test_after_a_restart_nobody_is_chosen_that_was_not(see, dashboard, operator_of, small: World) -> None:
    path = "/v2/telematics/vehicle-locations"
    rows = small.rows
    # Drawn hollow, being late: the pointer in its empty middle is on it all the same.
    late = [row | {"occurred_at": ago(hours=1)} if row["vehicle_id"] == "c" else row for row in rows[path]]
    try:
        small.rows = rows | {path: late}
        server = dashboard(small.settings, secrets=SECRETS, anew=True)
        operator_of(server)
        shown = see("/", server=server, width=1280, height=720, drawn=True)
        shown.all_rows()
        click_on(shown, "Truck c")
        shown.page.get_by_role("button", name="Close").click()
        shown.seen.until(lambda: "vehicle" not in shown.query(), "the choice to end")
        click_on(shown, "Truck d")
        # The new process numbers the vehicles in the order in which it learns of them.
        small.rows = {name: found[::-1] for name, found in small.rows.items()}
        dashboard(small.settings, secrets=SECRETS, anew=True)
        before = shown.seen.told()
        shown.seen.until(lambda: shown.seen.told() > before + 3, "the page to recover by itself", seconds=120)
        assert small.rows[path][1]["vehicle_id"] == "d", "the browser's row belongs to another vehicle now"
        assert shown.query()["vehicle"] == ["d"]
        expect(shown.page.locator(".st-key-map_chosen")).to_contain_text("Truck d")
    finally:
        small.rows = rows


def test_the_panel_says_what_is_known_in_the_units_asked_for(see) -> None:
    shown = see("/?state=moving", width=1280, height=720)
    rows = shown.all_rows()
    name = rows[0]["name"]
    # Other fleets may have vehicles of that name, which need not move nor tell their speed.
    shown.find(name).get_by_role("button").filter(has_text=rows[0]["fleet"]).first.click()
    facts = panel(shown)
    assert {"Fleet", "Source", "State", "Speed", "Last fix", "Fix time"} <= set(facts)
    assert facts["Speed"].endswith(" mph")
    assert not {"None", "nan", "NaN", "", "—"} & set(facts.values())
    links = shown.page.locator(".st-key-map_panel a")
    for site, address in (("OpenStreetMap", r"openstreetmap\.org"), ("Google Maps", r"google\.com/maps")):
        expect(links.filter(has_text=site)).to_have_attribute("href", re.compile(address))
    shown.popover("View")
    shown.page.locator("[class*='st-key-map_metric_'] label").click()
    shown.seen.until(lambda: panel(shown)["Speed"].endswith(" km/h"), "kilometres")
    metric = panel(shown)
    assert metric.get("Odometer", " km").endswith(" km")
    assert metric.get("Coolant", " °C").endswith(" °C")
    shown.seen.until(lambda: shown.query().get("units") == ["metric"], "the units in the address")
    shown.seen.clean()


def test_following_keeps_it_in_the_middle_and_can_be_let_go_at_any_time(see, dashboard, small: World) -> None:
    shown = see("/?vehicle=b", server=dashboard(small.settings), width=390, height=720)
    shown.all_rows()
    shown.page.locator("[class*='st-key-map_follow_'] label").click()
    # In longitude the first fit has it in the middle already.
    shown.seen.until(lambda: abs(shown.seen.view()["latitude"] - 40) < 0.1, "the map to centre")
    zoom = shown.seen.view()["zoom"]
    small.move("b", -91.5, 41.0)
    try:
        shown.seen.until(lambda: abs(shown.seen.view()["longitude"] - -91.5) < 0.01, "the map to follow")
        assert shown.seen.view()["latitude"] == pytest.approx(41.0, abs=0.01)
        assert shown.seen.view()["zoom"] == zoom
        for width in (390, 1280):
            shown.page.set_viewport_size({"width": width, "height": 720})
            scroll_by(shown, -4000)
            shown.seen.until(lambda: in_sight(shown), f"the switch to be in sight at {width} pixels")
            shown.page.get_by_text("Vehicles in a list").scroll_into_view_if_needed()
            scroll_by(shown, 2000)
            shown.seen.until(lambda: in_sight(shown), f"the switch to stay in sight at {width} pixels")
        shown.page.locator("[class*='st-key-map_follow_'] label").click()
        expect(shown.page.locator("[class*='st-key-map_follow_']").get_by_role("switch")).not_to_be_checked()
        shown.seen.ticks(2)  # the first one may have been under way already
        held = shown.seen.view()
        small.move("b", -90.0, 40.0)
        shown.seen.rows_are(lambda rows: any(row["p"][0] == -90 for row in rows), "the vehicle to be back")
        shown.seen.ticks(1)
        assert shown.seen.view() == pytest.approx(held, abs=1e-6)
    finally:
        small.move("b", -90.0, 40.0)
    shown.seen.clean()
