"""Take the pictures of docs/onboarding.md: one invitation from the form to the first truck, on simulated data.

Run as `.venv/bin/python -m scripts.onboarding_pictures`.
"""

from __future__ import annotations

import io
import tempfile
from dataclasses import replace
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from scripts.screenshots import HOST
from tests.browser import rig

PICTURES = Path(__file__).parents[1] / "docs" / "images"
CSV = b"fleet_ref,fleet_name,fleet_email\nPOLICY-4712,Nord Freight,\nPOLICY-4713,Blue Hauling,nonsense\nPOLICY-4714,,\n"


def main() -> None:
    """Start a dashboard, walk through it, save what is seen."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = rig.launch(playwright, f"--host-resolver-rules=MAP {HOST} 127.0.0.1")
        with rig.dashboard(Path(folder), {"CATENA_COMPANY_NAME": "Example Insurance"}) as server:
            walk(browser, replace(server, url=server.url.replace("127.0.0.1", HOST)))
        browser.close()


def walk(browser: Browser, server: rig.Server) -> None:
    """Go the whole way once."""
    with rig.watched(browser, server, width=1000, height=940) as seen:
        page = seen.open("/invitations").page
        page.get_by_label("Fleet reference").fill("POLICY-4711")
        page.get_by_text("More", exact=True).click()
        page.get_by_label("Fleet name").fill("Prairie Haulage")
        settle(seen)
        save(page, "invite-form")
        page.get_by_role("button", name="Create invitation").click()
        expect(page.get_by_alt_text("QR code for POLICY-4711")).to_be_visible()
        settle(seen)
        save(page, "invite-card")
        link = page.get_by_role("link", name="Open invitation link").get_attribute("href")
        assert link
        fleet = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        fleet.goto(link)
        save(fleet, "invite-phone")
        fleet.get_by_role("button", name="Accept and continue").click()
        fleet.get_by_role("link", name="Geotab").first.click()
        fleet.get_by_role("button", name="Connect").click()
        expect(page.get_by_text("is on the map:")).to_be_visible()
        settle(seen)
        save(page, "invite-arrived")
        follow_up(seen)
    with rig.watched(browser, server, width=1000, height=900, theme="dark") as seen:
        page = seen.open("/invitations").page
        page.get_by_role("tab", name="Progress").click()
        expect(page.get_by_test_id("stDataFrame")).to_be_visible()
        seen.page.wait_for_timeout(8000)  # the times of the first data arrive
        settle(seen)
        save(page, "invite-progress")


def follow_up(seen: rig.Watch) -> None:
    """Take the table and the bulk check."""
    page = seen.page
    page.get_by_role("tab", name="Follow up").click()
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_have_count(1)
    settle(seen)
    table.click(position={"x": 16, "y": 52 + 35})
    expect(page.get_by_role("button", name="Resend")).to_be_visible()
    settle(seen)
    save(page, "invite-follow-up")
    page.get_by_role("tab", name="Many at once").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": "fleets.csv", "mimeType": "text/csv", "buffer": CSV}
    )
    expect(page.get_by_role("button", name="Create 2 invitations")).to_be_visible()
    settle(seen)
    save(page, "invite-many")


def settle(seen: rig.Watch) -> None:
    """Wait until nothing moves any more."""
    seen.settled()
    expect(seen.page.locator('[data-stale="true"]')).to_have_count(0)
    seen.page.wait_for_timeout(1500)


def save(page: Page, name: str) -> None:
    """Save what is visible, in few colours so that the repository stays small."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(128).save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
