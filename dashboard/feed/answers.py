"""What every route of the feed answers with."""

from __future__ import annotations

import gzip
from collections.abc import Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

JSON = "application/json"
GZIP_LEVEL = 1


def refused() -> Response:
    """The answer to a request without a valid token."""
    refusal = "This link to the map's data is not valid or has expired. Reload the page."
    return PlainTextResponse(refusal, 403, {"Cache-Control": "no-store"})


def not_yet(sentence: str = "No positions have been received yet.") -> Response:
    """The answer while there is nothing to give."""
    return PlainTextResponse(sentence, 503, {"Retry-After": "2"})


def packed(rows: Sequence[object]) -> bytes:
    """Rows as gzipped JSON: a list, which a browser reads without guessing what is a number and what is text."""
    return gzip.compress(msgspec.json.encode(rows), GZIP_LEVEL)


def answer(request: Request, body: bytes) -> Response:
    """What `packed` made, as the browser accepts it."""
    headers = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(body, media_type=JSON, headers={**headers, "Content-Encoding": "gzip"})
    return Response(gzip.decompress(body), media_type=JSON, headers=headers)
