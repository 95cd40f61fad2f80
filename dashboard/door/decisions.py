"""What each HTTP request gets: an answer from the door itself, or what it asks for."""

from __future__ import annotations

import math
from urllib.parse import quote, urlencode

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response

from dashboard.access.session import Refused, Session
from dashboard.door import pages, streamlit_internals
from dashboard.door.asked import Asked
from dashboard.door.doorway import Doorway
from dashboard.door.paths import (
    METRICS,
    SCRIPT,
    SIGN_IN,
    SIGN_IN_STARTS,
    SIGN_OUT,
    STATE,
    STREAMLIT_OUT,
    UPLOADS,
)
from dashboard.door.start_key import COOKIE, PARAMETER

OURS = "catena_"
"""How the names of all cookies of ours begin."""
TOO_MUCH = "Too many attempts were made from here. Wait a little, then try again."


def limited_session(session: Session) -> str:
    """Whose requests are counted together; "" for simulated data, which all look at in one session."""
    return "" if session.kind == "open" else session.id


class Decisions:
    """Decides for each HTTP request."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway

    async def answer(self, asked: Asked) -> Response | None:
        """The door's own answer; None: it is let in, as `asked.session` or at an open path."""
        if asked.kind == "nobody":
            return pages.sentence(404, "There is nothing here.")
        if asked.path == SCRIPT:
            return Response(self._doorway.script, 200, {"Cache-Control": "no-cache"}, "text/javascript")
        found = await self._doorway.found(asked)
        asked.session = found if isinstance(found, Session) else None
        if self._doorway.key is not None and asked.is_page and PARAMETER in asked.query:
            return self._shown_key(asked)
        if asked.path == STATE:
            return Response(None, 204 if asked.session else 401, {"Cache-Control": "no-store"})
        if asked.path == SIGN_IN:
            return self._sign_in(asked)
        if asked.path in (SIGN_OUT, STREAMLIT_OUT):
            return await self._sign_out(asked)
        if asked.kind == "open":
            return await self._open(asked)
        return self._limit(asked, asked.session) if asked.session else self._stranger(asked, found)

    def _shown_key(self, asked: Asked) -> Response:
        doorway = self._doorway
        assert doorway.key is not None  # noqa: S101
        fits = doorway.key.fits(asked.query[PARAMETER])
        if not fits and asked.session is None:
            # The right one is always taken: any web page can send wrong ones by its visitor's browser.
            if wait := doorway.limits.take("keys", asked.address):
                return pages.sentence(429, TOO_MUCH, wait)
            doorway.note_refusal(asked, "a wrong key")
            return pages.without_key(wrong=True)
        kept = [
            (name, value)
            for name, value in HTTPConnection(asked.scope).query_params.multi_items()
            if name != PARAMETER
        ]
        # Never with two slashes, which a browser takes for another host.
        path = quote("/" + asked.scope["path"].lstrip("/"))
        answer = RedirectResponse(path + (f"?{urlencode(kept)}" if kept else ""), 303)
        if fits:
            self._forget(asked, answer)  # so that who came by a share link before is the operator now
            answer.set_cookie(
                _key_cookie(asked),
                doorway.key.cookie(),
                path=doorway.prefix or "/",
                httponly=True,
                samesite="lax",
            )
        return answer

    def _sign_in(self, asked: Asked) -> Response:
        doorway = self._doorway
        provider = asked.query.get("with", "")
        if provider in doorway.providers:
            token = quote(streamlit_internals.encode_provider_token(provider), safe="")
            return RedirectResponse(f"{doorway.prefix}/auth/login?provider={token}", 303)
        if asked.session is not None:
            return RedirectResponse(f"{doorway.prefix}/", 303)
        if not doorway.providers:
            return pages.without_key(wrong=False)
        return pages.sign_in(doorway.providers, doorway.prefix)

    async def _sign_out(self, asked: Asked) -> Response | None:
        doorway = self._doorway
        if asked.headers.get("sec-fetch-site") == "cross-site":
            return pages.sentence(
                403, "A page of another site wants to sign you out. Do it in the dashboard."
            )
        by_streamlit = asked.path == STREAMLIT_OUT
        session = asked.session
        if by_streamlit:
            found = await doorway.found(asked, kind="signed_in")
            session = found if isinstance(found, Session) else None
        if session is not None and session.kind != "open":
            doorway.sessions.end(session)
            await doorway.connections.end(session.id)
            doorway.audit.record("signed out", session.grant.name, asked.address)
        if by_streamlit:
            return None
        answer: Response = RedirectResponse(f"{doorway.prefix}/", 303)
        is_guest = session is not None and session.kind == "guest"
        own = await doorway.found(asked) if is_guest else None
        if isinstance(own, Session) and own.kind != "open":
            pass  # somebody who has looked at a link: what they may do themselves is theirs again
        elif session is not None and session.kind in ("guest", "key"):
            answer = pages.left(by_key=session.kind == "key")
        elif doorway.providers:
            answer = RedirectResponse(f"{doorway.prefix}/auth/logout", 303)
        self._forget(asked, answer, key=not is_guest)
        return answer

    def _forget(self, asked: Asked, answer: Response, *, key: bool = True) -> None:
        """Let the browser forget what it holds of ours, but for the keys of dashboards on other ports.

        `key`: also what it was given for the key of this one.
        """
        for name in asked.cookies:
            if (key and name == _key_cookie(asked)) or (
                name.startswith(OURS) and not name.startswith(COOKIE)
            ):
                answer.delete_cookie(name, path=self._doorway.prefix or "/")

    async def _open(self, asked: Asked) -> Response | None:
        if asked.path in self._doorway.files:
            return await self._doorway.files.answer(asked.path, asked.method, asked.headers)
        if asked.path in SIGN_IN_STARTS and (wait := self._doorway.limits.take("sign-ins", asked.address)):
            return self.too_often(asked, wait)
        return None

    def too_often(self, asked: Asked, wait: float) -> Response:
        """The answer to one attempt too many, with the seconds until the next."""
        self._doorway.note_refusal(asked, "too many attempts")
        return pages.sentence(429, TOO_MUCH, wait)

    def _limit(self, asked: Asked, session: Session) -> Response | None:
        limits, who = self._doorway.limits, limited_session(session)
        wait = limits.take_of_session("requests", who)
        if asked.path == METRICS and not session.grant.sees_everything:
            return pages.sentence(403, "Only operators who see all fleets may read this.")
        if not wait and asked.path.startswith(UPLOADS) and asked.method == "PUT":
            if session.grant.role != "operator":
                return pages.sentence(403, "Only operators may upload files here.")
            length = asked.headers.get("content-length", "")
            if not length.isdecimal():
                return pages.sentence(411, "The length of the file is missing. Upload it from the page.")
            megabytes = math.ceil(int(length) / 1e6)
            wait = limits.take("uploads", asked.address, who) or limits.take(
                "upload megabytes", asked.address, who, megabytes
            )
        if wait:
            self._doorway.note_refusal(asked, "too many requests", session.grant.name)
            return pages.sentence(429, "Too much was asked for. Wait a little, then try again.", wait)
        return None

    def _stranger(self, asked: Asked, found: Session | Refused | None) -> Response:
        doorway = self._doorway
        if isinstance(found, Refused) and found.reason != "ended":
            doorway.note_refusal(asked, found.reason, found.who)
            if asked.is_page:
                return pages.refused(found, doorway.prefix)
            return pages.sentence(403, "You may not enter. Open the dashboard's page: it says why.")
        if not asked.is_page:
            return pages.sentence(401, "Your session has ended, or has not begun. Open the dashboard's page.")
        if doorway.key is not None:
            return pages.without_key(wrong=False)
        return RedirectResponse(f"{doorway.prefix}{SIGN_IN}", 303, {"Cache-Control": "no-store"})


def _key_cookie(asked: Asked) -> str:
    port = asked.headers.get("host", "").rpartition(":")[2]
    return f"{COOKIE}{port if port.isdecimal() else 80}"
