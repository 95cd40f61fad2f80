"""The map keeps its place and height whatever is said about it, and so do the tools above it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.map_page import MapPage
from tests.browser.replay import serving
from tests.browser.world import World

pytestmark = pytest.mark.browser
SIZES = [pytest.param(1280, 800, marks=pytest.mark.slow), (390, 844)]
TOP = 160
"""Pixels of the window above the map, at most."""
MAP_IN_PAGE = """() => {
  const box = document.querySelector('[data-testid="stDeckGlJsonChart"]').getBoundingClientRect();
  const scrolled = document.querySelector('[data-testid="stMain"]').scrollTop;
  return [box.x, box.y + scrolled, box.width, box.height].map(Math.round);
}"""


def box(shown: MapPage) -> list[int]:
    """Left, top, width and height of the map in its page, in pixels."""
    found: list[int] = shown.page.evaluate(MAP_IN_PAGE)
    return found


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_moves_the_map(see, dashboard, small: World, width: int, height: int) -> None:
    shown = see(server=dashboard(small.settings), width=width, height=height)
    shown.all_rows()
    page = shown.page
    before = box(shown)
    assert 0 < before[1] <= TOP
    assert before[3] >= height * 0.6
    assert shown.seen.fits()

    shown.tools()
    shown.pick("Fleet", "Line fleet-1")
    shown.tools(opened=False)
    expect(page.locator(".st-key-map_sentence")).to_contain_text("Line fleet-1")
    assert box(shown) == before, "a filter is set"

    shown.find("Truck a").get_by_role("button").first.click()
    expect(page.locator(".st-key-map_panel")).to_be_visible()
    assert box(shown) == before, "a vehicle is chosen"

    page.get_by_role("button", name="Show trail").click()
    expect(page.locator(".st-key-trails")).to_be_visible()
    assert box(shown) == before, "its trail is shown"

    small.answer = lambda *_: (503, {"message": "down"})  # type: ignore[method-assign]
    try:
        expect(page.get_by_text(re.compile("because the last poll failed")).first).to_be_visible()
        assert box(shown) == before, "a notice has come"
        assert "503" not in page.locator(".stAlert").first.inner_text(), "the reason is folded away"
    finally:
        del small.answer  # type: ignore[method-assign]
    page.get_by_role("button", name="Close trails").click()
    expect(page.locator(".st-key-trails")).to_have_count(0)
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator(".st-key-map_panel")).to_have_count(0)
    assert box(shown) == before, "all of it is gone again"
    assert shown.seen.fits()


@pytest.mark.slow
def test_on_a_wide_screen_the_list_stands_beside_the_map(see, dashboard, small: World) -> None:
    shown = see(server=dashboard(small.settings), width=1920, height=1080)
    shown.all_rows()
    before = box(shown)
    table = shown.page.get_by_test_id("stDataFrame").bounding_box()
    assert table
    assert table["x"] > before[0] + before[2]
    assert table["y"] < before[1] + before[3]
    shown.page.set_viewport_size({"width": 1280, "height": 800})
    shown.seen.until(
        lambda: (
            shown.page.get_by_test_id("stDataFrame").bounding_box()["y"] > box(shown)[1] + box(shown)[3] - 1
        ),
        "the list to be under the map",
    )


@pytest.mark.parametrize("width", [pytest.param(1280, marks=pytest.mark.slow), 390])
def test_the_pages_are_reached_by_the_header_and_nothing_stays_open(
    see, dashboard, small: World, width: int
) -> None:
    shown = see(server=dashboard(small.settings), width=width, height=844)
    shown.all_rows()
    page = shown.page
    expect(page.get_by_test_id("stSidebar")).to_have_count(0)
    page.get_by_role("link", name="Invitations").click()
    page.wait_for_url("**/invitations")
    shown.seen.settled()
    page.get_by_role("link", name="Live map").click()
    shown.seen.map_shown()
    assert shown.seen.fits()


def test_what_is_typed_into_the_fleet_box_is_what_enter_takes(see) -> None:
    shown = see(width=1280, height=800)
    fleets = sorted({row["fleet"] for row in shown.all_rows()})
    wanted = fleets[-1]
    box = shown.page.get_by_role("combobox", name="Fleet")
    box.click()
    box.press_sequentially(wanted[1:].lower())
    expect(shown.page.get_by_role("option").filter(has_not_text="Select all").first).to_contain_text(wanted)
    box.press("Enter")
    shown.seen.until(lambda: {row["fleet"] for row in shown.seen.rows()} == {wanted}, "the fleet alone")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_an_empty_world_says_what_to_do_first(see, dashboard, width: int, height: int) -> None:
    world = World({})
    with serving(world):
        shown = see(server=dashboard(world.settings), width=width, height=height)
        expect(shown.page.get_by_text("No fleet shares vehicles with you yet")).to_be_visible()
        expect(shown.page.get_by_text("There are no vehicles yet.")).to_be_attached()
        expect(shown.page.get_by_text("No vehicle matches")).to_have_count(0)
        shown.seen.until(shown.seen.fits, "all of it to stand within the window")
        shown.page.get_by_role("button", name="Invite a first fleet").click()
        shown.page.wait_for_url("**/invitations")
