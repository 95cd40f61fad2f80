"""A map that is shared, from the button on the map to the end of the link, as its maker and its guests see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from dashboard.sharing.shares import COOKIE
from tests.browser import rig
from tests.browser.map_page import MapPage, click_on, panel
from tests.browser.replay import serving
from tests.browser.world import FLEETS, World

pytestmark = pytest.mark.browser
SHARED, *OTHERS = FLEETS
PRIVATE = "ostrimex"
FORBIDDEN = [*OTHERS, PRIVATE]
"""Of the other fleets, and of what is hidden of each vehicle."""
COMPANY = "Northline Freight"
NAMES = [f"Truck {SHARED}-0", f"Truck {SHARED}-1"]
FIRST_ROW = {"x": 17, "y": 50}
"""Pixels: where the grid of a dataframe has the checkbox of its first line."""
ENDS_MS = 5_000
"""A link that is revoked ends its pages within two seconds; the rest is for a machine that does much else."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with serving(World.told_apart()) as world:
        yield world


@pytest.fixture
def server(dashboard, world: World) -> rig.Server:
    found: rig.Server = dashboard({**world.settings, "CATENA_COMPANY_NAME": COMPANY})
    return found


@pytest.fixture
def as_guest(context: BrowserContext) -> Iterator[BrowserContext]:
    """The browser of the operator, who may become a guest in it and is none afterwards."""
    yield context
    context.clear_cookies(name=COOKIE)


@pytest.fixture
def operator(server: rig.Server, visit) -> rig.Watch:
    """Somebody who has filtered the map by one fleet."""
    seen: rig.Watch = visit(server, f"/?fleet=fleet-{SHARED}", width=1280, height=800)
    MapPage(seen).all_rows()
    return seen


def make_link(operator: rig.Watch, label: str, pass_code: str = "", *, shows: str = f"Line {SHARED}.") -> str:
    """Share what the map shows; gives the link, and leaves the maker on the page Sharing."""
    page = operator.page
    page.get_by_role("button", name="Share").click()
    page.wait_for_url("**/sharing")
    expect(page.get_by_text(shows)).to_be_visible()
    page.get_by_role("textbox", name="Label").fill(label)
    if pass_code:
        page.get_by_role("textbox", name="Pass code").fill(pass_code)
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_role("dialog").get_by_test_id("stCode").inner_text().strip()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    operator.settled()
    return link


def marks(seen: rig.Watch, words: list[str]) -> list[str]:
    """Which of some words are anywhere in what came to a page, however written."""
    came = seen.everything().lower()
    return [word for word in words if word.encode() in came]


def feed_of(guest: rig.Watch) -> str:
    """The address by which a page asks for its vehicles."""
    return next(answer.url for answer in reversed(guest.feeds()) if "/feed/vehicles/" in answer.url)


def asked_by(guest: rig.Watch, address: str) -> int:
    """What a guest's page gets at an address."""
    status: int = guest.page.evaluate("address => fetch(address).then(answer => answer.status)", address)
    return status


def test_a_guest_sees_the_shared_fleet_alone_until_the_link_is_revoked(
    server: rig.Server, operator: rig.Watch, visit, browsers: Callable[..., BrowserContext]
) -> None:
    label = "Storm watch"
    link = make_link(operator, label)
    guests = browsers(user_agent=rig.PHONE)
    with rig.opened(guests, server.url, width=390, height=844, drawn=True) as guest:
        page, shown = guest.page, MapPage(guest)
        page.goto(link)
        guest.settled()
        assert link.rpartition("/")[2] not in page.url
        rows = shown.all_rows()
        assert sorted(row["name"] for row in rows) == NAMES
        assert guest.counts() == (2, 2)
        for text in (COMPANY, label):
            expect(page.locator(".guest")).to_contain_text(text)
        for name in ("Invitations", "Sharing", "Share"):
            assert page.get_by_role("link", name=name).count() == 0
            assert page.get_by_role("button", name=name).count() == 0
        assert guest.fits()

        click_on(shown, NAMES[0])
        facts = panel(shown)
        assert {"Driver", "VIN", "Plate"}.isdisjoint(facts), facts
        expect(page.get_by_role("button", name="Show trail")).to_have_count(0)
        # What is typed is said again, so it is less than what is looked for below.
        for text, found in ((OTHERS[0][:-1], 0), (PRIVATE[:-1], 0), (NAMES[1], 1)):
            results = shown.find(text)
            expect(results.get_by_role("button", name=re.compile("Truck"))).to_have_count(found)
        page.get_by_label("Find a vehicle").fill("")

        shown.popover("View")
        shown.pick("Colour by", "Fleet")
        page.get_by_text("Trailers", exact=True).click()
        guest.until(lambda: any("trailers.json" in one.url for one in guest.feeds()), "trailers")
        page.get_by_text("Coarse", exact=True).click()
        guest.until(lambda: any("hexagons.json" in one.url for one in guest.feeds()), "hexagons")
        page.get_by_text("Off", exact=True).click()
        shown.close()
        guest.until(lambda: shown.legend() == {f"Line {SHARED}": 2}, "the legend of the one fleet")
        expect(page.get_by_text("1 trailer.")).to_be_visible()
        page.get_by_test_id("stDataFrame").scroll_into_view_if_needed()
        expect(page.locator(".st-key-list_pages")).to_contain_text("2 vehicles")

        assert marks(guest, [SHARED, *FORBIDDEN]) == [SHARED]
        guest.clean()
        with rig.opened(guests, server.url, width=390, height=844) as wall:
            wall.goto("/?kiosk=cycle&colour=fleet")
            expect(wall.page.locator(".kiosk b").first).to_have_text("2")
            wall.ticks(3)
            assert marks(wall, FORBIDDEN) == []

        # What the guest was not told is there to be told.
        full: rig.Watch = visit(server, f"/?vehicle={SHARED}-0&colour=fleet&trailers=1", width=1280)
        MapPage(full).all_rows()
        expect(full.page.locator(".st-key-map_panel")).to_contain_text("OSTRIMEXVIN0")
        assert marks(full, FORBIDDEN) == FORBIDDEN
        full.page.close()

        operator.page.get_by_test_id("stDataFrame").first.click(position=FIRST_ROW)
        operator.page.get_by_role("button", name="Revoke").click()
        dialog = operator.page.get_by_role("dialog")
        expect(dialog).to_contain_text(label)
        dialog.get_by_role("button", name="Revoke").click()
        expect(page.get_by_role("heading", name="This link has ended")).to_be_visible(timeout=ENDS_MS)
        assert page.get_by_test_id("stApp").count() == 0
        page.goto(link)
        expect(page.get_by_role("heading", name="This link has ended")).to_be_visible()


def test_a_pass_code_is_asked_for_and_each_guest_has_addresses_of_their_own(
    server: rig.Server, operator: rig.Watch, as_guest: BrowserContext, browsers: Callable[..., BrowserContext]
) -> None:
    link = make_link(operator, "With a code", "seven-oaks")
    operator.page.close()
    with rig.opened(as_guest, server.url) as first, rig.opened(browsers(), server.url) as second:
        for guest in (first, second):
            guest.page.goto(link)
            expect(guest.page.get_by_role("heading", name="This link needs a pass code")).to_be_visible()
        guest.page.get_by_label("Pass code").fill("seven-elms")
        guest.page.get_by_role("button", name="Open the map").click()
        expect(guest.page.get_by_role("alert")).to_contain_text("not the pass code")
        assert not guest.frames
        for guest in (first, second):
            guest.page.get_by_label("Pass code").fill("seven-oaks")
            guest.page.get_by_role("button", name="Open the map").click()
            guest.settled()
            assert link.rpartition("/")[2] not in guest.page.url
            guest.map_shown()
        assert feed_of(first) != feed_of(second)
        assert asked_by(first, feed_of(first)) == asked_by(second, feed_of(second)) == 200
        assert asked_by(second, feed_of(first)) == 403
