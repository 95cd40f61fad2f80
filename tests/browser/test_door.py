"""Coming in and leaving, in a real browser: by a real provider, and by the key of the start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from secrets import token_urlsafe

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser import rig
from tests.browser.world import World

pytestmark = pytest.mark.browser
USERS = [
    '{"sub": "ann", "email": "ann@example.com", "email_verified": true}',
    '{"sub": "eve", "email": "eve@evil.example", "email_verified": true}',
]


@pytest.fixture(scope="module")
def provider(folder: Path) -> Iterator[rig.Server]:
    """An OpenID Connect provider in a process of its own, which knows Ann and Eve."""
    port = rig.free_port()
    url = f"http://localhost:{port}"
    users = [word for user in USERS for word in ("--user-claims", user)]
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


@pytest.fixture
def house(dashboard, small: World, provider: rig.Server) -> rig.Server:
    """A dashboard that Ann may use."""
    server = dashboard(
        small.settings,
        secrets=f"""
[auth]
redirect_uri = "http://localhost:{{port}}/oauth2callback"
cookie_secret = "{SECRET}"

[auth.office]
client_id = "dashboard"
client_secret = "of the tests"
server_metadata_url = "{provider.url}/.well-known/openid-configuration"

[catena]
CATENA_OPERATORS = "ann@example.com"
""",
    )
    return rig.Server(server.url.replace("127.0.0.1", "localhost"), server.log_path, server.process)


SECRET = token_urlsafe(48)


@pytest.fixture
def browsers(context: BrowserContext) -> Iterator[Callable[[], BrowserContext]]:
    """`browsers()`: one that holds no cookie."""
    assert context.browser is not None
    with ExitStack() as stack:
        yield lambda: stack.enter_context(rig.browser_context(context.browser))


def signs_in(seen: rig.Watch, name: str) -> None:
    """Go through the provider as somebody."""
    seen.page.get_by_role("link", name="Sign in").click()
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
            thief.lawful()
        seen.lawful()
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
        seen.lawful()


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
