"""Finding and filtering: the search box, the filters, what is said about them, and the link."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.map_page import panel

pytestmark = pytest.mark.browser


def test_a_vehicle_is_found_by_any_of_its_names_and_stays_chosen(see) -> None:
    shown = see(width=1280, height=720)
    rows = shown.all_rows()
    times = Counter(row["name"] for row in rows)
    names = {row["name"]: row for row in rows if times[row["name"]] == 1}
    before = shown.seen.view()
    moving = [name for name, row in names.items() if row["icon"].startswith("moving")]
    expect(shown.find(moving[0][:4]).get_by_role("button").first).to_be_visible()

    def hits(name: str) -> Locator:
        buttons = shown.find(name).get_by_role("button")
        # What was found before may hold it too, elsewhere in the list; a whole name comes first.
        expect(buttons.first).to_have_text(re.compile(f"^{name} · "))
        return buttons.filter(has_text=names[name]["fleet"]).filter(has_text=re.compile(f"^{name} · "))

    # Now and then a vehicle that has no place on the map is found too, and bears the same name.
    name = next(name for name in moving[:5] if hits(name).count() == 1)
    row, hit = names[name], hits(name)
    expect(hit).to_have_count(1)
    hit.focus()
    shown.page.keyboard.press("Enter")
    facts = panel(shown)
    assert facts["Fleet"] == row["fleet"]
    shown.seen.until(lambda: shown.seen.view()["zoom"] > before["zoom"] + 2, "the map to fly there")
    shown.seen.until(lambda: "vehicle" in shown.query(), "the choice in the address")
    (chosen,) = shown.query()["vehicle"]
    shown.seen.until(lambda: "chosen" in shown.layers(), "the ring")
    assert len(shown.layers()["chosen"]["rows"]) == 1
    shown.seen.ticks(2)
    assert shown.query()["vehicle"] == [chosen]

    def ringed() -> bool:
        ring = shown.layers()["chosen"]["rows"][0]
        now = next(now for now in shown.seen.rows() if now["n"] == row["n"])
        return abs(ring["p"][0] - now["p"][0]) + abs(ring["p"][1] - now["p"][1]) < 1e-4

    shown.seen.until(ringed, "the ring to be where the vehicle is")
    for label in ("VIN", "Plate", "Driver"):
        if label in facts:  # a provider may not tell it
            typed = facts[label].replace("-", "")[:-1].lower() if label != "Driver" else facts[label]
            expect(shown.find(typed).get_by_role("button").filter(has_text=name).first).to_be_visible()
    shown.page.get_by_role("button", name="Close").click()
    shown.seen.until(lambda: "vehicle" not in shown.query(), "the choice to end")
    shown.seen.clean()


def test_only_matches_and_all_the_filters_change_what_is_drawn_and_the_address(see) -> None:
    shown = see(width=1280, height=720)
    everything = shown.all_rows()
    sentence = shown.page.locator(".st-key-map_sentence")
    expect(sentence).to_have_count(0)
    shown.find(everything[0]["fleet"]).get_by_role("button", name="Show only matches").click()
    kept = shown.seen.rows_are(lambda rows: len(rows) < len(everything), "only matches")
    assert {row["fleet"] for row in kept} == {everything[0]["fleet"]}
    expect(sentence).to_contain_text(f"matching “{everything[0]['fleet']}”")
    sentence.get_by_role("button", name="Clear all").click()
    shown.seen.rows_are(lambda rows: len(rows) >= len(everything) - 5, "everything again")
    shown.seen.until(lambda: shown.query() == {}, "nothing in the address")

    brand = "Geotab"
    shown.popover("More filters")
    for label, option in (
        ("Connected as", brand),
        ("State", "moving"),
        ("Last fix", "live"),
        ("Speed", " 70 mph"),
    ):
        shown.pick(label, option)
    shown.seen.rows_are(
        lambda rows: (
            {row["source"] for row in rows} == {brand}
            and all(row["icon"].startswith("moving") and "late" not in row["icon"] for row in rows)
            and len(shown.query()) == 4
        ),
        "all four",
    )
    assert set(shown.query()) == {"provider", "state", "age", "speed"}
    expect(sentence).to_contain_text(
        f"connected as {brand}, that are moving, whose last fix is live, with speed"
    )
    expect(shown.page.get_by_role("button", name="More filters (4)")).to_be_visible()
    shown.page.get_by_role("button", name="Clear all filters").click()
    shown.seen.rows_are(lambda rows: len(rows) >= len(everything) - 5, "everything again")
    expect(sentence).to_have_count(0)
    shown.seen.clean()


@pytest.mark.slow
def test_a_link_reopens_the_view_and_says_what_of_it_is_wrong(see) -> None:
    first = see("/?color=state")
    vehicle_row = first.all_rows()[3]
    first.find(vehicle_row["name"]).get_by_role("button").first.click()
    first.seen.until(lambda: "vehicle" in first.query(), "a chosen vehicle")
    asked = {
        "state": ["moving", "stopped"],
        "fuel": ["50", "75"],
        "age": "live",
        "q": "a",
        "color": "speed",
        "units": "metric",
        "vehicle": first.query()["vehicle"][0],
    }
    wrong = {"fleet": "nobody", "speed": "warp", "hex": "huge"}
    first.page.close()
    again = see(f"/?{urlencode({**asked, **wrong}, doseq=True)}")
    again.seen.map_shown()
    for value in ("nobody", "warp", "huge"):
        expect(again.page.get_by_text(re.compile(f"{value}.*ignored"))).to_be_visible()
    again.seen.until(lambda: "nobody" not in again.page.url, "the address to be put right")
    expected = {name: [value] if isinstance(value, str) else value for name, value in asked.items()}
    assert again.query() == expected
    expect(again.page.locator(".st-key-map_panel")).to_be_visible()
    # Nothing of it is lost in popovers that are opened only after the page has run again.
    again.find("no such vehicle")
    again.page.get_by_label("Find a vehicle").fill("")
    again.popover("View")
    expect(again.page.get_by_role("combobox", name="Colour by")).to_have_value("Speed")
    expect(again.page.get_by_role("switch", name="Kilometres and °C")).to_be_checked()
    expect(again.page.get_by_role("radio", name="Off")).to_be_checked()
    again.seen.ticks(1)
    assert again.query() == expected
    again.seen.clean()
