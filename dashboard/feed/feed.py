"""Everything that goes out to the map's pages and browsers, put together: what one part computed, all of them use."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import BaseRoute

from dashboard.access.tokens import FeedTokens
from dashboard.feed.frames import Frames
from dashboard.feed.hexagons import HexagonFeed
from dashboard.feed.names import NamesFeed
from dashboard.feed.recent import RecentSnapshots
from dashboard.feed.trail_sets import TrailSets
from dashboard.feed.trailers import TrailerFeed
from dashboard.feed.trails import TrailFeed
from dashboard.feed.vehicle_list import VehicleLists
from dashboard.feed.vehicles import VehicleFeed
from dashboard.feed.watched import Watched
from dashboard.fleet.snapshot import Snapshot, TrailerSnapshot
from dashboard.ingest.history import History


class Feed:
    """The feed of one process."""

    def __init__(
        self,
        snapshot: Callable[[], Snapshot | None],
        trailers: Callable[[], TrailerSnapshot | None],
        history: History,
        *,
        tokens: FeedTokens | None = None,
        frames: Frames | None = None,
    ) -> None:
        """`snapshot` and `trailers` give what was last read; `history` is asked for trails.

        `tokens` and `frames`: those that mean the same on other replicas, where there are any.
        """
        tokens, recent = tokens or FeedTokens(), RecentSnapshots(snapshot)
        self.frames = frames or Frames()
        self.trail_sets = TrailSets(history, self.frames)
        watched = Watched()
        self.prepare = watched.prepare
        """`prepare(snapshot)`: make what the open pages will ask of a snapshot about to be published."""
        self.vehicles = VehicleFeed(self.frames, tokens, recent, watched)
        self.names = NamesFeed(self.frames, tokens, recent, watched)
        self.hexagons = HexagonFeed(self.frames, tokens, recent)
        self.trailers = TrailerFeed(trailers, tokens)
        self.trails = TrailFeed(self.trail_sets, tokens)
        self.lists = VehicleLists(snapshot, self.frames)

    def routes(self, prefix: str) -> list[BaseRoute]:
        """The routes of all files below `feed/`, under a base path such as `/maps` or ""."""
        parts = (self.vehicles, self.names, self.hexagons, self.trailers, self.trails)
        return [part.route(prefix) for part in parts]
