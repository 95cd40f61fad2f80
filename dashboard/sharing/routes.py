"""The address of a share link: it hands its guest a cookie, and sends them to the map without the token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.access.session import ADDRESS, Session
from dashboard.runtime import preview
from dashboard.runtime.plain_page import plain_page
from dashboard.sharing import pass_codes
from dashboard.sharing.refusals import (
    LinkOver,
    LinkUnknown,
    NotOpened,
    TooManyCodes,
    TooManyGuests,
    WrongCode,
)
from dashboard.sharing.share import Share
from dashboard.sharing.shares import COOKIE, Shares
from dashboard.sharing.store import StoreFailed

PATH = "/s/"
PREVIEWS = re.compile(
    r"facebookexternalhit|Facebot|Twitterbot|Slackbot|Discordbot|TelegramBot|LinkedInBot|WhatsApp/|SkypeUriPreview|"
    r"Google-PageRenderer|Googlebot|bingbot|Applebot|redditbot|Pinterestbot|Mattermost-Bot|Iframely|Embedly",
    re.IGNORECASE,
)
"""How those name themselves who show what a link leads to, in chats and mails."""
DESCRIPTION = "A live map of vehicles, shared with you. Open the link to see it."
MAX_FORM_BYTES = 4096
STAYS = timedelta(days=1)
"""A browser keeps the cookie longer than the link lasts, so that who comes back is told that it has ended."""
HEADERS = {"X-Robots-Tag": "noindex", "Cache-Control": "no-store"}
"""Of each answer here: the address is a secret. The door adds that no other site is told it."""
TITLES: Mapping[type[NotOpened], tuple[int, str]] = {
    LinkUnknown: (404, "This link opens nothing"),
    LinkOver: (410, "This link has ended"),
    TooManyCodes: (429, "Too many wrong pass codes"),
    TooManyGuests: (429, "Too many guests at once"),
}


class ShareRoutes:
    """Answers share links below a base path, such as `/maps` or ""."""

    def __init__(self, shares: Shares, prefix: str, title: str = preview.SITE) -> None:
        """`title`: what the dashboard is called where a link to it is shown."""
        self._shares = shares
        self._prefix = prefix
        self._title = title

    def routes(self) -> list[BaseRoute]:
        """The routes."""
        return [Route(f"{self._prefix}{PATH}{{token}}", self._answer, methods=["GET", "POST"])]

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._let_in(request)
        except StoreFailed:
            return _page(
                "Try again in a minute", "<p>The dashboard cannot look at share links just now.</p>", 503
            )
        except NotOpened as reason:
            status, title = TITLES[type(reason)]
            return _page(title, f"<p>{escape(str(reason))}</p>", status)

    async def _let_in(self, request: Request) -> Response:
        token, address = request.path_params["token"], request.scope.get(ADDRESS, "")
        share = await run_in_threadpool(self._shares.find, token)
        if await run_in_threadpool(self._is_guest_of, share, request.cookies):
            return self._to_map(share)
        if request.method == "HEAD":  # somebody only looks whether there is something
            return Response(headers=HEADERS)
        if request.method == "GET" and PREVIEWS.search(request.headers.get("user-agent", "")):
            return self._preview()
        code = await _code(request) if request.method == "POST" else ""
        if share.has_pass_code and not code:
            return _form()
        try:
            share, secret = await run_in_threadpool(self._shares.open, token, code, address)
        except WrongCode as wrong:
            return _form(str(wrong))
        answer = self._to_map(share)
        answer.set_cookie(
            COOKIE,
            secret,
            expires=datetime.fromtimestamp(share.expires_at, UTC) + STAYS,
            path=self._prefix or "/",
            httponly=True,
            samesite="lax",
        )
        return answer

    def _is_guest_of(self, share: Share, cookies: Mapping[str, str]) -> bool:
        session = self._shares.way(cookies)
        return isinstance(session, Session) and session.grant.share == share.id

    def _preview(self) -> Response:
        """What a preview shows: the same for every link. The button is for somebody who was taken for one."""
        body = f'<p>{DESCRIPTION}</p><form method="post"><button>Open the map</button></form>'
        return plain_page(self._title, body, 200, HEADERS, preview.head(self._title, DESCRIPTION))

    def _to_map(self, share: Share) -> Response:
        where = f"{self._prefix}/{f'?{share.view}' if share.view else ''}"
        return RedirectResponse(where, 303, HEADERS)


async def _code(request: Request) -> str:
    """The pass code in a form, "" if there is none."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            return ""
    return parse_qs(body.decode("utf-8", "replace")).get("code", [""])[0]


def _form(problem: str = "") -> Response:
    said = f'<p role="alert"><strong>{escape(problem)}</strong></p>' if problem else ""
    return _page(
        "This link needs a pass code",
        f"<p>Whoever sent you the link can tell it to you.</p>{said}"
        '<form method="post"><p><label for="code">Pass code</label></p>'
        f'<p><input id="code" name="code" type="password" maxlength="{pass_codes.MOST}" autocomplete="off" '
        "required autofocus> <button>Open the map</button></p></form>",
        403 if problem else 200,
    )


def _page(title: str, body: str, status: int = 200) -> Response:
    return plain_page(title, body, status, HEADERS)
