"""Signed scopes: what the routes of the feed believe, and all they believe.

A browser asks for data by a URL that the script minted for its viewer. The token in it says what the viewer may
see and has asked for; nothing else in the URL can widen it.
"""

from __future__ import annotations

import gzip
import secrets
import threading
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import msgspec
from cachetools import TTLCache, cached
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from dashboard.access import Viewer
from dashboard.map.filters import Filters
from dashboard.scope import Scope

LIFE_SECONDS = 600
"""How long a minted URL is answered. A watching page mints a new one with every snapshot."""
REUSE_SECONDS = 300
"""Within this time, viewers with the same scope are given the same URL."""
JSON = "application/json"
GZIP_LEVEL = 1


class Links:
    """Mints and reads tokens. One per process; its signing key is never stored."""

    def __init__(self) -> None:
        self._signer = URLSafeTimedSerializer(secrets.token_bytes(32), salt="feed")
        # Given a condition, unlike a lock, cachetools lets one thread compute while others wait for its result.
        self._mint = cached(TTLCache(1024, REUSE_SECONDS), condition=threading.Condition())(self._sign)

    def mint(self, scope: Scope, version: str) -> str:
        """A token for a scope; a new version of the data gets a new one."""
        return self._mint(scope, version)

    def of(self, request: Request) -> Scope | None:
        """The scope that a request was given; None when its token is missing, altered or expired."""
        return self.read(request.query_params.get("scope", ""))

    def read(self, token: str) -> Scope | None:
        """The scope in a token; None when it is altered or expired."""
        try:
            stated = self._signer.loads(token, max_age=LIFE_SECONDS)
        except BadData:
            return None
        viewer, filters = stated.pop("viewer"), stated.pop("filters")
        fleets = None if viewer["fleets"] is None else frozenset(viewer["fleets"])
        chosen: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in filters.items()
        }
        return Scope(viewer=Viewer(**{**viewer, "fleets": fleets}), filters=Filters(**chosen), **stated)

    def _sign(self, scope: Scope, _version: str) -> str:
        viewer = asdict(scope.viewer)
        viewer["fleets"] = None if scope.viewer.fleets is None else sorted(scope.viewer.fleets)
        return str(self._signer.dumps({**asdict(scope), "viewer": viewer}))


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
