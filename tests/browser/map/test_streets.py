"""A hosted map under the vehicles, from a server of the test's own: chosen, kept, and out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, expect

from tests.browser import streets
from tests.browser.map_page import MapPage, panel
from tests.browser.streets import ATTRIBUTION, ROAD, Streets
from tests.browser.world import World

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hosted() -> Iterator[Streets]:
    with streets.serving() as server:
        yield server


@pytest.fixture
def server(dashboard, small: World, hosted: Streets, context: BrowserContext) -> Iterator[object]:
    yield dashboard({**small.settings, "CATENA_BASEMAPS": f"Streets={hosted.url}"})
    context.clear_cookies(name="basemap")
    hosted.failing = False


def road_drawn(shown: MapPage) -> bool:
    """Whether the map's picture has the colour that only the test's roads have."""
    picture = Image.open(BytesIO(shown.page.get_by_test_id("stDeckGlJsonChart").screenshot())).convert("RGB")
    counted = picture.getcolors(picture.width * picture.height) or []
    return any(
        sum(abs(one - other) for one, other in zip(colour, ROAD, strict=True)) < 60 and count > 200
        for count, colour in counted
    )


def choose(shown: MapPage, name: str) -> None:
    """Choose a map in View."""
    shown.popover("View")
    shown.page.get_by_role("radiogroup", name="Map").get_by_text(name).click()
    shown.close()


@pytest.mark.slow
def test_streets_are_chosen_kept_and_told_of(see, server, hosted: Streets) -> None:
    shown = see("/?vehicle=b", server=server, width=1280, height=800, drawn=True)
    shown.all_rows()
    shown.seen.until(lambda: abs(shown.seen.view()["zoom"] - 10) < 0.01, "the map to go there")
    assert not hosted.asked, "nobody is asked before somebody chooses"
    before = shown.seen.view()
    choose(shown, "Streets")
    told = shown.page.get_by_text("whose operator sees where on the map you look")
    expect(told).to_be_visible()
    shown.seen.until(lambda: road_drawn(shown), "the streets to be drawn")
    assert {"style", "tiles", "fonts"} <= set(hosted.asked)
    assert shown.seen.view() == pytest.approx(before, abs=1e-6)
    assert panel(shown)["Fleet"]
    assert shown.layers()["vehicles"]["rows"]
    assert shown.query()["map"] == ["streets"]
    expect(shown.page.get_by_text(ATTRIBUTION)).to_be_visible()
    shown.seen.clean()

    # Another page of the same browser has it at once, and is not told again.
    again = see("/", server=server, width=390, height=844, theme="dark", drawn=True)
    again.all_rows()
    again.seen.until(lambda: road_drawn(again), "the streets to be drawn again")
    expect(again.page.get_by_text("whose operator sees")).to_have_count(0)
    expect(again.page.get_by_text(ATTRIBUTION)).to_be_visible()
    again.seen.clean()


def test_out_of_reach_the_plain_map_and_all_vehicles_are_there(see, server, hosted: Streets) -> None:
    hosted.failing = True
    shown = see("/?map=streets", server=server, width=1280, height=800)
    rows = shown.all_rows()
    expect(shown.page.get_by_text("cannot be reached from your browser")).to_be_visible()
    assert {"basemap-ocean", "vehicles"} <= set(shown.layers())
    assert len(rows) == 5
    assert shown.query()["map"] == ["streets"]
    shown.seen.lawful()
