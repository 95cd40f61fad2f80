"""Requests at a door, as an ASGI server hands them on, and the dashboard behind it that says who came in."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
import itsdangerous
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from catena_client import Secret
from dashboard.access.roles import Roles
from dashboard.access.session import ADDRESS, SESSION
from dashboard.access.tokens import FeedTokens
from dashboard.configuration.access_rules import AccessRule
from dashboard.configuration.settings import Settings
from dashboard.configuration.sign_in import Provider
from dashboard.door.connections import HEADER
from dashboard.door.door import Door
from dashboard.door.doorway import Doorway
from dashboard.door.limits import Limits
from dashboard.runtime.audit import Audit
from dashboard.sharing.sqlite_store import SqliteStore

LOCAL = ("127.0.0.1", 40000)
PUBLIC = "fleets.example.com"
COOKIE_SECRET = "5XvPq0-8rTzKb3nWmYc7LdJf2hGs9Aeu"
OFFICE = Provider("office", "https://login.example.com")
REAL = Settings(client_id="id", client_secret=Secret("secret"))
SIGN_IN = Settings(
    client_id="id",
    client_secret=Secret("secret"),
    sign_in=(OFFICE,),
    access=(AccessRule(frozenset({"ann@example.com"}), "operator"),),
    redirect_uri=f"https://{PUBLIC}/oauth2callback",
)
CLAIMS = {
    "email": "ann@example.com",
    "email_verified": True,
    "is_logged_in": True,
    "origin": f"https://{PUBLIC}",
    "provider": "office",
    "iss": "https://login.example.com",
}


TOKENS = FeedTokens()
"""Of the feed at `/feed/told`."""


HEARD: list[str] = []
"""What browsers have said over WebSockets."""


class Defect(ValueError):
    """One of the dashboard."""


class Clock:
    """Seconds since 1970, moved by hand."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: Sequence[str] = ()

    @property
    def text(self) -> str:
        return self.body.decode()


def nobody(_cookies: Mapping[str, str]) -> None:
    """The way in of guests, of whom there are none."""


@dataclass
class House:
    """A dashboard with a door before it."""

    settings: Settings = REAL
    prefix: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.audit = Audit()
        roles = Roles(self.settings.access, self.settings.sign_in)
        known = {"roles": roles.grant, "guests": nobody, "ended": SqliteStore(), **self.options}
        self.doorway = Doorway(self.settings, self.prefix, self.audit, dict, **known)
        self.doorway.limits = Limits(
            Clock(0)
        )  # on a slow machine, what may be asked for grows while it is counted
        self.door = Door(Starlette(routes=inside(self.prefix)), self.doorway)

    def ask(
        self,
        path: str,
        method: str = "GET",
        *,
        headers: Mapping[str, str] | None = None,
        client: tuple[str, int] = LOCAL,
        scheme: str = "http",
    ) -> Answer:
        """One HTTP request."""
        return anyio.run(self._ask, path, method, headers or {}, client, scheme)

    async def _ask(
        self, path: str, method: str, headers: Mapping[str, str], client: tuple[str, int], scheme: str
    ) -> Answer:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {**asgi(path, headers, client), "type": "http", "method": method, "scheme": scheme}
        with suppress(Defect):  # for the log; the answer has gone out
            await self.door(scope, receive, send)
        raw = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
        body = b"".join(message.get("body", b"") for message in sent[1:])
        cookies = [value for name, value in raw if name == "set-cookie"]
        return Answer(sent[0]["status"], dict(raw), body, cookies)

    def knock(self, headers: Mapping[str, str], path: str = "/_stcore/stream", **how: Any) -> str:
        """The connection's id that the script is given when a WebSocket is opened; "" when it is refused."""
        socket = Socket(self, headers, path, **how)

        async def once() -> str:
            await socket.open()
            await socket.leave()
            return socket.connection

        return anyio.run(once)


class Socket:
    """A WebSocket of a browser."""

    def __init__(
        self, house: House, headers: Mapping[str, str], path: str = "/_stcore/stream", client: Any = LOCAL
    ) -> None:
        self.sent: list[Any] = []
        self.connection = ""
        self._said: asyncio.Queue[Any] = asyncio.Queue()
        self._scope = {**asgi(path, headers, client), "type": "websocket", "scheme": "ws", "subprotocols": []}
        self._door = house.door
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect, and wait for what the dashboard says."""
        await self.say({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._door(self._scope, self._said.get, self._hear))
        while not self.sent or (self.sent[-1]["type"] == "websocket.accept"):
            await asyncio.sleep(0)
        if self.sent[-1]["type"] == "websocket.send":
            self.connection = self.sent[-1]["text"]

    async def say(self, message: Any) -> None:
        """What comes from the browser."""
        await self._said.put(message)

    async def leave(self) -> None:
        """Disconnect, and wait until the dashboard is through."""
        await self.say({"type": "websocket.disconnect", "code": 1001})
        assert self._task is not None
        await self._task

    async def _hear(self, message: Any) -> None:
        self.sent.append(message)


def asgi(path: str, headers: Mapping[str, str], client: Any) -> dict[str, Any]:
    """What HTTP and WebSocket have in common."""
    bare, _, query = path.partition("?")
    sent = {"host": "localhost:8501", **headers}
    return {
        "path": bare,
        "raw_path": bare.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "client": client,
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items() if value],
    }


async def stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(socket.headers.get(HEADER, "none"))
    try:
        while True:
            HEARD.append(await socket.receive_text())
            await socket.send_text(f"heard {HEARD[-1]}")
    except WebSocketDisconnect as end:
        if end.code == 1008:
            with suppress(WebSocketDisconnect):
                await socket.send_text("late")


def inside(prefix: str) -> list[Any]:
    """A dashboard that answers everything, with the session that it was told of."""

    async def page(request: Request) -> PlainTextResponse:
        answer = PlainTextResponse(f"inside as {request.scope.get(SESSION)}")
        answer.headers["came-from"] = request.scope[ADDRESS]
        answer.set_cookie("inner", "x")
        if request.url.path.endswith("/html"):
            answer.headers["content-type"] = "text/html"
        if request.url.path.startswith(f"{prefix}/s/wrong"):
            answer.status_code = 404
        if "if-none-match" in request.headers:
            answer.status_code = 304
        if request.url.path == f"{prefix}/defect":
            raise Defect
        return answer

    async def feed(request: Request) -> PlainTextResponse:
        entry = TOKENS.entry(request, str)
        return PlainTextResponse(entry or "", 200 if entry else 403)

    methods = ["GET", "POST", "PUT", "DELETE", "OPTIONS"]
    return [
        WebSocketRoute(f"{prefix}/_stcore/stream", stream),
        Route(f"{prefix}/feed/told", feed),
        Route("/{path:path}", page, methods=methods),
    ]


def signed(claims: Mapping[str, Any], secret: str = COOKIE_SECRET, ago: float = 0.0) -> str:
    """The Cookie header of somebody who signed in so many seconds ago."""

    class Then(itsdangerous.TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time() - ago)

    signer = itsdangerous.URLSafeTimedSerializer(secret, salt="_streamlit_user", signer=Then)
    return f"_streamlit_user={signer.dumps(json.dumps(claims))}"


def by_key(house: House) -> str:
    """The Cookie header of a browser that has opened the address with the key."""
    assert house.doorway.key is not None
    answer = house.ask(f"{house.prefix}/?key={house.doorway.key.text}")
    return answer.cookies[0].partition(";")[0]
