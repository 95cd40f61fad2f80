"""Connect in a real Chromium, as a phone and a desktop show it."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import expect

from sandbox import Sandbox, SandboxConfig
from tests.browser.barriers import barriers

pytestmark = pytest.mark.browser
PARTNER = "Great Lakes Insurance & Risk Management Group"
"""As long as they come."""


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Sandbox, str]]:
    sandbox = Sandbox(SandboxConfig(vehicles=60, fleets=2, partner_name=PARTNER))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(sandbox.app, log_level="error", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield sandbox, f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join()


def link(served: tuple[Sandbox, str], fleet_ref: str) -> str:
    sandbox, base = served
    invitation, _ = sandbox.invitations.create({"fleet_ref": fleet_ref, "fleet_name": "Phone Fleet"})
    return f"{base}/connect/?invite={invitation.id}"


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1280, "light")])
def test_the_whole_way(served, phone, width: int, theme: str) -> None:
    fleet = phone(link(served, f"walk-{width}"), width=width, theme=theme)
    page = fleet.page

    def look(heading: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        expect(page.get_by_text("Simulated Catena Connect — no real data is shared")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"
        assert barriers(page) == []

    look(f"{PARTNER} would like to see your fleet")
    page.get_by_role("button", name="Accept and continue").click()
    look("Choose your provider")
    expect(page.get_by_role("link", name="Samsara", exact=True)).to_be_visible()
    page.get_by_label("Search providers").fill("geo")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="Samsara", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Geotab", exact=True).click()
    look("Sign in to Geotab")
    assert page.locator("input[type=password]").get_attribute("autocomplete") == "off"
    page.get_by_label("Password or API key").fill("anything")
    page.get_by_role("button", name="Connect").click()
    look("You're connected")
    fleet.clean()


def test_three_taps_without_typing_and_each_step_says_what_comes_next(served, phone) -> None:
    fleet = phone(link(served, "taps"), width=360)
    page = fleet.page

    def tap(role: str, name: str, sentence: str) -> None:
        expect(page.get_by_text(sentence)).to_be_in_viewport()
        found = page.get_by_role(role, name=name, exact=True)
        expect(found).to_be_in_viewport(ratio=1)
        assert found.bounding_box()["height"] >= 44, "a thumb hits it"
        found.click()

    tap(
        "button",
        "Accept and continue",
        "Step 1 of 3: see what you would share. Next you choose your provider.",
    )
    tap("link", "Samsara", "Step 2 of 3: choose your provider. Next you sign in there.")
    tap(
        "button",
        "Connect",
        f"Step 3 of 3: sign in to Samsara. Next your trucks appear on the map of {PARTNER}.",
    )
    expect(
        page.get_by_text(f"Your trucks appear on the map of {PARTNER} within a minute.")
    ).to_be_in_viewport()
    expect(page.get_by_text("You can close this page.")).to_be_in_viewport()
    files = {answer.url for answer in fleet.responses if "?" not in answer.url}
    assert len(files) <= 6, "the style and the icon, no font and no script, beside what forms are sent to"
    fleet.clean()


def test_declining(served, phone) -> None:
    page = phone(link(served, "no")).page
    page.get_by_label("Reason").fill("not this year")
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You declined")
    sandbox, _ = served
    assert sandbox.invitations.listed("no")[0].decline_reason == "not this year"
