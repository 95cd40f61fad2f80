"""From an empty form to a new fleet's trucks on the map: the way that the product is for."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser import rig

pytestmark = pytest.mark.browser
JWT = re.compile(rb"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.")


def invite(page: Page, reference: str) -> str:
    """Create an invitation on the page for it, and give its link."""
    page.get_by_label("Fleet reference", exact=True).fill(reference)
    page.get_by_role("button", name="Create invitation").click()
    link = page.get_by_role("link", name="Open invitation link")
    expect(link).to_be_visible()
    return str(link.get_attribute("href"))


def connect(page: Page, link: str) -> None:
    """Go through the onboarding as a fleet does, with the first provider offered."""
    page.goto(link)
    page.get_by_role("button", name="Accept and continue").click()
    page.get_by_role("listitem").get_by_role("link").first.click()
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("heading", name="You're connected")).to_be_visible()


def test_from_an_invitation_to_trucks_on_the_map(dashboard, chromium, visit) -> None:
    server = dashboard()
    watching = visit(server, width=390, height=480).map_shown()
    before = {row["fleet"] for row in watching.rows()}

    inviting = visit(server, "/invitations")
    link = invite(inviting.page, "NORTHERN-HAUL-17")
    code = inviting.page.get_by_role("img", name="QR code for NORTHERN-HAUL-17")
    expect(code).to_be_visible()
    assert inviting.code(code) == link
    assert link.startswith(server.url + "/connect/?invite=")

    with rig.watched(chromium, server.url, width=390, height=844) as phone:
        connect(phone.page, link)
        assert phone.outside == []
    watching.ticks(1)
    answered = len(watching.feeds())
    watching.until(lambda: len({row["fleet"] for row in watching.rows()} - before) == 1, "the new fleet", 60)
    # Answers are counted, as a slow browser skips versions.
    without = [answer for answer in watching.feeds()[answered:] if "NORTHERN-HAUL-17" not in answer.text()]
    assert len(without) <= 1, "the fleet is on the map with the second newer snapshot at the latest"
    (new,) = {row["fleet"] for row in watching.rows()} - before
    assert "NORTHERN-HAUL-17" in new

    expect(inviting.page.get_by_text("is on the map").first).to_be_visible()
    inviting.page.get_by_role("link", name="Live map").click()
    inviting.map_shown()
    inviting.page.get_by_role("combobox", name="Fleet").click()
    expect(inviting.page.get_by_role("option").filter(has_text="NORTHERN-HAUL-17")).to_be_visible()
    inviting.clean()
    watching.clean()


@pytest.mark.parametrize(
    "reference", ["<script>alert(1)</script>", "Zoë's 🚚 & Söhne", "*bold* [link](http://example.com)"]
)
def test_a_reference_is_text_whatever_it_says(dashboard, visit, reference: str) -> None:
    seen = visit(dashboard(), "/invitations")
    seen.page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    link = invite(seen.page, reference)
    assert seen.code(seen.page.locator(".invite-card img")) == link
    expect(seen.page.get_by_text(reference).first).to_be_visible()
    seen.clean()


@pytest.mark.parametrize("reference", ["", "  ", "x" * 500, "a\x07b"])
def test_a_reference_that_cannot_be_is_refused_in_words(dashboard, visit, reference: str) -> None:
    seen = visit(dashboard(), "/invitations")
    field = seen.page.get_by_label("Fleet reference", exact=True)
    field.fill(reference)
    seen.page.get_by_role("button", name="Create invitation").click()
    expect(seen.page.get_by_role("img", name="error icon")).to_be_visible()
    expect(field).to_have_value(reference)  # what was typed is kept
    expect(seen.page.get_by_role("link", name="Open invitation link")).to_have_count(0)
    seen.clean()


def test_secrets_stay_on_the_server(folder, visit, chromium, sandbox_server) -> None:
    """Over a simulated Catena in a process of its own, which tells this test the secrets."""
    catena = sandbox_server("--vehicles", "40", "--fleets", "2")
    printed = dict(re.findall(r"(CATENA_\w+)=(\S+)", catena.log()))
    settings = {
        **printed,
        "CATENA_API_URL": catena.url,
        "CATENA_AUTH_URL": f"{catena.url}/realms/catena",
    }
    with rig.dashboard(folder, settings) as server:
        inviting = visit(server, "/invitations")
        link = invite(inviting.page, "SECRET-KEEPER")
        with rig.watched(chromium, server.url) as fleet:
            connect(fleet.page, link)
        expect(inviting.page.get_by_text("is on the map").first).to_be_visible(timeout=60_000)
        watching = visit(server).map_shown()
        watching.ticks(1)

        invitation_id = link.rpartition("invite=")[2]
        invitation = httpx.get(f"{catena.url}/v2/orgs/invitations/{invitation_id}").json()
        tokens = [
            str(value) for name, value in invitation.items() if name.startswith("pre_registration") and value
        ]
        assert len(tokens) == 2
        to_operator, to_map, log = inviting.everything(), watching.everything(), server.log().encode()
        assert invitation_id.encode() in to_operator  # the link is shown there, so this does read all
        for place in (to_operator, to_map, log):
            for secret in (*tokens, printed["CATENA_CLIENT_SECRET"]):
                assert secret.encode() not in place
            assert not JWT.search(place)
        for place in (to_map, log):
            assert invitation_id.encode() not in place
