"""Signed scopes: what the routes of the feed believe, and all they believe.

A browser asks for data by a URL that the script minted for its viewer. The token in it says what the viewer may
see and has asked for; nothing else in the URL can widen it.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import asdict
from typing import Any

from cachetools import TTLCache, cached
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request

from dashboard.access.scope import Scope
from dashboard.access.viewer import Viewer
from dashboard.fleet.filters import Filters

LIFE_SECONDS = 600
"""How long a minted URL is answered. A watching page mints a new one with every snapshot."""
REUSE_SECONDS = 300
"""Within this time, viewers with the same scope are given the same URL."""
JSON = "application/json"
GZIP_LEVEL = 1


class FeedTokens:
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
