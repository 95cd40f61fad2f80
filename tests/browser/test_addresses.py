"""Every page by its address on a fresh server, below a base path, and closed to strangers."""

from __future__ import annotations

from secrets import token_urlsafe

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.world import World

pytestmark = pytest.mark.browser
PAGES = ("/", "/live_map", "/invitations")
AUTH_SECRETS = f"""
[auth]
redirect_uri = "http://localhost:8501/oauth2callback"
cookie_secret = "{token_urlsafe(48)}"
client_id = "tests"
client_secret = "tests"
server_metadata_url = "http://127.0.0.1:9/.well-known/openid-configuration"

[catena]
CATENA_OPERATORS = "operator@example.com"
"""


@pytest.mark.parametrize(
    "path", [*PAGES, "/feed/vehicles/moving.json", "/_stcore/health", "/assets/brand/icon.svg"]
)
def test_strangers_are_told_how_to_set_sign_in_up(dashboard, small: World, path: str) -> None:
    server = dashboard(small.settings)
    for headers in ({"Host": "map.example.com"}, {"X-Forwarded-For": "203.0.113.9"}):
        answer = httpx.get(server.url + path, headers=headers)
        assert answer.status_code == 403
        assert "sign-in" in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opened_cold_is_behind_the_sign_in(dashboard, at_the_door, small: World, path: str) -> None:
    """A fresh server each, so that no earlier visit has led the way."""
    server = dashboard(small.settings, secrets=AUTH_SECRETS, anew=True)
    seen = at_the_door(server, path)
    expect(seen.page.get_by_role("link", name="Sign in")).to_be_visible()
    for name in ("Fleet", "Source", "Fleet reference"):
        assert seen.page.get_by_label(name, exact=True).count() == 0
    assert seen.feeds() == []
    for raw in ("/pages/live_map", "/pages/invitations.py", "/dashboard/main.py"):
        assert "import streamlit" not in httpx.get(server.url + raw).text


@pytest.mark.parametrize("path", ["/", "/invitations"])
def test_every_page_works_below_a_base_path(dashboard, visit, path: str) -> None:
    seen = visit(dashboard(base_path="maps"), path, land=True)
    if path == "/invitations":
        expect(seen.page.get_by_label("Fleet reference")).to_be_visible()
    else:
        seen.map_shown()
        seen.until(lambda: len(seen.rows()) == seen.counts()[0] > 1000, "map and counts to agree")
        seen.until(
            lambda: sum("/maps/assets/basemap/" in answer.url for answer in seen.responses) >= 6, "basemap"
        )
    seen.clean()
