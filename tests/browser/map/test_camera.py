"""Where the map looks, in a real window: everything is in sight, links lead back, and what is chosen is gone to."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.map_page import MapPage
from tests.browser.rig import READ_VIEW, Server, opened
from tests.browser.world import World

pytestmark = pytest.mark.browser
SIZES = [pytest.param(1280, 800, marks=pytest.mark.slow), (390, 844)]
WITHOUT_WEBGL = """{
  const ask = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    return kind.startsWith("webgl") ? null : ask.call(this, kind, ...rest);
  };
}"""
FIRST_ROW = {"x": 17, "y": 50}
"""Pixels: where the grid of a dataframe has the checkbox of its first line."""


def looks_at(shown: MapPage, lon: float, lat: float, zoom: float | None = None) -> None:
    """Wait until the map looks at a place."""

    def there() -> bool:
        view = shown.seen.view()
        near = (view["longitude"], view["latitude"]) == pytest.approx((lon, lat), abs=0.01)
        return near and (zoom is None or view["zoom"] == pytest.approx(zoom, abs=0.05))

    shown.seen.until(there, f"the map to look at {lon}, {lat}")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_everything_is_in_sight_at_first_and_after_fit(
    see, dashboard, small: World, width: int, height: int
) -> None:
    shown = see("/", server=dashboard(small.settings), width=width, height=height)
    shown.all_rows()
    shown.seen.until(shown.all_in_sight, "all vehicles in sight")
    assert "at" not in shown.query()
    # It says a view back when it was moved, with the size of the map in it; while it is being made, that would undo
    # what it is told in that moment.
    assert "width" not in shown.page.evaluate(READ_VIEW)["names"]

    # What is chosen in the list is gone to, and so is what a link names.
    grid = shown.page.get_by_test_id("stDataFrame")
    grid.scroll_into_view_if_needed()
    grid.click(position=FIRST_ROW)
    expect(shown.page.locator(".st-key-map_chosen")).to_be_visible()
    shown.seen.until(lambda: "at" in shown.query(), "the place in the address")
    (chosen,), (place,) = shown.query()["vehicle"], shown.query()["at"]
    latitude, longitude, zoom = map(float, place.split(","))
    row = next(row for row in shown.seen.rows() if row["name"] == f"Truck {chosen}")
    assert row["p"] == pytest.approx([longitude, latitude], abs=1e-3)
    looks_at(shown, longitude, latitude, zoom)
    shown.seen.clean()


@pytest.mark.slow
def test_a_link_opens_where_it_was_made_and_fit_leads_back(see, dashboard, small: World) -> None:
    server = dashboard(small.settings)
    shown = see("/?at=39.5,-104.25,9.5&vehicle=b", server=server, width=1280, height=800)
    shown.all_rows()
    looks_at(shown, -104.25, 39.5, 9.5)
    fit = shown.page.get_by_role("button", name="Fit to all")
    fit.click()
    shown.seen.until(shown.all_in_sight, "all vehicles in sight")
    shown.seen.until(lambda: "at" not in shown.query(), "the place to leave the address")
    shown.seen.clean()
    on_a_vehicle = see("/?vehicle=c", server=server, width=390, height=844)
    on_a_vehicle.all_rows()
    looks_at(on_a_vehicle, -95, 38)


def test_a_browser_without_webgl_has_a_sentence_and_the_list(
    context: BrowserContext, dashboard, small: World
) -> None:
    server: Server = dashboard(small.settings)
    with opened(context, server, width=1280, height=800, drawn=True) as seen:
        seen.page.add_init_script(WITHOUT_WEBGL)
        seen.open("/")
        told = seen.page.get_by_text("Your browser cannot draw the map")
        expect(told).to_be_visible()
        expect(seen.page.get_by_test_id("stDeckGlJsonChart")).to_have_count(0)
        expect(seen.page.get_by_test_id("stException")).to_have_count(0)
        box, grid = told.bounding_box(), seen.page.get_by_test_id("stDataFrame").bounding_box()
        assert box
        assert grid
        assert grid["y"] < 800, "the list begins in the window"
