"""Coming in and leaving, in a real browser: by a real provider, and by the key of the start."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser import rig, signing
from tests.browser.world import World

pytestmark = pytest.mark.browser
CLAIMS: Sequence[Mapping[str, object]] = (
    {"sub": "ann", "email": "ann@example.com", "email_verified": True},
    {"sub": "eve", "email": "eve@evil.example", "email_verified": True},
    {"sub": "vic", "email": "vic@example.com", "email_verified": True},
    {"sub": "lee", "email": "lee@example.com", "email_verified": True},
    {"sub": "una", "email": "una@example.com", "email_verified": False},
    {"sub": "nil", "email": "nil@example.com"},
)
RULES = """
CATENA_OPERATORS = "ann@example.com, una@example.com, nil@example.com, operator@example.com"
CATENA_VIEWERS = "vic@example.com"

[[catena.CATENA_ACCESS]]
who = ["lee@example.com"]
role = "operator"
fleet_refs = ["ref-fleet-1"]
"""


@pytest.fixture(scope="module")
def provider(folder: Path) -> Iterator[rig.Server]:
    """An OpenID Connect provider in a process of its own, which knows a few people."""
    port = rig.free_port()
    url = f"http://localhost:{port}"
    users = [word for claims in CLAIMS for word in ("--user-claims", json.dumps(claims))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *users]
    server = rig.start(command, {}, folder / "provider.log", url)
    try:
        server.wait_until(f"{url}/.well-known/openid-configuration")
        yield server
    finally:
        server.process.terminate()
        try:
            server.process.wait(10)
        except subprocess.TimeoutExpired:
            server.stop()


def secrets_of(provider: rig.Server, rules: str) -> str:
    """A secrets file: the provider by two names, by one of which another issuer's tokens are expected of it."""
    usual = f"""
client_id = "dashboard"
client_secret = "of the tests"
server_metadata_url = "{provider.url}/.well-known/openid-configuration"
"""
    return f"""
[auth]
redirect_uri = "http://localhost:{{port}}/oauth2callback"
cookie_secret = "{signing.SECRET}"

[auth.office]
{usual}

[auth.elsewhere]
{usual}
issuer = "https://elsewhere.example"

[catena]
{rules}
"""


@pytest.fixture
def house(dashboard, small: World, provider: rig.Server) -> rig.Server:
    """A dashboard that some of them may use."""
    return known_as_localhost(dashboard(small.settings, secrets=secrets_of(provider, RULES)))


def known_as_localhost(server: rig.Server) -> rig.Server:
    return replace(server, url=server.url.replace("127.0.0.1", "localhost"))


@pytest.fixture
def stranger(context: BrowserContext) -> Iterator[Callable[[rig.Server], rig.Watch]]:
    """`stranger(server)`: somebody comes whose browser knows Streamlit's scripts and nothing else."""
    with ExitStack() as stack:

        def come(server: rig.Server) -> rig.Watch:
            context.clear_cookies(domain="localhost")
            return stack.enter_context(rig.opened(context, server)).goto()

        yield come
        context.clear_cookies(domain="localhost")


def signs_in(seen: rig.Watch, name: str, by: str = "office") -> None:
    """Go through the provider as somebody."""
    seen.page.get_by_role("link", name=f"Sign in: {by}").click()
    seen.page.get_by_role("button", name=name).click()


def test_who_signs_in_sees_the_map_and_signing_out_ends_every_copy(house: rig.Server, browsers) -> None:
    mine, copied = browsers(), browsers()
    with rig.opened(mine, house) as seen, rig.opened(mine, house) as second:
        seen.goto("/live_map?colour=fleet")
        assert seen.page.url == f"{house.url}/signin"
        signs_in(seen, "ann")
        seen.settled()
        seen.map_shown()
        expect(seen.page.get_by_text("ann@example.com")).to_be_visible()
        copied.add_cookies(mine.cookies())  # type: ignore[arg-type]
        with rig.opened(copied, house) as thief:
            thief.open().map_shown()
            second.open()
            second.page.get_by_role("link", name="Sign out").click()
            for page in (thief.page, seen.page):
                page.wait_for_url("**/signin", timeout=5_000)
            thief.goto("/invitations")
            assert thief.page.url == f"{house.url}/signin"
    assert "Traceback" not in house.log()


def test_who_is_not_on_the_list_is_told_so_and_can_sign_out(
    house: rig.Server, provider: rig.Server, browsers
) -> None:
    with rig.opened(browsers(), house) as seen:
        seen.goto()
        signs_in(seen, "eve")
        expect(seen.page.get_by_role("heading", name="not on the list")).to_be_visible()
        expect(seen.page.get_by_text("eve@evil.example may not use this dashboard")).to_be_visible()
        seen.page.get_by_role("link", name="Sign out").click()
        seen.page.wait_for_url(f"{provider.url}/**")  # which signs them out too
        seen.goto()
        expect(seen.page.get_by_role("heading", name="Sign in to see your fleets")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "by", "title"),
    [
        ("ann", "elsewhere", "You signed in somewhere else"),
        ("una", "office", "Your e-mail address is not confirmed"),
        ("nil", "office", "Your e-mail address is not confirmed"),
    ],
    ids=["wrong issuer", "not verified", "nothing said of it"],
)
def test_who_is_on_the_list_and_not_proved_stays_outside(
    house: rig.Server, stranger, name: str, by: str, title: str
) -> None:
    seen = stranger(house)
    signs_in(seen, name, by)
    expect(seen.page.get_by_role("heading", name=title)).to_be_visible()
    expect(seen.page.get_by_text(f"{name}@example.com may not enter")).to_be_visible()
    for path in ("/feed/vehicles/moving.json", "/_stcore/host-config"):
        assert seen.page.request.get(house.url + path).status == 403
    assert not seen.frames


@pytest.mark.slow
def test_an_address_of_which_nothing_is_said_comes_in_where_the_settings_assume_it_verified(
    dashboard, small: World, provider: rig.Server, stranger
) -> None:
    rules = f'CATENA_EMAIL_VERIFIED = "assumed"\n{RULES}'
    server = known_as_localhost(dashboard(small.settings, secrets=secrets_of(provider, rules)))
    seen = stranger(server)
    signs_in(seen, "una")
    expect(seen.page.get_by_role("heading", name="not confirmed")).to_be_visible()
    seen = stranger(server)
    signs_in(seen, "nil")
    seen.map_shown()


def test_twelve_hours_after_signing_in_one_has_to_do_it_again(
    house: rig.Server, provider: rig.Server, browsers
) -> None:
    for signed, proved, comes_in in ((13, 13, False), (0, 13, False), (11, 11, True)):
        held = browsers()
        issued = int(time.time() - proved * 3600)
        signing.sign_in(held, house, hours_ago=signed, iss=provider.url, iat=issued)
        with rig.opened(held, house) as seen:
            seen.goto()
            assert (seen.page.url == f"{house.url}/signin") is not comes_in, (signed, proved)


def test_who_is_taken_off_the_list_sees_nothing_any_more(house: rig.Server, stranger) -> None:
    file = house.folder / ".streamlit" / "secrets.toml"
    before = file.read_text()
    seen = stranger(house)
    signs_in(seen, "ann")
    seen.map_shown()
    try:
        file.write_text(before.replace("ann@example.com, ", ""))
        expect(seen.page.get_by_role("heading", name="not on the list")).to_be_visible(timeout=10_000)
        expect(seen.page.get_by_text("ann@example.com may not use this dashboard")).to_be_visible()
        assert seen.page.get_by_test_id("stApp").count() == 0
    finally:
        file.write_text(before)

    def back() -> bool:
        seen.page.reload()
        return seen.page.get_by_text("not on the list").count() == 0

    seen.until(back, "the rules to be those of before")


def test_roles_say_which_pages_there_are_and_which_vehicles(house: rig.Server, stranger) -> None:
    viewer = stranger(house)
    signs_in(viewer, "vic")
    viewer.map_shown()
    viewer.until(lambda: viewer.counts() == (5, 5), "all vehicles")
    for name in ("Invitations", "Sharing", "Share"):
        assert viewer.page.get_by_role("link", name=name).count() == 0
        assert viewer.page.get_by_role("button", name=name).count() == 0
    viewer.open("/sharing")
    assert viewer.page.get_by_role("heading", name="Sharing").count() == 0

    operator = stranger(house)
    signs_in(operator, "lee")
    operator.map_shown()
    rows = operator.rows_are(lambda rows: len(rows) == 3, "one fleet's vehicles")
    assert sorted(row["name"] for row in rows) == ["Truck a", "Truck b", "Truck c"]
    expect(operator.page.get_by_role("link", name="Invitations")).to_be_visible()
    expect(operator.page.get_by_role("button", name="Share")).to_be_visible()
    came = b"\n".join([*operator.frames, operator.feeds()[-1].body()])
    assert b"fleet-1" in came
    assert b"fleet-2" not in came


def test_what_a_page_may_not_load_fails_the_test_that_opened_it(context: BrowserContext, dashboard) -> None:
    def open_one() -> None:
        with rig.opened(context, dashboard()) as seen:
            seen.goto()
            seen.page.evaluate("new Image().src = 'https://outside.example/x.png'")
            seen.until(lambda: seen.violations, "the browser to say so")

    with pytest.raises(AssertionError, match="img-src"):
        open_one()


def test_the_key_opens_one_browser_and_closing_its_session_ends_all_its_pages(
    dashboard, small: World, browsers
) -> None:
    server = dashboard(small.settings)
    with rig.opened(browsers(), server.url) as stranger:
        stranger.goto()
        expect(stranger.page.get_by_role("heading", name="Open it with the address")).to_be_visible()
    mine = browsers()
    with rig.opened(mine, server.url) as seen, rig.opened(mine, server.url) as second:
        seen.page.goto(server.entrance)
        seen.settled()
        seen.map_shown()
        assert "key" not in seen.page.url
        second.open()
        second.page.get_by_role("link", name="Close this session").click()
        expect(second.page.get_by_role("heading", name="You have left")).to_be_visible()
        expect(seen.page.get_by_role("heading", name="Open it with the address")).to_be_visible(timeout=5_000)
    assert "Traceback" not in server.log()
