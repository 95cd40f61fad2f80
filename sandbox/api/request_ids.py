"""An id for each request, in a header of its answer: what one would name to Catena's support."""

import uuid

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"


def with_request_id(app: ASGIApp) -> ASGIApp:
    """Wrap an app so that every answer carries an id."""

    async def numbered(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_numbered(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = str(uuid.uuid4())
            await send(message)

        await app(scope, receive, send_numbered)

    return numbered
