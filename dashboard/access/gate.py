"""Who gets in. Real fleets are shown to this machine alone, until sign-in is set up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.configuration.checks import is_loopback

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via", "cf-connecting-ip")

CLOSED_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Catena Live Map: sign-in needed</title>
<style>:root{color-scheme:light dark;font:16px/1.6 system-ui,sans-serif}
body{max-width:38rem;margin:12vh auto;padding:0 1.25rem}
code{background:#8882;padding:.1em .35em;border-radius:.3em}
pre{background:#8882;padding:1rem;border-radius:.5rem;overflow:auto}</style>
<h1>This dashboard is not open to you yet</h1>
<p>It shows real fleets, and no sign-in is set up, so it answers only to the machine that it runs on.</p>
<p>If you run it: configure sign-in with an OpenID Connect provider in <code>.streamlit/secrets.toml</code>,
say who may enter, and start it again.</p>
<pre>[auth]
redirect_uri = "https://YOUR-HOST/oauth2callback"
cookie_secret = "" # the output of: python -c "import secrets; print(secrets.token_urlsafe(48))"
client_id = "from your identity provider"
client_secret = "from your identity provider"
server_metadata_url = "https://YOUR-PROVIDER/.well-known/openid-configuration"

[catena]
CATENA_OPERATORS = "you@example.com, @your-company.com"</pre>
<p>The README, section “Deploy”, explains each line.</p></html>"""


class LoopbackOnly:
    """ASGI middleware that answers 403 with instructions to everybody but this machine.

    A request counts as local only if it comes from a loopback address, names a loopback host (so that a web
    page elsewhere cannot reach in under its own name) and no proxy has forwarded it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request or refuse it."""
        if scope["type"] == "lifespan" or is_local(scope.get("client"), Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal()(scope, receive, send)


def refusal() -> Response:
    """The page that says how to set sign-in up."""
    return HTMLResponse(CLOSED_PAGE, status_code=403, headers={"Cache-Control": "no-store"})


def is_local(client: tuple[str, int] | None, headers: Mapping[str, str]) -> bool:
    """Whether a request was made on this machine, to this machine, without a proxy between."""
    if client is None or not is_loopback(client[0]):
        return False
    if any(name in headers for name in FORWARDED):
        return False
    return is_loopback(_host(headers.get("host", "")))


def may_enter(operators: Iterable[str], user: Mapping[str, Any]) -> bool:
    """Whether a signed-in user is on the list of operators, by address or by domain.

    An address that the identity provider calls unverified does not count.
    """
    email = str(user.get("email") or "").casefold()
    if "@" not in email or user.get("email_verified") is False:
        return False
    listed = frozenset(operators)
    return email in listed or "@" + email.rpartition("@")[2] in listed


def _host(header: str) -> str:
    """The name in a Host header without its port, "" when it is not of that form."""
    match = re.fullmatch(r"(\[[^\[\]]*\]|[^:\[\]]*)(:[0-9]*)?", header)
    return match[1] if match else ""
