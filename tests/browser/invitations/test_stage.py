"""The stage in a real browser: from the open map to a fleet's first truck, as a presenter and a fleet do it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import rig
from tests.browser.barriers import barriers
from tests.browser.map_page import MapPage

pytestmark = pytest.mark.browser
MOST_CLICKS, MOST_TAPS, MOST_SECONDS = 4, 3, 25
NARROW = 700
CODE = ".stage .qr img"
ACCEPTED, CONNECTED = (f".stage li.done:has-text('{step}')" for step in ("Accepted", "Provider connected"))

# At once: when a step lights up, all words are drawn anew.
WORDS = """() => [...document.querySelectorAll(".stage :is(.fleet, .words, .steps span, .arrived)")].map((node) => {
  const box = node.getBoundingClientRect();
  return [box.left, box.right, box.top, box.bottom, parseFloat(getComputedStyle(node).fontSize)];
})"""

# Streamlit fades what is out of date, which gives it a level of its own in the page.
SEEN_WHEN_FADED = """() => {
  const words = document.querySelector(".stage .fleet");
  const box = words.getBoundingClientRect();
  const faded = words.closest('[data-testid="stElementContainer"]');
  faded.style.opacity = ".5";
  const top = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
  faded.style.opacity = "";
  return words.closest(".stage").contains(top);
}"""


@pytest.fixture
def server(dashboard) -> rig.Server:
    """A dashboard with the usual pauses between polls."""
    return dashboard({"CATENA_POLL_SECONDS": "15", "CATENA_COMPANY_NAME": "Acme Insurance"}, hasty=False)


class Hand:
    """Clicks, and counts them."""

    def __init__(self) -> None:
        self.clicks = 0

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()


def opened(seen: rig.Watch, hand: Hand) -> str:
    """Open the stage with the next visitor's code, and read it as a phone does."""
    page = seen.page
    hand.click(page.get_by_role("link", name="Stage"))
    hand.click(page.get_by_role("button", name="Show the code"))
    expect(page.locator(CODE)).to_be_visible()
    return seen.code(page.locator(CODE))


def join(fleet: Page, hand: Hand, between: Callable[[str], object] = lambda _step: None) -> None:
    """Accept and connect; `between` is told what was done."""
    hand.click(fleet.get_by_role("button", name="Accept and continue"))
    between(ACCEPTED)
    hand.click(fleet.get_by_role("listitem").get_by_role("link", name="Geotab").first)
    hand.click(fleet.get_by_role("button", name="Connect"))


def test_from_the_open_map_to_the_first_truck(server, visit, phone) -> None:
    seen = visit(server, width=1280, height=800).map_shown()
    presenter, fleet, began = Hand(), Hand(), time.monotonic()
    link = opened(seen, presenter)
    handset = phone(link)
    join(handset.page, fleet)
    expect(seen.page.get_by_text("is live: ")).to_be_visible()
    on_the_map = MapPage(seen)
    seen.until(lambda: on_the_map.layers().get("arrived", {"rows": ()})["rows"], "the first truck on the map")
    took = time.monotonic() - began
    sys.stdout.write(f"\nFrom the open map to the first truck: {took:.1f} s\n")
    assert presenter.clicks <= MOST_CLICKS
    assert fleet.clicks <= MOST_TAPS
    assert took <= MOST_SECONDS
    assert link.partition("invite=")[2] not in seen.page.url
    assert link.partition("invite=")[2] not in server.log()
    seen.clean()


@pytest.mark.parametrize(
    ("width", "height", "theme"),
    [
        pytest.param(1024, 768, "light", marks=pytest.mark.slow),
        (1920, 1080, "dark"),
        pytest.param(390, 844, "light", marks=pytest.mark.slow),
    ],
    ids=["4:3", "16:9", "narrow"],
)
def test_each_act_fits_is_large_and_has_no_barriers(
    server, visit, phone, width: int, height: int, theme: str
) -> None:
    seen = visit(server, "/stage", width=width, height=height, theme=theme)
    page = seen.page
    page.get_by_role("button", name="Show the code").click()
    handset = phone(seen.code(page.locator(CODE)))
    code = page.locator(CODE).bounding_box()
    assert code
    assert code["height"] == pytest.approx(0.75 * height if width > NARROW else 0.92 * width, rel=0.02)

    def look(act: str) -> None:
        expect(page.locator(act).first).to_be_visible()
        assert seen.fits(), act
        for x, right, y, bottom, size in page.evaluate(WORDS):
            assert 0 <= x <= right <= width, act
            assert 0 <= y <= bottom <= height, act
            assert width < NARROW or size >= 0.04 * height, f"legible from the last row: {act}"
        assert barriers(page) == [], act
        assert ".arrived" in act or page.evaluate(SEEN_WHEN_FADED), f"the map hides it: {act}"

    look(CODE)
    join(handset.page, Hand(), look)
    look(".stage .arrived")
    expect(page.locator(CODE)).to_have_count(0)
    seen.clean()


@pytest.mark.slow
def test_keys_go_on_to_the_next_fleet_and_leave(server, visit, phone) -> None:
    seen = visit(server, "/stage", width=1280, height=800)
    page = seen.page
    page.get_by_label("Fleet name").fill("Falcon Freight")
    page.keyboard.press("Enter")
    first = seen.code(page.locator(CODE))
    join(phone(first).page, Hand())
    expect(page.get_by_text("Falcon Freight is live: ")).to_be_visible()
    page.get_by_role("button", name="Show other fleets").click()
    expect(page.get_by_role("button", name="Hide other fleets")).to_be_visible()
    seen.press("ArrowRight", page.locator(CODE).count, "the next code")
    expect(page.locator(CODE)).to_be_visible()
    assert seen.code(page.locator(CODE)) != first
    seen.press("Escape", page.get_by_label("Fleet name").count, "the start")
    expect(page.get_by_label("Fleet name")).to_be_visible()
    page.get_by_role("button", name="Falcon Freight · accepted").click()
    expect(page.get_by_text("Falcon Freight is live: ")).to_be_visible()
    page.get_by_role("button", name="Show only this fleet").click()
    seen.map_shown()
    seen.until(
        lambda: {row["fleet"] for row in seen.rows()} == {"Falcon Freight"}, "the fleet alone on the map"
    )
    seen.clean()
