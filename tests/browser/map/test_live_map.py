"""The live map as a viewer meets it."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser import rig
from tests.browser.world import World

pytestmark = pytest.mark.browser


def options(seen: rig.Watch, label: str) -> list[str]:
    """The values that a multiselect offers, without their counts; it is left open."""
    seen.page.get_by_role("combobox", name=label).click()
    found = seen.page.get_by_role("option").filter(has_not_text="Select all")
    expect(found.first).to_be_visible()
    return [text.strip().rpartition(" (")[0] for text in found.all_inner_texts()]


def choose(seen: rig.Watch, label: str, value: str) -> None:
    """Tick one value of a multiselect."""
    if seen.page.get_by_role("listbox").count() == 0:
        seen.page.get_by_role("combobox", name=label).click()
    seen.page.get_by_role("option").filter(has_text=f"{value} (").click()
    seen.page.keyboard.press("Escape")
    expect(seen.page.get_by_role("listbox")).to_have_count(0)


def settle(seen: rig.Watch) -> list[dict[str, str]]:
    """Any rows, once they are as many as the line over the map says."""
    return seen.rows_are(lambda _: True, "map and counts to agree")


@pytest.mark.parametrize(
    ("width", "theme"), [(1280, "light"), pytest.param(390, "dark", marks=pytest.mark.slow)]
)
def test_vehicles_are_on_the_map_and_nobody_outside_is_asked(
    dashboard, visit, width: int, theme: str
) -> None:
    path = "/?fleet=no-such-fleet"  # is ignored, with a note
    seen = visit(dashboard(), path, width=width, theme=theme, land=True, drawn=True).map_shown()
    expect(seen.page.get_by_text("no-such-fleet")).to_be_visible()
    expect(seen.page.get_by_text("Simulated data")).to_be_visible()
    rows = settle(seen)
    assert len(rows) > 1000
    assert all(-180 <= row["p"][0] <= 180 and -90 <= row["p"][1] <= 90 for row in rows)
    assert seen.fits()
    asked = {answer.url.partition("?")[0] for answer in seen.responses}
    assert {url.rpartition("/")[2] for url in asked if "/assets/icons/" in url} == {
        f"{theme}.svg",
        f"{theme}.json",
    }
    assert any("/assets/basemap/shapes/" in url for url in asked)
    paper = seen.page.get_by_test_id("stApp").evaluate("node => getComputedStyle(node).backgroundColor")
    red, green, blue = (int(part) for part in re.findall(r"\d+", paper)[:3])
    assert (red + green + blue > 384) == (theme == "light")
    seen.clean()

    # The feed refuses who was not given its address.
    url = seen.feeds()[-1].url
    (given,) = parse_qs(urlsplit(url).query)["id"]
    assert httpx.get(url).status_code == 200
    for bad in (url.replace(given, given[::-1]), url.replace(given, ""), url.partition("?")[0]):
        answer = httpx.get(bad)
        assert answer.status_code == 403
        assert "lon" not in answer.text


def test_fleet_and_source_filter_together_and_live_in_the_address(dashboard, visit) -> None:
    seen = visit(dashboard()).map_shown()
    everything = settle(seen)
    fleet = options(seen, "Fleet")[0]
    choose(seen, "Fleet", fleet)
    seen.until(lambda: {row["fleet"] for row in seen.rows()} == {fleet}, "one fleet alone")
    of_fleet = settle(seen)
    assert 0 < len(of_fleet) < len(everything)

    had = {row["source"] for row in of_fleet}
    offered = options(seen, "Source")
    source = next(value for value in offered if value in had)
    choose(seen, "Source", source)
    wanted = {row["n"] for row in of_fleet if row["source"] == source}
    seen.until(lambda: {row["n"] for row in seen.rows()} == wanted, "the source's vehicles of the fleet")
    settle(seen)
    assert seen.counts()[1] >= len(everything)

    seen.until(lambda: "source=" in seen.page.url, "the source in the address")
    query = parse_qs(urlsplit(seen.page.url).query)
    assert len(query["source"]) == 1
    seen.clean()
    seen.page.close()
    again = visit(dashboard(), f"/?{urlsplit(seen.page.url).query}").map_shown()
    again.until(lambda: {row["n"] for row in again.rows()} == wanted, "the same vehicles by link")

    # A source that the fleet does not have leaves nothing, and is no error.
    missing = next(value for value in offered if value not in had and value.isalpha())
    again.open(f"/?{urlencode({'fleet': query['fleet'][0], 'source': missing.lower()})}")
    expect(again.page.locator(".st-key-map_sentence")).to_contain_text("No vehicle matches.")
    assert again.counts()[0] == 0
    again.clean()


def test_pan_and_zoom_survive_ticks(dashboard, visit, small: World) -> None:
    seen = visit(dashboard(small.settings), drawn=True).map_shown()
    seen.ticks(1)
    start = seen.view()
    seen.page.mouse.move(640, 500)
    seen.page.mouse.wheel(0, -400)
    seen.until(lambda: seen.view()["zoom"] > start["zoom"] + 0.3, "the map to zoom")
    seen.page.mouse.down()
    seen.page.mouse.move(400, 420, steps=5)
    seen.page.mouse.up()
    seen.ticks(2)  # dragging goes on by inertia for a moment
    moved = seen.view()
    assert moved["longitude"] != pytest.approx(start["longitude"], abs=0.5)
    seen.ticks(3)
    assert seen.view() == pytest.approx(moved, abs=1e-6)
