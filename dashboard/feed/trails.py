"""The trails on the map as JSON: the lines and the stops of a set that a viewer has asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.access.scope import Scope
from dashboard.access.tokens import FeedTokens
from dashboard.feed.answers import answer, refused
from dashboard.feed.trail_sets import TrailSet, TrailSets
from dashboard.fleet.colours import Theme


@dataclass(frozen=True, slots=True)
class TrailScope:
    """What is drawn of a set of trails, and how."""

    set_id: str
    part: Literal["lines", "stops"]
    theme: Theme
    metric: bool


class TrailFeed:
    """Makes the trails' addresses and answers them. One per process."""

    def __init__(self, trail_sets: TrailSets, tokens: FeedTokens) -> None:
        self._trail_sets = trail_sets
        self._tokens = tokens

    def url(
        self, trail_set: TrailSet, scope: Scope, part: Literal["lines", "stops"], session: str = ""
    ) -> str:
        """A relative URL of a part of a set that can be drawn; it changes exactly when that does."""
        entry = TrailScope(trail_set.id, part, scope.theme, scope.metric)
        version = trail_set.packed(part, theme=scope.theme, metric=scope.metric).version
        return f"feed/trails.json?{urlencode({'v': version, 'id': self._tokens.id_of(entry, session)})}"

    def route(self, prefix: str) -> Route:
        """The route that answers the URLs, below a base path such as `/maps` or ""."""
        return Route(f"{prefix}/feed/trails.json", self.answer, methods=["GET"])

    def answer(self, request: Request) -> Response:
        """JSON for a known id; 403 for a missing, made up or expired one; 404 when the set was closed."""
        scope = self._tokens.entry(request, TrailScope)
        if scope is None:
            return refused()
        trail_set = self._trail_sets.find(scope.set_id)
        if trail_set is None:
            return PlainTextResponse("These trails were closed. Show them again from the map.", 404)
        return answer(request, trail_set.packed(scope.part, theme=scope.theme, metric=scope.metric))
