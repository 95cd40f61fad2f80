"""The pages for those who stand before the door. They tell what to do, and nothing of the dashboard."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from starlette.responses import PlainTextResponse, Response

from dashboard.access.session import Refused
from dashboard.runtime.plain_page import plain_page
from dashboard.sharing.refusals import OVER

SET_UP = """<p>If you run it: configure sign-in with an OpenID Connect provider in
<code>.streamlit/secrets.toml</code>, say who may enter, and start it again.</p>
<pre>[auth]
redirect_uri = "https://YOUR-HOST/oauth2callback"
cookie_secret = "" # the output of: python -c "import secrets; print(secrets.token_urlsafe(48))"
client_id = "from your identity provider"
client_secret = "from your identity provider"
server_metadata_url = "https://YOUR-PROVIDER/.well-known/openid-configuration"

[catena]
CATENA_OPERATORS = "you@example.com, @your-company.com"</pre>
<p>The README, section “Deploy”, explains each line.</p>"""


def elsewhere() -> Response:
    """For those who are not on this machine, while no sign-in is set up."""
    return plain_page(
        "This dashboard is not open to you yet",
        "<p>It shows real fleets, and no sign-in is set up, so it answers only to the machine that it runs on.</p>"
        + SET_UP,
        403,
    )


def without_key(*, wrong: bool) -> Response:
    """For those on this machine who have not shown the key."""
    first = (
        "<p>The key in this address is not the one of this start: each start makes a new one.</p>"
        if wrong
        else "<p>It shows real fleets, and no sign-in is set up, so it opens only with the key that its start "
        "printed.</p>"
    )
    return plain_page(
        "Open it with the address that its start printed",
        f"{first}<p>Look where the dashboard was started, in its window or log, for a line that ends in "
        "<code>?key=…</code>, and open that address.</p><h2>Or let people sign in</h2>" + SET_UP,
        403,
    )


def sign_in(providers: Iterable[str], prefix: str) -> Response:
    """One way in for each provider, by the names that they have in the secrets file."""
    names = list(providers)
    links = "".join(
        f'<a class="button" href="{prefix}/signin?with={quote(name, safe="")}">'
        f"{'Sign in' if len(names) == 1 else f'Sign in: {escape(name)}'}</a>"
        for name in names
    )
    return plain_page(
        "Sign in to see your fleets",
        f"<p>This dashboard shows real fleets to invited colleagues only.</p><p>{links}</p>",
    )


def refused(refusal: Refused, prefix: str) -> Response:
    """For those who are known, or were, and may not come in."""
    who = escape(refusal.who or "Your account")
    out = f'<p><a class="button" href="{prefix}/signout">Sign out</a></p>'
    match refusal.reason:
        case "share_over":
            return plain_page(
                "This link has ended",
                f'<p>{OVER}</p><p><a class="button" href="{prefix}/signout">Leave</a></p>',
                403,
            )
        case "shares_fail":
            return plain_page(
                "Try again in a minute",
                "<p>The dashboard cannot look at share links just now. Those who have an account here can "
                f'<a href="{prefix}/signin">sign in</a>.</p>',
                503,
            )
        case "not_verified":
            return plain_page(
                "Your e-mail address is not confirmed",
                f"<p>{who} may not enter, because your sign-in provider does not say that the address is yours. "
                "Confirm the address there, then sign in again; if that does not help, ask whoever runs this "
                f"dashboard.</p>{out}",
                403,
            )
        case "wrong_issuer":
            return plain_page(
                "You signed in somewhere else",
                f"<p>{who} may not enter, because the sign-in was not made by the provider that this dashboard "
                f"expects. Ask whoever runs it.</p>{out}",
                403,
            )
        case _:
            return plain_page(
                "You are signed in, but not on the list",
                f"<p>{who} may not use this dashboard. Ask whoever runs it to add your address to its list.</p>{out}",
                403,
            )


def left(*, by_key: bool) -> Response:
    """For those who have just left."""
    again = "the address that the start printed" if by_key else "the link that you were sent"
    return plain_page(
        "You have left", f"<p>This browser sees nothing any more. To come back, open {again}.</p>"
    )


def sentence(status: int, text: str, wait: float = 0.0) -> Response:
    """An answer for a program, or for a part of a page; `wait`: the seconds until it can be asked for again."""
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": str(math.ceil(wait))} if wait else {})
    return PlainTextResponse(text, status, headers)
