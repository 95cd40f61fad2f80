"""Faults on purpose, as ASGI middleware around the API: refusals, delays and answers that are not the API's."""

import asyncio
import random
from collections.abc import Callable, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.api.errors import MESSAGES, error_response
from sandbox.config import Fault

RETRY_AFTER_SECONDS = 2
_DETAILS: dict[int, object] = {
    429: {"retry_after_seconds": RETRY_AFTER_SECONDS, "message": "Too many requests; slow down"},
    422: [],
}
_GATEWAY = b"<!doctype html><html><head><title>%s</title></head><body><h1>%s</h1><hr>gateway</body></html>"


class Faults:
    """The fault switches of one sandbox; `switches` may be replaced while it runs."""

    def __init__(self, switches: Sequence[Fault], seed: int, revoke: Callable[[str], None]) -> None:
        self.switches = tuple(switches)
        self._random = random.Random(seed)  # noqa: S311  decides faults, protects nothing
        self._revoke = revoke

    def amount(self, kind: str) -> float:
        """Return the amount of a switch, 0 where it is off."""
        return max((fault.amount for fault in self.switches if fault.kind == kind), default=0.0)

    def hits(self, kind: str) -> bool:
        """Roll the dice for one request."""
        share = self.amount(kind)
        return share > 0 and self._random.random() < share

    def repeats_cursor(self) -> bool:
        """Tell whether this page shall name itself as the next."""
        return self.hits("repeat-cursor")

    def around(self, app: ASGIApp) -> ASGIApp:
        """Wrap the API hosts' part of an app."""

        async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or not self.switches:
                await app(scope, receive, send)
                return
            if latency := self.amount("latency"):
                await asyncio.sleep(latency / 1000)
            if self.hits("token-revoked"):
                headers = dict(scope["headers"])
                self._revoke(headers.get(b"authorization", b"").decode("latin-1").partition(" ")[2])
            for fault in self.switches:
                if fault.kind.isdecimal() and self.hits(fault.kind):
                    await self._refuse(int(fault.kind), scope, receive, send)
                    return
            if self.hits("html"):
                await _html(200, "Checking your browser", send)
            elif self.hits("truncated"):
                await app(scope, receive, _Truncating(send))
            else:
                await app(scope, receive, send)

        return faulty

    async def _refuse(self, status: int, scope: Scope, receive: Receive, send: Send) -> None:
        if status not in MESSAGES:
            await _html(status, f"{status} Gateway error", send)
            return
        response = error_response(status, _DETAILS.get(status))
        await response(scope, receive, send)


async def _html(status: int, title: str, send: Send) -> None:
    body = _GATEWAY % (title.encode(), title.encode())
    headers = [(b"content-type", b"text/html"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class _Truncating:
    """Sends the first half of a body as if it were all of it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message = {}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        body = message.get("body", b"")
        half = body[: len(body) // 2]
        kept = [(k, v) for k, v in self._start["headers"] if k.lower() != b"content-length"]
        self._start["headers"] = [*kept, (b"content-length", str(len(half)).encode())]
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": half})
