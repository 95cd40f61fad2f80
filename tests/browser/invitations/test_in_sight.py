"""What is to be done is in sight and readable, at the sizes of a laptop and of a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from dashboard.ui.contrast import LEAST, contrast
from dashboard.ui.invitations import reach
from tests.browser.barriers import barriers
from tests.browser.invitations_page import invited, settled, tab

pytestmark = pytest.mark.browser
SIZES = [pytest.param(1280, 800, marks=pytest.mark.slow), (390, 844)]
COLOURS = """button => {
  const text = button.querySelector("p");
  return [getComputedStyle(text).color, getComputedStyle(button).backgroundColor];
}"""


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize(
    ("name", "offers"),
    [("Follow up", "Resend"), ("Follow up", "Show QR code and link"), ("Progress", "Fly there")],
)
def test_what_the_chosen_row_offers_is_in_sight(
    dashboard, visit, width: int, height: int, name: str, offers: str
) -> None:
    seen = visit(dashboard(), "/invitations", width=width, height=height)
    tab(seen, name)
    table = seen.page.get_by_test_id("stDataFrame")
    rows = table.locator("tbody tr")
    expect(rows.first).to_be_attached()
    number = 0
    if offers == "Fly there":
        live = rows.filter(has_text=re.compile("Nothing: data flows|Data flows"))
        number = int(live.first.get_attribute("aria-rowindex") or "") - 2
    before = table.bounding_box()
    table.click(position={"x": 16, "y": 52 + 35 * number})
    expect(seen.page.get_by_role("button", name=offers)).to_be_in_viewport(ratio=1)
    settled(seen)
    expect(seen.page.get_by_role("button", name=offers)).to_be_in_viewport(ratio=1)
    assert table.bounding_box() == before, "the table stays where it was"
    assert seen.fits()


def test_providers_are_limited_inside_more_and_enter_creates(dashboard, visit) -> None:
    seen = visit(dashboard(), "/invitations", width=1280, height=800)
    limit = seen.page.get_by_role("button", name="Limit providers")
    create = seen.page.get_by_role("button", name="Create invitation")
    expect(create).to_be_in_viewport(ratio=1)
    expect(limit).not_to_be_visible()
    seen.page.get_by_label("Fleet reference").fill("ENTER-1")
    seen.page.get_by_text("More", exact=True).click()
    expect(limit).to_be_visible()
    expect(seen.page.get_by_role("button", name="Create", exact=True)).to_have_count(
        0
    )  # out of everybody's sight
    name = seen.page.get_by_label("Fleet name")
    name.fill("Pressed Enter")
    name.press("Enter")
    expect(seen.page.get_by_text("Created a new invitation for ENTER-1")).to_be_visible()
    expect(seen.page.get_by_role("dialog")).to_have_count(0)
    expect(seen.page.locator(".invite-card").get_by_text("Pressed Enter")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_phone_opens_the_code_that_a_laptop_makes_of_itself(
    dashboard, visit, phone, width: int, height: int
) -> None:
    own = reach.own_address()
    if not own:
        pytest.skip("this machine is in no network")
    server = dashboard()
    better = server.url.replace("127.0.0.1", own)
    seen = visit(server, "/invitations", width=width, height=height, theme="dark")
    expect(seen.page.get_by_text("A phone cannot open links made here.")).to_be_in_viewport(ratio=1)
    expect(seen.page.locator(".invite-card")).to_have_count(0)  # said before there is a code
    seen.page.get_by_role("button", name=f"Make links for {better}").click()
    expect(seen.page.get_by_text(f"Links are made for {better}.")).to_be_visible()
    expect(seen.page.get_by_text("A phone cannot open links made here.")).to_have_count(0)
    link = invited(seen, f"LAN-{width}")
    assert link.startswith(f"{better}/connect/?invite=")
    assert seen.code(seen.page.get_by_alt_text(f"QR code for LAN-{width}")) == link
    expect(phone(link).page.get_by_role("button", name="Accept and continue")).to_be_visible()
    seen.clean()


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_the_main_button_can_be_read(dashboard, visit, theme: str) -> None:
    seen = visit(dashboard(), "/invitations", theme=theme)
    button = seen.page.get_by_role("button", name="Create invitation")
    expect(button).to_be_visible()
    text, ground = (
        tuple(int(part) for part in re.findall(r"\d+", colour)[:3]) for colour in button.evaluate(COLOURS)
    )
    assert contrast(text, ground) >= LEAST
    assert barriers(seen.page) == []
