"""The simulated Catena inside the dashboard's own process, used while there are no credentials."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from typing import cast
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from catena_client import CatenaClient, Retry
from catena_client.http import (
    ASGITransport,
    AsyncByteStream,
    BaseTransport,
    ConnectError,
    OnAnswer,
    ReadError,
    ReadTimeout,
    Request,
    Response,
)
from sandbox import Sandbox, SandboxConfig

URL = "https://api.sandbox.invalid"
"""The address the client is given; it never leaves the process."""
CONNECT_URL = "https://connect.sandbox.invalid"
"""Stands in magic links for the address of this dashboard, which differs from viewer to viewer."""
CONNECT_PATH = "connect"
"""Where the onboarding pages are mounted."""


class InProcess(BaseTransport):
    """Carries the client's requests to an ASGI app in this process, without a socket.

    A request's read timeout bounds its whole answer, and closing ends the requests that are still waiting. `beside`
    is run for as long.
    """

    def __init__(
        self, app: ASGIApp, beside: Callable[[], Coroutine[object, object, None]] | None = None
    ) -> None:
        self._transport = ASGITransport(app)
        self._loop = asyncio.new_event_loop()
        self._lock = threading.Lock()
        self._closed = False
        self._beside = self._loop.create_task(beside()) if beside is not None else None
        threading.Thread(target=self._run, name="sandbox", daemon=True).start()

    def handle_request(self, request: Request) -> Response:
        """Send one request and wait for its whole answer."""
        with self._lock:
            if self._closed:
                raise ConnectError("the transport is closed")
            answer = asyncio.run_coroutine_threadsafe(self._send(request), self._loop)
        try:
            return answer.result(request.extensions.get("timeout", {}).get("read"))
        except TimeoutError:
            answer.cancel()
            raise ReadTimeout("no whole answer in time") from None
        except CancelledError:
            raise ReadError("the transport was closed") from None

    def close(self) -> None:
        """Stop the loop; requests under way fail. Closing again does nothing."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _end(self) -> None:
        waiting = asyncio.all_tasks() - {asyncio.current_task()}
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def _send(self, request: Request) -> Response:
        answer = await self._transport.handle_async_request(request)
        stream = cast(AsyncByteStream, answer.stream)
        body = b"".join([chunk async for chunk in stream])  # as sent: the client decompresses it
        return Response(answer.status_code, headers=answer.headers, content=body)


def create(inviter: str, city: str = "", join_every: int = 0) -> Sandbox:
    """A sandbox with credentials that nobody knows, so that only this process can call it.

    `inviter`: who its pages say is asking. All vehicles are in and around `city`, if one is given; every `join_every`
    seconds another fleet joins, 0 is never.
    """
    return Sandbox(
        SandboxConfig(
            client_id="embedded",
            client_secret=secrets.token_urlsafe(32),
            connect_url=CONNECT_URL,
            partner_name=inviter,
            city=city or None,
            join_every=join_every,
        )
    )


def listen(
    sandbox: Sandbox, event: str, secret: str, told: Callable[[str, dict[str, str], bytes], int]
) -> None:
    """Let `told` take a sandbox's webhooks of an event: address, headers and body; it gives the answer's status."""
    sandbox.webhooks.sender = told
    sandbox.webhooks.create({"url": URL, "event_name": event, "secret": secret})


def client(
    sandbox: Sandbox, on_retry: Callable[[Retry], None], on_answer: OnAnswer | None = None
) -> CatenaClient:
    """A client of a sandbox in this process."""
    return CatenaClient(
        sandbox.config.client_id,
        sandbox.config.client_secret,
        api_url=URL,
        auth_url=f"{URL}/realms/catena",
        transport=InProcess(sandbox.api, sandbox.joins.run),
        on_retry=on_retry,
        on_answer=on_answer,
    )


def reachable_link(magic_link: str, opened_at: str, prefix: str) -> str:
    """A simulated magic link as it can be opened from where the dashboard was opened.

    `opened_at` is the URL in the viewer's address bar; a phone in the same network can then follow the link.
    `prefix` is the base path, such as `/maps` or "".
    """
    if not magic_link.startswith(CONNECT_URL):
        return magic_link
    parts = urlsplit(opened_at)
    return f"{parts.scheme}://{parts.netloc}{prefix}/{CONNECT_PATH}{magic_link.removeprefix(CONNECT_URL)}"
