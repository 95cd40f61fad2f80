"""What the map says is true: how fresh vehicles are, what is not known, and what the colours count."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from playwright.sync_api import expect

from dashboard.fleet.providers import Banner
from dashboard.ui.map import banners

pytestmark = pytest.mark.browser


def test_late_providers_are_named_and_shapes_tell_how_fresh_each_vehicle_is(see) -> None:
    shown = see(width=1280, height=720)
    rows = shown.all_rows()
    banner = shown.page.locator(".st-key-map_late")
    expect(banner).to_contain_text(
        re.compile(r"Geotab of .+ last delivered \d+ min ago, \d+ vehicles affected")
    )
    banner.get_by_role("button").click()
    said = shown.page.get_by_test_id("stPopoverBody").get_by_text("last delivered")
    expect(said.first).to_be_visible()

    def all_said() -> bool:
        number = re.search(r"\((\d+)\)", banner.inner_text())
        return number is not None and said.count() == int(number[1])

    shown.seen.until(all_said, "as many sentences as providers are late")
    places = list(banners.sentences([Banner("", "", None, 0, "")] * said.count()))
    for place, nth in zip(places, [0, *range(said.count())], strict=True):
        whose, _, _ = said.nth(nth).inner_text().partition(" last delivered")  # the rest counts minutes
        expect(shown.page.locator(place)).to_have_text(re.compile(f"^{re.escape(whose)} last delivered"))
    shapes = Counter(row["icon"].partition("-")[0] for row in rows)
    assert {"stopped", "unknown", "late", "silent"} <= set(shapes)
    assert {"moving", "moving_unknown"} & set(shapes)  # with a heading, once it has moved
    for row in rows:
        match row["icon"].partition("-")[0]:
            case "unknown":
                assert row["speed"] == "speed unknown"
            case "moving" | "stopped":
                assert row["speed"] != "speed unknown"
            case "late" | "moving_late":
                assert "min ago" in row["age"] or "h ago" in row["age"]

    # A connection marked as paused delivers: its vehicles are drawn as fresh as any.
    paused = [row for row in rows if row["source"].casefold().startswith("isaac")]
    fresh = sum(
        row["icon"].partition("-")[0] in {"moving", "moving_unknown", "stopped", "unknown"} for row in paused
    )
    assert fresh > len(paused) / 2
    shown.seen.clean()


ENTRIES = {
    "Source": "Samsara",
    "Fleet": "Prairie Line Freight",
    "State": "stopped",
    "Speed": "0 mph",
    "Fuel level": "over 75 %",
    "Age of last fix": "up to 5 min old",
}
"""What is coloured by to something that only its legend has."""


@pytest.mark.slow
def test_every_colouring_counts_each_vehicle_once_and_filters(see) -> None:
    shown = see("/?color=speed", width=1280, height=720)
    shown.all_rows()
    seen_colours = {}
    for label, entry in ENTRIES.items():
        shown.popover("View")
        shown.pick("Colour by", label)
        shown.close()
        word = {"Fuel level": "fuel", "Age of last fix": "age"}.get(label, label.lower())
        shown.seen.until(
            lambda word=word: shown.query().get("color", ["source"]) == [word], f"colour by {word}"
        )
        shown.seen.until(lambda entry=entry: entry in shown.legend(), f"the legend of {label}")
        shown.seen.until(
            lambda: sum(shown.legend().values()) == len(shown.seen.rows()), f"{label} to count all"
        )

        def counted_alike() -> bool:
            drawn = Counter(row["icon"].rpartition("-")[2] for row in shown.seen.rows())
            # "Others" and "not known" may share a colour.
            return sum(drawn.values()) == sum(shown.legend().values()) and set(drawn.values()) <= {
                *shown.legend().values(),
                sum(
                    count for name, count in shown.legend().items() if name == "not known" or "others" in name
                ),
            }

        shown.seen.until(counted_alike, f"{label} to count what is drawn")
        seen_colours[label] = {row["icon"].rpartition("-")[2] for row in shown.seen.rows()}
        shown.seen.until(lambda: len(shown.legend()) >= 3, f"three entries or more of {label}")
    assert len(set(map(frozenset, seen_colours.values()))) > 3
    # The last colouring's first entry, clicked: only its vehicles, and in the address.
    label, count = next(iter(shown.legend().items()))
    shown.legend_entry(label).click()
    rows = shown.seen.rows_are(
        lambda rows: len({row["icon"].rpartition("-")[2] for row in rows}) == 1, "one colour"
    )
    assert len(rows) == pytest.approx(count, abs=count / 5 + 5)
    shown.seen.until(lambda: "age" in shown.query(), "the filter in the address")
    shown.seen.until(lambda: len(shown.legend()) > 1, "what else there is to stay in sight")
    shown.legend_entry(label).click()
    shown.seen.until(lambda: "age" not in shown.query(), "the filter to go")
    shown.seen.clean()
