"""What is drawn of vehicles: those that move above those that stand, their names where few are, the key of shapes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.map_page import LAYERS, PROJECT, MapPage, click_on
from tests.browser.world import World

pytestmark = pytest.mark.browser
LOCATIONS = "/v2/telematics/vehicle-locations"
WINDOW = {"width": 1280, "height": 720}
TEXTS = f"""() => {{
  const found = new Set();
  const walk = (layer) => {{
    if (layer.props.getText && Array.isArray(layer.props.data))
      layer.props.data.forEach((row, index) => found.add(layer.props.getText(row, {{index}})));
    for (const part of layer.getSubLayers?.() ?? []) walk(part);
  }};
  ({LAYERS})().filter((layer) => layer.id.startsWith("name")).forEach(walk);
  return [...found].sort();
}}"""


def names_drawn(shown: MapPage) -> list[str]:
    """The names that stand beside vehicles now."""
    found: list[str] = shown.page.evaluate(TEXTS)
    return found


def name_tiles(shown: MapPage) -> int:
    """How many tiles of names were asked for."""
    return sum("/feed/names/" in answer.url for answer in shown.seen.feeds())


def test_a_click_chooses_what_stands_and_what_moves(see, dashboard, small: World) -> None:
    rows = small.rows
    try:
        small.rows = rows | {
            LOCATIONS: [row | {"speed": 0.0} if row["vehicle_id"] in "bd" else row for row in rows[LOCATIONS]]
        }
        shown = see("/", server=dashboard(small.settings, hasty=False), **WINDOW, drawn=True)
        shown.all_rows()
        assert [row["name"][-1] for row in shown.seen.rows()] == ["b", "d", "a", "c", "e"]
        for name in ("Truck b", "Truck a", "Truck d"):
            click_on(shown, name)
        shown.seen.ticks(2)
        expect(shown.page.locator(".st-key-map_chosen")).to_contain_text("Truck d")
        click_on(shown, "Truck c")
        shown.seen.clean()
    finally:
        small.rows = rows


def test_what_stands_is_not_fetched_again_while_others_drive(see, dashboard, small: World) -> None:
    rows = small.rows
    try:
        small.rows = rows | {
            LOCATIONS: [row | {"speed": 0.0} if row["vehicle_id"] in "bd" else row for row in rows[LOCATIONS]]
        }
        shown = see("/", server=dashboard(small.settings, hasty=False), **WINDOW, drawn=True)
        shown.all_rows()
        shown.point_at("Truck b")
        expect(shown.page.locator(".deck-tooltip")).to_contain_text("0 mph · live")

        def fetched(layer: str) -> list[str | None]:
            """How the answers of a layer were packed."""
            answers = [one for one in shown.seen.feeds() if f"/vehicles/{layer}.json" in one.url]
            return [one.headers.get("content-encoding") for one in answers]

        assert {*fetched("standing"), *fetched("moving")} == {"zstd"}
        stood, moved = len(fetched("standing")), len(fetched("moving"))
        for step in (1, 2, 3):
            small.move("a", -88.0 + step / 10, 42.0)
            shown.seen.until(lambda step=step: len(fetched("moving")) >= moved + step, "new rows")
        assert len(fetched("standing")) == stood
        shown.seen.clean()
    finally:
        small.rows = rows


def test_all_names_are_drawn_where_there_are_few_vehicles(see, dashboard, small: World) -> None:
    shown = see("/", server=dashboard(small.settings, hasty=False), **WINDOW)
    shown.all_rows()
    shown.seen.until(lambda: names_drawn(shown) == [f"Truck {letter}" for letter in "abcde"], "all names")
    assert name_tiles(shown) == 0
    shown.seen.clean()


def test_names_come_with_closeness_and_are_not_asked_for_over_a_continent(see) -> None:
    shown = see("/", **WINDOW)
    rows = shown.all_rows()
    shown.seen.ticks(2)
    assert names_drawn(shown) == []
    assert name_tiles(shown) == 0
    spot = rows[-1]["p"]

    def close() -> bool:
        x, y = shown.page.evaluate(PROJECT, spot) or (0, 0)
        shown.page.mouse.move(x, y)
        shown.page.mouse.wheel(0, -600)
        shown.page.wait_for_timeout(200)
        return bool(shown.seen.view()["zoom"] > 11)

    shown.seen.until(close, "the map to zoom in")
    shown.seen.until(lambda: len(names_drawn(shown)) > 0, "names")
    assert set(names_drawn(shown)) <= {row["name"] for row in shown.seen.rows()}
    shown.seen.clean()


@pytest.mark.parametrize("width", [pytest.param(1280, marks=pytest.mark.slow), 390])
def test_the_key_of_the_shapes_opens_and_makes_the_legend_no_higher(see, width: int) -> None:
    shown = see("/", width=width, height=800)
    shown.all_rows()
    opener = shown.page.locator(".st-key-shapes").get_by_role("button")
    tallest = shown.page.locator("[class*='st-key-legend_'] button:visible").first.bounding_box()
    box, row = opener.bounding_box(), shown.page.locator(".st-key-map_legend").bounding_box()
    assert box
    assert tallest
    assert row
    assert box["height"] <= tallest["height"] + 0.5
    assert row["height"] < 2 * tallest["height"]
    assert 0 <= box["x"] <= width - box["width"], "in sight without scrolling"
    opener.click()
    key = shown.page.get_by_role("list", name="Shapes on the map")
    expect(key).to_contain_text("standing")
    pictures = key.locator("img")
    assert pictures.count() == key.get_by_role("listitem").count() == 10
    assert pictures.evaluate_all("list => list.every((image) => image.complete && image.naturalWidth > 0)")
    shown.seen.clean()
