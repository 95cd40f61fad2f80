"""The snapshots that pages were drawn from: a browser that asks late still gets what its page speaks of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from cachetools import LRUCache
from starlette.requests import Request

from dashboard.fleet.snapshot import Snapshot, as_of


class Versioned(Protocol):
    """What can be asked for by what it holds."""

    @property
    def version(self) -> str:
        """Another one if and only if it holds something else."""
        ...


V = TypeVar("V", bound=Versioned)
T = TypeVar("T")


class RecentCache(LRUCache[Any, T]):
    """What was computed of the last two snapshots, by keys that begin with the version of one.

    Nobody asks for what was made of an older one, so it is not kept until its place is needed.
    """

    def __init__(
        self, maxsize: float, getsizeof: Callable[[T], float] | None = None, *, before: bool = True
    ) -> None:
        """As `LRUCache`. `before`: what was made of the last snapshot but one is kept too."""
        super().__init__(maxsize, getsizeof)
        self._newest = 0
        self._before = before

    def __setitem__(self, key: Any, value: T) -> None:
        """As `LRUCache`."""
        version = key[0]
        if version > self._newest:
            for old in [kept for kept in self if kept[0] < self._newest or not self._before]:
                del self[old]
            self._newest = version
        super().__setitem__(key, value)


class RecentSnapshots:
    """The last two snapshots that pages were drawn from. One per process."""

    def __init__(self, newest: Callable[[], Snapshot | None]) -> None:
        self.newest = newest
        """Gives the last snapshot there is, None before the first."""
        self._held: tuple[Snapshot, ...] = ()

    def hold(self, snapshot: Snapshot) -> None:
        """Keep a snapshot that a page is drawn from."""
        if all(held is not snapshot for held in self._held):
            self._held = (*self._held[-1:], snapshot)

    def asked_for(self, request: Request, of: Callable[[Snapshot], V]) -> V | None:
        """What `of` makes of the snapshots still kept that has the version of a request's URL; the newest if none has.

        None before the first snapshot.
        """
        newest, version = self.newest(), request.query_params.get("v", "")
        kept = (of(snapshot) for snapshot in (newest, *reversed(self._held)) if snapshot is not None)
        found = next((one for one in kept if one.version == version), None)
        return of(newest) if found is None and newest is not None else found

    def version(self, snapshot: Snapshot) -> str:
        """What `v` in a URL says: it changes exactly when the data does, or its ages matter."""
        self.hold(snapshot)
        return f"{snapshot.version}.{as_of(snapshot):%H%M%S}"

    def of(self, request: Request) -> Snapshot | None:
        """The snapshot that a request's URL was made for; the newest if that one is no longer held."""
        version = request.query_params.get("v", "").partition(".")[0]
        matching = (held for held in self._held if str(held.version) == version)
        return next(matching, None) or self.newest()
