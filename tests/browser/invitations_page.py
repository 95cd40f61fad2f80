"""The steps on the page of invitations, and on a fleet's phone, that several tests take."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser import rig


def fill_and_send(page: Page, ref: str) -> None:
    page.get_by_label("Fleet reference").fill(ref)
    page.get_by_role("button", name="Create invitation").click()


def invited(seen: rig.Watch, ref: str) -> str:
    """Create an invitation and give its link."""
    fill_and_send(seen.page, ref)
    expect(seen.page.get_by_alt_text(f"QR code for {ref}")).to_be_visible()
    seen.settled()
    link = seen.page.get_by_role("link", name="Open invitation link").get_attribute("href")
    assert link
    return link


def tab(seen: rig.Watch, name: str) -> None:
    """Open a tab and wait until all that is in it has come."""
    seen.page.get_by_role("tab", name=name).click()
    expect(seen.page.get_by_role("tab", name=name, selected=True)).to_be_visible()
    inside = {
        "Invite": seen.page.get_by_label("Fleet reference"),
        "Follow up": seen.page.get_by_role("searchbox", name="Search"),
        "Progress": seen.page.locator(".funnel"),
        "Many at once": seen.page.get_by_text("Upload a CSV file"),
    }
    expect(inside[name]).to_be_visible()
    settled(seen)


def settled(seen: rig.Watch) -> None:
    """Wait until the script has run and what it replaced is gone."""
    seen.settled()
    expect(seen.page.locator('[data-stale="true"]')).to_have_count(0)


def connect(fleet: Page, provider: str) -> None:
    fleet.get_by_role("button", name="Accept and continue").click()
    fleet.get_by_role("link", name=provider, exact=False).first.click()
    fleet.get_by_role("button", name="Connect").click()
    expect(fleet.get_by_text("connected").first).to_be_visible()


def choose_row(seen: rig.Watch, number: int) -> None:
    """Tick a row of the table, which is drawn on a canvas."""
    expect(seen.page.get_by_text(re.compile(r"^\d of \d+ invitations"))).to_be_visible()  # few are left
    settled(seen)
    table = seen.page.get_by_test_id("stDataFrame")
    expect(table).to_have_count(1)  # the one that it replaces is gone
    # The canvas says its rows to screen readers too, and only once it is drawn.
    expect(table.locator("tbody tr").nth(number)).to_be_attached()
    table.click(position={"x": 16, "y": 52 + 35 * number})
    expect(seen.page.get_by_role("button", name="Resend")).to_be_visible()
    seen.settled()
