"""Somebody who has signed in already, as Streamlit keeps it in a cookie."""

from __future__ import annotations

import json
import time
from secrets import token_urlsafe
from unittest.mock import patch
from urllib.parse import urlsplit

from itsdangerous import TimestampSigner
from playwright.sync_api import BrowserContext
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from tests.browser import rig

COOKIE, SECRET = "_streamlit_user", token_urlsafe(48)
OPERATOR = "operator@example.com"
ISSUER = "http://127.0.0.1:9"
SECRETS = f"""
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "{SECRET}"

[auth.office]
client_id = "tests"
client_secret = "tests"
server_metadata_url = "{ISSUER}/.well-known/openid-configuration"

[catena]
CATENA_OPERATORS = "{OPERATOR}"
"""
"""Of a dashboard that the operator may use; its provider is never asked."""


def sign_in(context: BrowserContext, server: rig.Server, *, hours_ago: float = 0, **claims: object) -> None:
    """Let a browser hold what it would hold after the operator had signed in at a dashboard with `SECRETS`.

    `claims` are those that the provider would have given beside or instead of the usual ones.
    """
    value = held(server.url, hours_ago=hours_ago, **claims)
    context.add_cookies([{"name": COOKIE, "value": value, "url": server.url}])


def held(url: str, *, hours_ago: float = 0, **claims: object) -> str:
    """The cookie of somebody who has signed in at a dashboard with `SECRETS`, of this address."""
    parts = urlsplit(url)
    usual = {
        "email": OPERATOR,
        "email_verified": True,
        "iss": ISSUER,
        "is_logged_in": True,
        "origin": f"{parts.scheme}://{parts.netloc}",
        "provider": "office",
    }
    signed_at = int(time.time() - hours_ago * 3600)
    with patch.object(TimestampSigner, "get_timestamp", return_value=signed_at):
        return create_signed_value(SECRET, COOKIE, json.dumps({**usual, **claims})).decode()
