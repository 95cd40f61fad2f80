"""What every route of the feed answers with."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from dashboard.feed.codings import CODINGS, Packed
from dashboard.runtime.accepted import best_of

JSON = "application/json"


def refused() -> Response:
    """The answer to a request without a valid id."""
    refusal = "This link to the map's data is not valid or has expired. Reload the page."
    return PlainTextResponse(refusal, 403, {"Cache-Control": "no-store"})


def nothing_yet(what: str = "positions") -> Response:
    """The answer before the first snapshot."""
    return PlainTextResponse(f"No {what} have been received yet.", 503, {"Retry-After": "2"})


def answer(request: Request, packed: Packed) -> Response:
    """JSON, packed as the browser takes it."""
    coding = best_of(CODINGS, request.headers.get("accept-encoding", ""))
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if coding:
        headers["Content-Encoding"] = coding
    return Response(packed.body(coding), media_type=JSON, headers=headers)
