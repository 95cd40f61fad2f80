"""The whole way in a real browser: invite, scan, accept on a phone, see the trucks; and what goes wrong on it."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.invitations_page import choose_row, fill_and_send, invited, settled, tab

pytestmark = pytest.mark.browser
VIEWS = [pytest.param(1280, "light", marks=pytest.mark.slow), (390, "dark")]


def test_from_the_reference_to_the_first_truck(dashboard, visit, phone) -> None:
    server, ref = dashboard(), "NORTHERN-HAUL-17"
    watching = visit(server, width=1280, height=480).map_shown()
    before = {row["fleet"] for row in watching.rows()}

    seen = visit(server, "/invitations", width=390, theme="dark")
    link = invited(seen, ref)
    expect(seen.page.get_by_text(f"Created a new invitation for {ref}")).to_be_visible()
    assert seen.code(seen.page.get_by_role("img", name=f"QR code for {ref}")) == link
    assert link.startswith(server.url + "/connect/?invite=")
    fleet = phone(link)
    fleet.page.get_by_role("button", name="Accept and continue").click()
    expect(seen.page.get_by_text("Waiting for the fleet to connect a provider")).to_be_visible()
    fleet.page.get_by_role("listitem").get_by_role("link", name="Geotab").first.click()
    fleet.page.get_by_role("button", name="Connect").click()
    expect(fleet.page.get_by_role("heading", name="You're connected")).to_be_visible()
    assert fleet.outside == []

    watching.ticks(1)
    answered = len(watching.feeds())
    watching.until(lambda: len({row["fleet"] for row in watching.rows()} - before) == 1, "the new fleet")
    # Answers are counted, as a slow browser skips versions.
    moving = [answer for answer in watching.feeds()[answered:] if "/moving.json" in answer.url]
    without = [answer for answer in moving if ref not in answer.text()]
    assert len(without) <= 1, "the fleet is on the map with the second newer snapshot at the latest"
    (new,) = {row["fleet"] for row in watching.rows()} - before
    assert new == ref
    watching.page.get_by_role("combobox", name="Fleet").click()
    expect(watching.page.get_by_role("option").filter(has_text=ref)).to_be_visible()
    watching.clean()
    watching.page.close()

    expect(seen.page.get_by_text(f"{ref} is on the map:")).to_be_visible()
    seen.page.get_by_role("button", name="Fly there").click()
    seen.map_shown()
    seen.until(lambda: "fleet" in parse_qs(urlsplit(seen.page.url).query), "the fleet in the address")
    seen.until(lambda: {row["fleet"] for row in seen.rows()} == {ref}, "the new fleet alone on the map")
    seen.until(lambda: len(seen.rows()) == seen.counts()[0], "map and counts to agree")
    seen.clean()


@pytest.mark.slow
def test_a_reference_is_text_whatever_it_says_or_refused_in_words(dashboard, visit) -> None:
    seen = visit(dashboard(), "/invitations")
    seen.page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    field = seen.page.get_by_label("Fleet reference", exact=True)
    refusal = seen.page.get_by_role("img", name="error icon")
    for reference in ("", "  ", "x" * 500, "a\x07b"):
        seen.open("/invitations")
        fill_and_send(seen.page, reference)
        expect(refusal).to_be_visible()
        expect(field).to_have_value(reference)  # what was typed is kept
        expect(seen.page.get_by_role("link", name="Open invitation link")).to_have_count(0)
    for reference in ("<script>alert(1)</script>", "Zoë's 🚚 & Söhne", "*bold* [link](http://example.com)"):
        fill_and_send(seen.page, reference)
        expect(seen.page.locator(".invite-card").get_by_text(reference)).to_be_visible()
        settled(seen)
        link = seen.page.get_by_role("link", name="Open invitation link").get_attribute("href")
        assert seen.code(seen.page.locator(".invite-card img")) == link
    seen.clean()


@pytest.mark.slow
def test_a_refusal_comes_back_with_its_reason_and_can_be_revived(dashboard, visit, phone) -> None:
    seen = visit(dashboard(), "/invitations")
    fleet = phone(invited(seen, "REFUSE-1")).page
    fleet.get_by_label("Reason").fill("We are <b>too</b> small")
    fleet.get_by_role("button", name="Decline").click()
    expect(seen.page.get_by_text("The fleet declined: “We are <b>too</b> small”")).to_be_visible()
    fill_and_send(seen.page, "REFUSE-1")
    expect(seen.page.get_by_text("Sending again revives the invitation")).to_be_visible()
    seen.page.get_by_role("button", name="Send it again").click()
    expect(seen.page.get_by_text("Refreshed the invitation that REFUSE-1 already had")).to_be_visible()
    expect(seen.page.get_by_text("Waiting for the fleet to open the link")).to_be_visible()


@pytest.mark.slow
def test_the_same_reference_from_two_browsers_at_once_makes_one_invitation(dashboard, visit) -> None:
    first, second = (visit(dashboard(), "/invitations") for _ in range(2))
    for seen in (first, second):
        seen.page.get_by_label("Fleet reference").fill("TWICE-1")
    for seen in (first, second):
        seen.page.get_by_role("button", name="Create invitation").click(no_wait_after=True)
    for seen in (first, second):
        expect(
            seen.page.get_by_text(
                re.compile("Created a new invitation for TWICE-1|TWICE-1 has an invitation already")
            )
        ).to_be_visible()
    made = [seen.page.get_by_text("Created a new invitation for TWICE-1").count() for seen in (first, second)]
    assert sorted(made) == [0, 1]


@pytest.mark.slow
def test_a_fleet_may_choose_only_the_providers_it_was_limited_to(dashboard, visit, phone) -> None:
    seen = visit(dashboard(), "/invitations")
    seen.page.get_by_text("More", exact=True).click()
    seen.page.get_by_role("button", name="Limit providers").click()
    dialog = seen.page.get_by_role("dialog")
    expect(dialog.get_by_role("toolbar").get_by_role("button").nth(1)).to_be_visible()
    # At once: letter by letter the choice may be made anew just when it is clicked.
    dialog.get_by_label("Search providers").fill("motive")
    expect(dialog.get_by_role("toolbar").get_by_role("button")).to_have_count(1)
    settled(seen)
    dialog.get_by_role("button", name="Motive", exact=True).click()
    expect(dialog.get_by_text("1 chosen")).to_be_visible()
    dialog.get_by_role("button", name="Done").click()
    expect(seen.page.get_by_text("Only these providers: Motive")).to_be_visible()
    fleet = phone(invited(seen, "LIMIT-1")).page
    fleet.get_by_role("button", name="Accept and continue").click()
    expect(fleet.locator("ul.providers li")).to_have_text([re.compile("Motive")])
    outside = fleet.url.replace("/providers", "/credentials") + "&tsp=geotab"
    answer = fleet.goto(outside)
    assert answer is not None
    assert answer.status >= 400


@pytest.mark.slow
def test_a_link_opened_after_expiry_says_so_and_resending_helps(dashboard, visit, phone) -> None:
    seen = visit(dashboard(), "/invitations")
    tab(seen, "Follow up")
    seen.page.get_by_role("button", name="Expired").click()
    choose_row(seen, 0)
    seen.page.get_by_role("button", name="Show QR code and link").click()
    expect(seen.page.get_by_role("link", name="Open invitation link")).to_be_visible()
    expect(seen.page.get_by_text("The invitation expired unused")).to_be_visible()
    link = seen.page.get_by_role("link", name="Open invitation link").get_attribute("href")
    assert link
    fleet = phone(link).page
    expect(fleet.get_by_text("expired").first).to_be_visible()
    assert fleet.get_by_role("button", name="Accept and continue").count() == 0
    tab(seen, "Follow up")
    seen.page.get_by_role("button", name="Expired").click()
    choose_row(seen, 0)
    seen.page.get_by_role("button", name="Resend").click()
    seen.page.get_by_role("dialog").get_by_role("button", name="Resend").click()
    expect(seen.page.get_by_text(re.compile("(Created|Refreshed) .* invitation"))).to_be_visible()
    settled(seen)  # the link comes after the words
    renewed = seen.page.get_by_role("link", name="Open invitation link").get_attribute("href")
    assert renewed
    expect(phone(renewed).page.get_by_role("button", name="Accept and continue")).to_be_visible()


def test_deleting_asks_first_and_kills_the_link(dashboard, visit, phone) -> None:
    seen = visit(dashboard(), "/invitations")
    link = invited(seen, "DELETE-1")
    tab(seen, "Follow up")
    seen.page.get_by_role("searchbox", name="Search").fill("DELETE-1")
    seen.page.keyboard.press("Enter")
    choose_row(seen, 0)
    seen.page.get_by_role("button", name="Delete", exact=True).click()
    expect(seen.page.get_by_text("cannot be undone")).to_be_visible()
    seen.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(seen.page.get_by_role("dialog")).to_have_count(0)
    fleet = phone(link).page
    expect(fleet.get_by_role("heading", name="This invitation was withdrawn")).to_be_visible()
    expect(fleet.get_by_role("button", name="Accept and continue")).to_have_count(0)


def test_downloads_hold_the_code(dashboard, visit, tmp_path) -> None:
    seen = visit(dashboard(), "/invitations")
    link = invited(seen, "FILES 1/ü")
    files = {}
    for name in ("PNG", "SVG", "PDF to print"):
        with seen.page.expect_download() as download:
            seen.page.get_by_role("button", name=name).click()
        assert download.value.suggested_filename.startswith("invitation-FILES-1")
        files[name] = tmp_path / name.split()[0]
        download.value.save_as(files[name])
    assert [code.text for code in zxingcpp.read_barcodes(Image.open(files["PNG"]))] == [link]
    assert files["PDF to print"].read_bytes().startswith(b"%PDF")
    assert b"<svg" in files["SVG"].read_bytes()


def test_many_at_once(dashboard, visit, phone, tmp_path) -> None:
    seen = visit(dashboard(), "/invitations")
    tab(seen, "Many at once")
    rows = "fleet_ref;fleet_name\r\n=SUM(1);Gr\xfcn\r\nBULK-1;Nord\r\nBULK-1;twice\r\n;\r\nBULK-2;a&b\r\n"
    source = tmp_path / "fleets.csv"
    source.write_bytes(rows.encode("cp1252"))
    seen.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(source)
    expect(seen.page.get_by_text("2 rows can be sent, 2 cannot, 1 skipped")).to_be_visible()
    seen.page.get_by_role("button", name="Create 2 invitations").click()
    expect(seen.page.get_by_text("5 of 5 rows: 2 created, 2 failed, 1 skipped")).to_be_visible()
    expect(seen.page.get_by_text("Row 5 is skipped: the row is blank.")).to_be_visible()
    with seen.page.expect_download() as download:
        seen.page.get_by_role("button", name="Result (CSV)").click()
    download.value.save_as(tmp_path / "result.csv")
    result = list(csv.DictReader(io.StringIO((tmp_path / "result.csv").read_text("utf-8-sig"))))
    assert [row["result"] for row in result] == ["created", "created", "failed", "skipped", "failed"]
    assert result[3]["message"] == "the row is blank"
    assert result[0]["fleet_ref"] == "'=SUM(1)"
    expect(phone(result[0]["link"]).page.get_by_role("button", name="Accept and continue")).to_be_visible()
    with seen.page.expect_download() as sheet:
        seen.page.get_by_role("button", name="QR codes (PDF)").click()
    sheet.value.save_as(tmp_path / "sheet.pdf")
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    seen.page.get_by_role("button", name="New file").click()
    expect(seen.page.get_by_text("Upload a CSV file")).to_be_visible()


@pytest.mark.parametrize(("width", "theme"), VIEWS)
def test_each_tab_fits_and_has_no_barriers_and_the_card_goes_on_the_stage(
    dashboard, visit, width: int, theme: str
) -> None:
    seen = visit(dashboard(), "/invitations", width=width, height=844, theme=theme)
    expect(seen.page.get_by_text("Simulated data")).to_be_visible()
    link = invited(seen, f"AXE-{width}")
    for name in ("Invite", "Follow up", "Progress", "Many at once"):
        tab(seen, name)
        assert seen.fits()
        assert barriers(seen.page) == [], name
    tab(seen, "Invite")
    seen.page.get_by_role("button", name="Show on the stage").click()
    expect(seen.page.get_by_role("button", name="Leave the stage")).to_be_in_viewport()
    assert seen.code(seen.page.locator(".stage .qr img")) == link
    seen.clean()
