"""The map's layers, list, trails and files as a viewer meets them in Chromium."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Locator, Response, expect

from dashboard.feed.vehicle_list import KEPT_SECONDS
from tests.browser import rig

pytestmark = pytest.mark.browser

CHECKBOX_X, HEADER, ROW = 17, 34, 33
"""Pixels: where the grid of a dataframe has its checkboxes, and how tall its lines are."""


def of(seen: rig.Watch, name: str) -> list[Response]:
    """Good answers of one route of the feed."""
    return [answer for answer in seen.feeds() if f"/feed/{name}" in answer.url]


def asked(seen: rig.Watch) -> dict[str, list[str]]:
    """The parameters in the address bar."""
    return parse_qs(urlsplit(seen.page.url).query)


def number(text: str) -> int:
    return int("0" + "".join(character for character in text if character.isdigit()))


def grid(seen: rig.Watch) -> Locator:
    return seen.page.get_by_test_id("stDataFrame")


def column(seen: rig.Watch, name: str) -> list[str]:
    """What a screen reader finds in a column of the list, for the rows in sight."""
    found: list[str] = seen.page.evaluate(
        """name => {
            const table = document.querySelector('[data-testid="stDataFrame"] table');
            if (!table) return [];
            const head = [...table.querySelectorAll('thead th')].findIndex(cell => cell.innerText === name);
            const rows = [...table.querySelectorAll('tbody tr')];
            return rows.map(row => row.querySelectorAll('td')[head]?.innerText ?? "");
        }""",
        name,
    )
    return found


def chosen(seen: rig.Watch) -> list[str]:
    """The vehicles that the list marks as chosen."""
    marks = zip(column(seen, "Chosen"), column(seen, "Vehicle"), strict=False)
    return [name for mark, name in marks if mark == "chosen"]


def tick(seen: rig.Watch, line: int) -> None:
    """Tick or untick the checkbox of a line of the list."""
    seen.settled()
    # The grid is a canvas, so it is clicked by place, not by what it holds. It may still be moving down the page.
    grid(seen).click(position={"x": CHECKBOX_X, "y": HEADER + ROW * (line + 0.5)})


def list_shown(seen: rig.Watch) -> rig.Watch:
    expect(seen.page.get_by_text("Vehicles in a list")).to_be_visible()
    expect(grid(seen)).to_be_visible()
    while (column(seen, "Vehicle") or ["Vehicle "])[0].startswith("Vehicle "):
        seen.ticks(1)  # names come after the first positions of a new process
        refresh(seen)
    return seen


def list_age(seen: rig.Watch) -> datetime:
    """When the positions in the list were received; of the day of 1900-01-01."""
    said = re.search(r"as of ([\d:]+) UTC", seen.page.locator(".st-key-list_head").inner_text())
    assert said
    return datetime.strptime(said[1], "%H:%M:%S").replace(tzinfo=UTC)


def refresh(seen: rig.Watch) -> None:
    """Refresh the list and wait until it is; a newer snapshot must be there."""
    before = list_age(seen)
    seen.page.get_by_role("button", name="Refresh").click()
    seen.until(lambda: list_age(seen) != before, "a newer list")
    seen.settled()


def agreed_total(seen: rig.Watch) -> int:
    """How many vehicles there are in all, once list and map say the same: a new process learns of some late."""
    heading = seen.page.locator(".st-key-list_pages")
    seen.until(
        lambda: f"{seen.counts()[1]:,} vehicles · page 1 of" in heading.inner_text(), "list and map to agree"
    )
    return seen.counts()[1]


def choose_in_view(seen: rig.Watch, label: str) -> None:
    seen.page.get_by_role("button", name="View").click()
    seen.page.get_by_text(label, exact=True).click()
    seen.page.keyboard.press("Escape")


@pytest.mark.slow
def test_hexagons_count_the_vehicles_that_the_map_shows(dashboard, visit) -> None:
    seen = visit(dashboard(), width=1280, height=900, drawn=True).map_shown()
    choose_in_view(seen, "Coarse")
    seen.until(lambda: bool(of(seen, "hexagons.json")), "hexagons")
    seen.until(lambda: asked(seen).get("hex") == ["coarse"], "hexagons in the address")
    expect(seen.page.get_by_text("Vehicles per hexagon:")).to_be_visible()
    seen.until(
        lambda: sum(cell["count"] for cell in of(seen, "hexagons.json")[-1].json()) == seen.counts()[0],
        "each vehicle to be counted",
    )
    found = of(seen, "hexagons.json")[-1].json()
    assert all(isinstance(cell["hex"], str) and len(cell["hex"]) == 15 for cell in found)
    seen.ticks(2)  # what was asked for before may still arrive
    vehicles = len(of(seen, "vehicles/standing.json"))
    seen.ticks(2)
    assert len(of(seen, "vehicles/standing.json")) == vehicles, (
        "vehicles are not loaded while hexagons are shown"
    )
    assert seen.fits()
    query = urlsplit(seen.page.url).query
    choose_in_view(seen, "Off")
    seen.until(lambda: len(of(seen, "vehicles/standing.json")) > vehicles, "vehicles again")
    seen.until(lambda: "hex" not in asked(seen), "no hexagons in the address")
    seen.clean()
    seen.page.close()  # two maps at once are slow to draw without a graphics card
    again = visit(dashboard(), f"/?{query}", width=390, height=900, theme="dark")
    again.until(lambda: bool(of(again, "hexagons.json")), "hexagons by link")
    expect(again.page.get_by_text("Vehicles per hexagon:")).to_be_visible()
    assert again.fits()
    again.clean()


def test_trailers_are_off_until_wanted_and_follow_the_filters(dashboard, visit) -> None:
    seen = visit(dashboard(), width=1280).map_shown()
    seen.ticks(1)
    assert not of(seen, "trailers.json")
    choose_in_view(seen, "Trailers")
    seen.until(lambda: bool(of(seen, "trailers.json")), "trailers")
    everything = of(seen, "trailers.json")[-1].json()
    expect(seen.page.get_by_text(f"{len(everything):,} trailers.")).to_be_visible()
    assert len(everything) > 100
    seen.until(lambda: asked(seen).get("trailers") == ["1"], "trailers in the address")
    seen.page.get_by_role("combobox", name="Fleet").click()
    seen.page.get_by_role("option").filter(has_not_text="Select all").first.click()
    seen.page.keyboard.press("Escape")
    seen.until(
        lambda: len({row["fleet"] for row in of(seen, "trailers.json")[-1].json()}) == 1,
        "trailers of one fleet",
    )
    seen.clean()


def test_a_row_of_the_list_chooses_on_the_map_and_the_other_way_round(dashboard, visit) -> None:
    seen = list_shown(visit(dashboard(), width=1280, height=900).map_shown())
    view = seen.view()
    name = column(seen, "Vehicle")[2]
    tick(seen, 2)
    seen.until(lambda: "vehicle" in asked(seen), "the choice in the address")
    expect(seen.page.get_by_role("button", name="Go there")).to_be_visible()
    expect(seen.page.get_by_text("Chosen on the map:")).to_contain_text(name)
    seen.until(lambda: seen.view()["zoom"] > view["zoom"] + 2, "the map to go there")
    seen.until(lambda: chosen(seen) == [name], "the mark in the list")

    seen.clean()
    query = urlsplit(seen.page.url).query
    seen.page.close()  # two maps at once are slow to draw without a graphics card
    again = list_shown(visit(dashboard(), f"/?{query}", width=390, height=900))
    again.until(lambda: chosen(again) == [name], "the mark by link")
    assert again.fits()
    again.clean()


def test_the_list_holds_the_rows_of_the_map_and_stays_while_it_ticks(dashboard, visit) -> None:
    seen = list_shown(visit(dashboard(), width=1280, height=900).map_shown())
    total = agreed_total(seen)
    heading = seen.page.locator(".st-key-list_pages")
    assert seen.counts()[0] < total, "some cannot be drawn, and the list has them all the same"
    before = list_age(seen)
    seen.ticks(3)
    # Its own renewal may fall between; one for each tick may not.
    passed = (list_age(seen) - before) % timedelta(days=1)
    assert not passed or passed >= timedelta(seconds=KEPT_SECONDS), "the list does not follow the map's tick"
    refresh(seen)

    box = seen.page.get_by_role("searchbox", name="Search in the list")
    seen.until(lambda: bool(column(seen, "Vehicle")), "the refreshed rows")
    first = column(seen, "Vehicle")[0]
    box.fill(first)
    box.press("Enter")
    seen.until(
        lambda: (
            column(seen, "Vehicle")[:1] == [first]
            and number(heading.inner_text().partition("vehicle")[0]) < total
        ),
        "the search to be done",
    )
    box.fill("no vehicle is called this")
    box.press("Enter")
    expect(seen.page.get_by_text("No vehicle matches the filters and the search.")).to_be_visible()
    seen.clean()


def test_files_hold_what_the_filters_leave_and_are_built_when_asked_for(dashboard, visit) -> None:
    seen = list_shown(visit(dashboard(), width=390, height=900).map_shown())
    total = agreed_total(seen)
    seen.page.get_by_role("button", name="Export").click()
    found = {}
    for label, ending in (("CSV, for", "csv"), ("GeoJSON, for", "geojson"), ("Parquet, for", "parquet")):
        with seen.page.expect_download() as waiting:
            seen.page.get_by_role("button", name=label).click()
        assert waiting.value.suggested_filename.endswith(f"Z.{ending}")
        found[ending] = waiting.value.path().read_bytes()
    table = pd.read_csv(io.BytesIO(found["csv"]), encoding="utf-8-sig")
    assert len(table) == total
    assert {"speed_mph", "occurred_at_utc", "longitude_deg"} <= set(table.columns)
    assert len(json.loads(found["geojson"])["features"]) == total
    assert pq.read_table(io.BytesIO(found["parquet"])).num_rows == total
    seen.clean()


def test_a_list_can_be_used_by_keyboard_alone(dashboard, visit) -> None:
    seen = list_shown(visit(dashboard(), width=1280, height=900).map_shown())
    seen.page.get_by_role("searchbox", name="Search in the list").focus()
    for _ in range(12):
        seen.page.keyboard.press("Tab")
        if grid(seen).evaluate("node => node.contains(document.activeElement)"):
            break
    seen.page.keyboard.press("ArrowDown")
    seen.page.keyboard.press("ArrowLeft")
    seen.page.keyboard.press("Shift+Space")
    seen.until(lambda: "vehicle" in asked(seen), "a row chosen by keyboard")


@pytest.mark.slow
def test_trails_of_several_rows_are_replayed_together(dashboard, visit) -> None:
    seen = list_shown(visit(dashboard(), "/?state=moving", width=1280, height=1000).map_shown())
    seen.ticks(2)
    refresh(seen)  # vehicles come to move and to rest; for half a minute from now the list stays as it is
    seen.until(lambda: len(column(seen, "Vehicle")) > 1, "the refreshed rows")
    names = column(seen, "Vehicle")[:2]
    tick(seen, 0)
    # All that comes above the list has come by then, so that its lines stay where they are.
    seen.until(lambda: chosen(seen) == names[:1], "the mark in the list")
    tick(seen, 1)
    seen.page.get_by_role("button", name="Show the trails of 2").click()
    seen.until(lambda: len({answer.url for answer in of(seen, "trails.json")}) == 2, "lines and stops")
    answers = [answer.json() for answer in of(seen, "trails.json")]
    lines = next(rows for rows in answers if all("path" in row for row in rows))
    assert {line["name"] for line in lines} == set(names)
    assert sum(len(line["path"]) for line in lines) > 20
    table = seen.page.get_by_role("region", name="Trails in numbers")
    for name in names:
        expect(table.get_by_role("rowheader", name=name)).to_be_visible()
    expect(seen.page.get_by_text("Live vehicles are pale meanwhile.")).to_be_visible()

    slider = seen.page.get_by_role("slider", name="Moment of the replay (UTC)")

    def moment() -> float:
        return float(slider.evaluate("node => node.getAttribute('aria-valuenow') ?? node.value"))

    end = moment()
    assert end > 0
    seen.page.get_by_role("button", name="Play").click()
    expect(seen.page.get_by_role("button", name="Pause")).to_be_visible()
    seen.until(lambda: moment() < end, "the replay to begin")
    first = moment()
    seen.until(lambda: moment() > first, "the replay to move")
    seen.page.get_by_role("button", name="Pause").click()
    expect(seen.page.get_by_role("button", name="Play")).to_be_visible()
    seen.ticks(2)  # the slider comes after the button
    stopped = moment()
    seen.ticks(2)
    assert moment() == stopped

    view = seen.view()
    seen.page.get_by_role("button", name="Fit to trails").click()
    seen.until(lambda: seen.view() != view, "the map to fit the trails")
    seen.page.get_by_role("button", name="Close trails").click()
    expect(slider).to_have_count(0)
    seen.clean()
