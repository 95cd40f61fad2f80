"""Between fixes: vehicles glide to where they were reported, never further, and never to each other's places."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.map_page import SUMMARY, MapPage, click_on
from tests.browser.world import World

pytestmark = pytest.mark.browser
RECORD = f"""() => {{
  const look = () => {{
    const {{rows, glides}} = ({SUMMARY})().vehicles ?? {{rows: []}};
    const last = window.record.at(-1);
    if (!last || last.vehicles !== rows.length || last.glides !== glides)
      window.record.push({{vehicles: rows.length, glides}});
    requestAnimationFrame(look);
  }};
  if (!window.record) requestAnimationFrame(look);
  window.record = [];
}}"""
"""Writes down in the page how many vehicles are drawn and whether they glide, each time that one of them changes.

Who asks from outside of the page may come a tick later, when they glide rightly.
"""


def drawn(shown: MapPage) -> dict[int, tuple[float, float]]:
    """Ordinal to the place that deck.gl holds for it."""
    layer = shown.layers().get("vehicles", {"rows": []})
    return {row["n"]: tuple(row["p"]) for row in layer["rows"]}


def reported(shown: MapPage) -> dict[int, tuple[float, float]]:
    """Ordinal to the place in the newest answer of the feed."""
    return {row["n"]: tuple(row["p"]) for row in shown.seen.rows()}


def glides(shown: MapPage) -> bool:
    """Whether the vehicles' layer glides to new places now."""
    found = shown.layers()["vehicles"]["glides"]
    assert isinstance(found, bool)
    return found


def glided_at_first(shown: MapPage, vehicles: int) -> bool:
    """Wait for the first frame of the record that holds so many vehicles; gives whether they glided in it."""
    found: list[bool] = []

    def drawn_so() -> bool:
        record = shown.page.evaluate("window.record")
        found.extend(frame["glides"] for frame in record if frame["vehicles"] == vehicles)
        return bool(found)

    shown.seen.until(drawn_so, f"{vehicles} vehicles")
    return found[0]


@pytest.mark.slow
def test_the_same_vehicles_glide_and_nobody_flies_when_others_come_or_go(
    see, dashboard, small: World
) -> None:
    shown = see("/", server=dashboard(small.settings, hasty=False), width=1280, height=720, drawn=True)
    shown.all_rows()
    before = shown.seen.in_hand()
    shown.seen.until(lambda: glides(shown), "the vehicles to glide")
    small.move("a", -87.0, 42.5)
    shown.seen.until(lambda: (-87.0, 42.5) in drawn(shown).values(), "the new place")
    assert glides(shown)
    shown.seen.until(lambda: drawn(shown) == reported(shown), "what is drawn to be what was reported")

    shown.page.evaluate(RECORD)
    gone = small.remove("c")
    try:
        assert not glided_at_first(shown, 4)
        shown.seen.until(lambda: glides(shown), "the others to glide on")
        shown.page.evaluate(RECORD)
        small.add(gone)
        assert not glided_at_first(shown, 5)
        shown.seen.until(lambda: glides(shown), "all to glide on")
    finally:
        if len(small.rows["/v2/telematics/vehicle-locations"]) == 4:
            small.add(gone)
        small.move("a", -88.0, 42.0)

    shown.page.evaluate(RECORD)
    shown.pick("Fleet", "fleet-2")
    assert not glided_at_first(shown, 2)
    shown.seen.ticks(2)
    shown.seen.until(lambda: drawn(shown) == reported(shown), "what is drawn to be what was reported")
    assert shown.seen.view() == pytest.approx(before, abs=1e-6), "the view never moves by itself"

    shown.page.get_by_role("button", name="Fit to fleet").click()
    shown.seen.until(
        lambda: shown.seen.view()["latitude"] < before["latitude"] - 1, "the map to fit the fleet"
    )
    box = shown.page.get_by_test_id("stDeckGlJsonChart").bounding_box()
    assert box
    for place in reported(shown).values():
        x, y = shown.on_screen(*place)
        assert box["x"] < x < box["x"] + box["width"]
        assert box["y"] < y < box["y"] + box["height"]
    shown.page.locator(".st-key-map_sentence").get_by_role("button", name="Clear all").click()
    shown.seen.until(lambda: len(drawn(shown)) == 5, "all vehicles")
    fleet_view = shown.seen.view()
    shown.page.get_by_role("button", name="Fit to all").click()
    shown.seen.until(lambda: shown.seen.view()["latitude"] > fleet_view["latitude"] + 1, "the map to fit all")
    shown.seen.clean()


@pytest.mark.slow
def test_the_map_is_never_built_anew_and_keeps_the_viewers_own_view(see, dashboard, small: World) -> None:
    shown = see("/", server=dashboard(small.settings, hasty=False), width=1280, height=720, drawn=True)
    shown.all_rows()
    start = shown.seen.view()
    box = shown.page.get_by_test_id("stDeckGlJsonChart").bounding_box()
    assert box
    shown.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    shown.page.mouse.wheel(0, 300)
    shown.seen.until(lambda: shown.seen.view()["zoom"] < start["zoom"] - 0.1, "the map to zoom out")
    shown.on_screen(-90, 40)  # has come to rest
    own = shown.seen.view()
    canvas = "document.querySelector('[data-testid=stDeckGlJsonChart] canvas').dataset"
    shown.page.evaluate(f"{canvas}.first = 'yes'")
    sentence = shown.page.locator(".st-key-map_sentence")

    shown.pick("Fleet", "fleet-2")
    expect(sentence).to_be_visible()
    sentence.get_by_role("button", name="Clear all").click()
    expect(sentence).to_have_count(0)
    shown.legend_entry("bold").click()
    expect(sentence).to_be_visible()
    click_on(shown, "Truck d")
    shown.page.get_by_role("button", name="Close").click()
    expect(shown.page.locator(".st-key-map_panel")).to_have_count(0)
    shown.seen.ticks(1)
    assert shown.page.evaluate(f"{canvas}.first") == "yes"
    assert shown.seen.view() == pytest.approx(own, abs=1e-6)
    shown.seen.clean()
