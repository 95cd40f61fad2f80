"""The door: ASGI middleware in front of everything, HTTP and WebSocket. Closed unless something opens it."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from dashboard.access.grants import feed_key
from dashboard.access.session import ADDRESS, SESSION, Session
from dashboard.door import pages
from dashboard.door.asked import SAFE, Asked
from dashboard.door.caller import is_origin_of, is_same_site
from dashboard.door.connections import HEADER, Connection
from dashboard.door.decisions import Decisions, limited_session
from dashboard.door.doorway import Doorway
from dashboard.door.headers import NAMES
from dashboard.door.limits import SOCKETS_OF_A_SESSION, SOCKETS_OF_AN_ADDRESS
from dashboard.door.packed import CODINGS, coding_of
from dashboard.door.paths import ONBOARDING, SHARES, WEBHOOKS

KEPT = (b"if-none-match", b"if-modified-since")
"""What a browser says of an answer that it has kept."""
VARY = (b"vary", b"Accept-Encoding")
GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


class Door:
    """Lets in, refuses, and puts into the ASGI scope who was let in."""

    def __init__(self, app: ASGIApp, doorway: Doorway) -> None:
        self._app = app
        self._doorway = doorway
        self._decisions = Decisions(doorway)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        asked = self._doorway.asked(scope)
        refusal = self._first_refusal(asked)
        if scope["type"] == "websocket":
            if refusal is not None or not await self._opens(asked):
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            else:
                await self._serve_websocket(asked, receive, send)
            return
        send = self._with_headers(asked, self._doorway.traffic.counted(asked.path, send))
        answer = refusal or await self._decisions.answer(asked)
        if answer is not None:
            await answer(asked.scope, receive, send)
        else:
            await self._serve(asked, receive, send)

    def _first_refusal(self, asked: Asked) -> Response | None:
        """What is refused whoever asks."""
        doorway = self._doorway
        if doorway.key is not None and not doorway.is_local(asked):
            doorway.note_refusal(asked, "not from this machine, and no sign-in is set up")
            return pages.elsewhere()
        if not doorway.is_for_us(asked):
            doorway.note_refusal(asked, "a host name that is not ours")
            return pages.sentence(
                403, "This dashboard is not known under this name. Use the address that you were given."
            )
        if wait := doorway.limits.take("requests", asked.address):
            doorway.note_refusal(asked, "too many requests")
            return pages.sentence(
                429, "Too much was asked for from here. Wait a little, then try again.", wait
            )
        changes = asked.method not in SAFE and not asked.path.startswith(WEBHOOKS)
        if changes and not is_same_site(asked.headers):
            doorway.note_refusal(asked, "sent by a page of another site")
            return pages.sentence(
                403, "This was sent by a page of another site. Open the dashboard and do it there."
            )
        return None

    async def _opens(self, asked: Asked) -> bool:
        """Whether a WebSocket is for a page of ours, of somebody who was let in."""
        # Browsers always say it, and Streamlit would ask a web service whether a foreign one is ours.
        if not is_origin_of(asked.headers.get("origin", ""), asked.headers.get("host", "")):
            self._doorway.note_refusal(asked, "sent by a page of another site")
            return False
        found = await self._doorway.found(asked)
        if not isinstance(found, Session) or asked.kind != "data":
            return False
        asked.session = found
        of_session, of_address = self._doorway.connections.number(limited_session(found), asked.address)
        if of_session >= SOCKETS_OF_A_SESSION or of_address >= SOCKETS_OF_AN_ADDRESS:
            self._doorway.note_refusal(asked, "too many open pages", found.grant.name)
            return False
        return True

    async def _serve_websocket(self, asked: Asked, receive: Receive, send: Send) -> None:
        session = asked.session
        assert session is not None  # noqa: S101 - `_opens` has found it

        async def close() -> None:
            await send({"type": "websocket.close", "code": 1008})

        connection = Connection(session, asked.cookies, asked.address, close)

        async def receive_while_open() -> Message:
            message = await receive()
            return {"type": "websocket.disconnect", "code": 1008} if connection.over else message

        async def send_while_open(message: Message) -> None:
            # Of an OSError Starlette remembers that nothing can be received any more, and says so by an error that
            # Streamlit takes for a text from the browser, and fails over. This it takes quietly.
            if connection.over:
                raise WebSocketDisconnect(1008)
            try:
                await send(message)
            except OSError as error:
                if message["type"] == "websocket.send":
                    raise WebSocketDisconnect(1006) from error
                raise

        headers = [*asked.scope["headers"], (HEADER.encode(), connection.id.encode())]
        scope = {**asked.scope, "headers": headers}
        self._doorway.connections.open(connection)
        try:
            await self._app(scope, receive_while_open, send_while_open)
        finally:
            self._doorway.connections.closed(connection)

    async def _serve(self, asked: Asked, receive: Receive, send: Send) -> None:
        scope = {**asked.scope, ADDRESS: asked.address}
        if asked.session:
            scope[SESSION] = feed_key(asked.session.grant, asked.session.id)
        if asked.is_page:  # with what has been kept of Streamlit's page, ours would not be sent
            scope["headers"] = [one for one in scope["headers"] if one[0] not in KEPT]
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception:
            if not started:  # Starlette's own answer would go out past us, without our headers
                await pages.sentence(500, "Something went wrong here. Try again in a moment.")(
                    scope, receive, send
                )
            raise

    def _with_headers(self, asked: Asked, send: Send) -> Send:
        doorway = self._doorway
        instead: bytes | None = None

        async def answer(message: Message) -> None:
            nonlocal instead
            if message["type"] == "http.response.start":
                status, given = message["status"], message["headers"]
                if self._is_streamlits_page(asked, message):
                    instead, given = _the_page(doorway.page, asked)
                elif wait := self._wait_of_a_guess(asked, status):
                    refusal = self._decisions.too_often(asked, wait)
                    instead, status, given = bytes(refusal.body), refusal.status_code, refusal.raw_headers
                session = asked.session
                logos = session is not None and session.grant.role == "operator" and not doorway.simulated
                if asked.path in doorway.files:
                    given = [*given, VARY]
                raw = [
                    *(_secured(name, value, asked.secure) for name, value in given if name not in NAMES),
                    *doorway.headers.of(asked.path, secure=asked.secure, logos=logos),
                ]
                await send({**message, "status": status, "headers": raw})
                if instead is not None:
                    body = b"" if asked.method == "HEAD" else instead
                    await send({"type": "http.response.body", "body": body})
            elif instead is None:
                await send(message)

        return answer

    def _wait_of_a_guess(self, asked: Asked, status: int) -> float:
        """The seconds until one more wrong share link is answered; 0 for all else.

        Counted by the answer: whoever has a right link comes in, however many beside them guess.
        """
        if asked.path.startswith(SHARES) and status in GONE:
            return self._doorway.limits.take("share links", asked.address)
        return 0.0

    @staticmethod
    def _is_streamlits_page(asked: Asked, message: Message) -> bool:
        return (
            asked.session is not None
            and asked.is_page
            and message["status"] == HTTPStatus.OK
            and Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")
            and not asked.path.startswith(ONBOARDING)
        )


def _the_page(page: bytes, asked: Asked) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The page as a browser takes it, and its headers."""
    coding = coding_of(asked.headers.get("accept-encoding", ""))
    body = _packed(page, coding) if coding else page
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        # Not kept, so that going back after signing out shows nothing.
        (b"cache-control", b"no-store"),
        VARY,
    ]
    return body, [*headers, (b"content-encoding", coding.encode())] if coding else headers


@lru_cache(len(CODINGS))  # there is one page
def _packed(page: bytes, coding: str) -> bytes:
    return CODINGS[coding](page)


def _secured(name: bytes, value: bytes, secure: bool) -> tuple[bytes, bytes]:
    """A header of an answer; of a cookie behind https, with the word that keeps it there."""
    if secure and name == b"set-cookie" and b"; secure" not in value.lower():
        value += b"; Secure"
    return name, value
