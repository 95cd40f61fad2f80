"""The gate: who counts as local, and who is on the list."""

import anyio
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from dashboard.access.gate import LoopbackOnly, is_local, may_enter

LOCAL = ("127.0.0.1", 40000)


@pytest.mark.parametrize(
    ("client", "headers", "expected"),
    [
        (LOCAL, {"host": "localhost:8501"}, True),
        (LOCAL, {"host": "127.0.0.1:8501"}, True),
        (("::1", 1), {"host": "[::1]:8501"}, True),
        (("::ffff:127.0.0.1", 1), {"host": "127.0.0.1:8501"}, True),
        (("::ffff:127.0.0.1", 1), {"host": "LOCALHOST.:8501"}, True),
        (("::1%lo", 1), {"host": "[::1%25lo]:8501"}, True),
        (("::1", 1), {"host": "[::1]"}, True),
        (("::1", 1), {"host": "::1"}, False),
        (LOCAL, {"host": "localhost:8501@evil.example"}, False),
        (LOCAL, {"host": "localhost:evil.example"}, False),
        (LOCAL, {"host": "[::1]evil.example"}, False),
        (LOCAL, {"host": "0.0.0.0:8501"}, False),
        (("::ffff:192.168.1.20", 1), {"host": "localhost:8501"}, False),
        (("fe80::1%eth0", 1), {"host": "[::1]:8501"}, False),
        (("192.168.1.20", 1), {"host": "localhost:8501"}, False),
        (LOCAL, {"host": "evil.example:8501"}, False),
        (LOCAL, {"host": "localhost:8501", "x-forwarded-for": "203.0.113.9"}, False),
        (LOCAL, {"host": "localhost:8501", "forwarded": "for=203.0.113.9"}, False),
        (LOCAL, {"host": "localhost", "via": "1.1 proxy"}, False),
        (LOCAL, {}, False),
        (None, {"host": "localhost"}, False),
    ],
)
def test_only_this_machine_is_local(client, headers, expected):
    assert is_local(client, Headers(headers)) is expected


async def call(scope_type, client, headers):
    app = LoopbackOnly(Starlette(routes=[Route("/", lambda _request: PlainTextResponse("vehicles"))]))
    sent = []

    async def receive():
        return {"type": "http.request" if scope_type == "http" else "websocket.connect"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": scope_type, "client": client, "path": "/", "raw_path": b"/", "method": "GET", "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await app(scope, receive, send)
    return sent


def test_stranger_is_told_how_to_set_sign_in_up_and_sees_nothing():
    sent = anyio.run(call, "http", ("10.0.0.7", 5), {"host": "dashboard.example"})
    assert sent[0]["status"] == 403
    body = b"".join(message.get("body", b"") for message in sent)
    assert b"[auth]" in body
    assert b"CATENA_OPERATORS" in body
    assert b"vehicles" not in body


def test_stranger_gets_no_websocket():
    assert anyio.run(call, "websocket", ("10.0.0.7", 5), {"host": "dashboard.example"}) == [
        {"type": "websocket.close", "code": 1008}
    ]


def test_this_machine_is_served():
    sent = anyio.run(call, "http", LOCAL, {"host": "localhost"})
    assert sent[0]["status"] == 200


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"email": "ann@example.com"}, True),
        ({"email": "ANN@EXAMPLE.COM", "email_verified": True}, True),
        ({"email": "ann@example.com", "email_verified": False}, False),
        ({"email": "bob@example.com"}, False),
        ({"email": "bob@fleet.example"}, True),
        ({"email": "bob@not-fleet.example"}, False),
        ({"email": "@fleet.example@evil.example"}, False),
        ({"email": ""}, False),
        ({}, False),
    ],
)
def test_operators(user, expected):
    assert may_enter({"ann@example.com", "@fleet.example"}, user) is expected
