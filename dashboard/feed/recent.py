"""The snapshots that pages were drawn from: a browser that asks late still gets what its page speaks of."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request

from dashboard.fleet.snapshot import Snapshot, as_of


class RecentSnapshots:
    """The last two snapshots that pages were drawn from. One per process."""

    def __init__(self, newest: Callable[[], Snapshot | None]) -> None:
        self._newest = newest
        self._held: tuple[Snapshot, ...] = ()

    def version(self, snapshot: Snapshot) -> str:
        """What `v` in a URL says: it changes exactly when the data does, or its ages matter."""
        if all(held is not snapshot for held in self._held):
            self._held = (*self._held[-1:], snapshot)
        return f"{snapshot.version}.{as_of(snapshot):%H%M%S}"

    def of(self, request: Request) -> Snapshot | None:
        """The snapshot that a request's URL was made for; the newest if that one is no longer held."""
        version = request.query_params.get("v", "").partition(".")[0]
        matching = (held for held in self._held if str(held.version) == version)
        return next(matching, None) or self._newest()
