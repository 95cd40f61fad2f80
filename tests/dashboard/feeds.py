"""A feed over given snapshots, and a way to ask its routes."""

from typing import Self

import httpx
from starlette import types
from starlette.applications import Starlette

from dashboard.access.scope import Scope
from dashboard.access.session import SESSION
from dashboard.access.tokens import FeedTokens
from dashboard.access.viewer import EVERYTHING, Visibility
from dashboard.feed.feed import Feed
from dashboard.feed.frames import Frames
from dashboard.feed.recent import RecentSnapshots
from dashboard.feed.summary import Summary
from dashboard.feed.vehicles import VehicleFeed
from dashboard.feed.watched import Watched
from dashboard.fleet.snapshot import Snapshot, TrailerSnapshot
from dashboard.ingest.embedded import InProcess
from dashboard.ingest.history import History
from tests.dashboard.catena import Catena
from tests.dashboard.frames import NOW

ALL = Scope(EVERYTHING)
"""Everything, drawn as usual."""
NORTH = Visibility(fleets=frozenset({"f1"}))
"""One fleet only."""


class Feeds:
    """A feed over snapshots that a test sets, asked over HTTP."""

    def __init__(
        self, newest: Snapshot | None, trailers: TrailerSnapshot | None = None, catena: Catena | None = None
    ) -> None:
        self.newest = newest
        self.trailers = trailers
        self.history = History((catena or Catena()).client(), now=lambda: NOW)
        self.feed = Feed(lambda: self.newest, lambda: self.trailers, self.history)
        self._session = ""
        self._clients: dict[str, httpx.Client] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.history.close()
        for client in self._clients.values():
            client.close()

    def get(self, url: str, prefix: str = "", session: str = "", **options: dict[str, str]) -> httpx.Response:
        """What a browser gets in a session, which the door has found, for a URL of the feed below a base path."""
        if prefix not in self._clients:
            transport = InProcess(self._app(prefix))
            self._clients[prefix] = httpx.Client(transport=transport, base_url="http://here")
        self._session = session
        return self._clients[prefix].get(f"{prefix}/{url}", **options)

    def _app(self, prefix: str) -> types.ASGIApp:
        routes = Starlette(routes=self.feed.routes(prefix))

        async def app(scope: types.Scope, receive: types.Receive, send: types.Send) -> None:
            await routes({**scope, SESSION: self._session}, receive, send)

        return app


def summary_of(snapshot: Snapshot, scope: Scope = ALL) -> Summary:
    """What a scope shows of a snapshot, counted by itself."""
    return VehicleFeed(Frames(), FeedTokens(), RecentSnapshots(lambda: None), Watched()).summary(
        snapshot, scope
    )
