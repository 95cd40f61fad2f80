"""What every route of the feed answers with."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

JSON = "application/json"
GZIP_LEVEL = 1

C = TypeVar("C")
S = TypeVar("S")


def respond(
    request: Request,
    scope: C | None,
    snapshot: S | None,
    body: Callable[[S, C], bytes],
    nothing_yet: str = "No positions have been received yet.",
) -> Response:
    """What `body` makes of a snapshot for the scope that a request's id stands for.

    403 without a scope: the id is missing, made up or expired. 503 with `nothing_yet` before the first snapshot.
    """
    if scope is None:
        return refused()
    if snapshot is None:
        return PlainTextResponse(nothing_yet, 503, {"Retry-After": "2"})
    return answer(request, body(snapshot, scope))


def refused() -> Response:
    """The answer to a request without a valid id."""
    refusal = "This link to the map's data is not valid or has expired. Reload the page."
    return PlainTextResponse(refusal, 403, {"Cache-Control": "no-store"})


def packed(rows: Sequence[object]) -> bytes:
    """Rows as gzipped JSON: a list, which a browser reads without guessing what is a number and what is text."""
    return gzip.compress(msgspec.json.encode(rows), GZIP_LEVEL)


def answer(request: Request, body: bytes) -> Response:
    """What `packed` made, as the browser accepts it."""
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(body, media_type=JSON, headers={**headers, "Content-Encoding": "gzip"})
    return Response(gzip.decompress(body), media_type=JSON, headers=headers)
