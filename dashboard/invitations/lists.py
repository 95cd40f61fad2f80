"""What the pages show of invitations, for all viewers of this process: in memory, kept up to date behind their back."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from catena_client import CatenaClient, Page, Tsp
from dashboard.invitations.items import Item, View
from dashboard.invitations.kept import Kept
from dashboard.invitations.memory import Memory
from dashboard.runtime.refusals import ONCE

PAGE_SIZE = 1000
TSPS_SECONDS = 3600.0
REST_SECONDS = 15.0
"""Agreements, connections and freshness are read this often, and at once when an invitation has moved on."""

T = TypeVar("T")


class Lists:
    """Invitations, share agreements, connections, freshness and providers. Each waits for itself alone."""

    def __init__(
        self,
        client: CatenaClient,
        *,
        max_age: float = 5.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Serve `client`'s account. Invitations older than `max_age` seconds are read again when somebody looks."""
        self._client = client
        self._memory = Memory(now)
        self._now = now
        self._taken_at: datetime | None = None
        self._unreadable: dict[str, int] = {}
        once = client.with_retry(ONCE)

        def kept(read: Callable[[CatenaClient], T], start: T, every: float, pause: float) -> Kept[T]:
            return Kept(
                lambda again: read(once if again else client),
                start,
                every=every,
                pause=pause,
                now=now,
                clock=clock,
            )

        def rest(
            read: Callable[[CatenaClient], Iterable[T]], every: float = REST_SECONDS
        ) -> Kept[tuple[T, ...]]:
            return kept(lambda client: tuple(read(client)), (), every, REST_SECONDS)

        self._invitations = kept(self._list, None, max_age, max_age)
        self._agreements = rest(
            lambda client: self._rows("share agreements", client.share_agreements.pages(size=PAGE_SIZE))
        )
        self._connections = rest(
            lambda client: self._rows("connections", client.connections.pages(size=PAGE_SIZE))
        )
        self._freshness = rest(lambda client: client.connections.data_freshness())
        self._tsps = rest(_by_name, TSPS_SECONDS)
        self._lists: dict[str, Kept[Any]] = {
            "invitations": self._invitations,
            "share agreements": self._agreements,
            "connections": self._connections,
            "data freshness": self._freshness,
            "providers": self._tsps,
        }

    def view(self, wait: float = 0.0) -> View:
        """Return what is known now, and read again in the background what is old.

        Waits at most `wait` seconds for the very first reading. An outage never raises: it is in `troubles`.
        """
        for kept in self._lists.values():
            kept.look()
        if wait:
            self._invitations.wait(wait)
        return self.peek()

    def peek(self) -> View:
        """Return what is known now without causing any call."""
        return View(
            items=self._memory.items,
            agreements=self._agreements.value,
            connections=self._connections.value,
            freshness=self._freshness.value,
            providers={tsp.id: tsp.name for tsp in self._tsps.value if tsp.name},
            taken_at=self._taken_at,
            troubles={name: kept.trouble for name, kept in self._lists.items() if kept.trouble},
            unreadable={name: number for name, number in self._unreadable.items() if number},
            asked_at=self._invitations.asked_at,
        )

    def invalidate(self) -> None:
        """Let the next look read everything again but what fails at the moment: that keeps its pause."""
        self._invitations.hurry()
        self._hurry_rest()

    def read(self) -> tuple[Item, ...]:
        """Read the invitations now and return them. Raises `CatenaError`."""
        self._invitations.read_now()
        return self._memory.items

    def tsps(self) -> tuple[Tsp, ...]:
        """Return all providers by name as read last, without causing any call; none before the first reading."""
        return self._tsps.value

    def _list(self, client: CatenaClient) -> None:
        """Read the invitations into the memory, which keeps them."""
        before, changes = _progress(self._memory.items), self._memory.changes
        listed = self._rows("invitations", client.invitations.pages(size=PAGE_SIZE))
        self._memory.replace_all(listed, changes)
        if self._taken_at is not None and before != _progress(self._memory.items):
            self._hurry_rest()
        self._taken_at = self._now()

    def _rows(self, name: str, pages: Iterable[Page[T]]) -> list[T]:
        """Return the rows of all pages, and remember how many could not be read."""
        found = list(pages)
        self._unreadable[name] = sum(page.unreadable for page in found)
        return [row for page in found for row in page.items]

    def _hurry_rest(self) -> None:
        for kept in (self._agreements, self._connections, self._freshness):
            kept.hurry()


def _by_name(client: CatenaClient) -> list[Tsp]:
    return sorted(client.tsps.list(), key=lambda tsp: (tsp.name is None, (tsp.name or "").casefold()))


def _progress(items: Iterable[Item]) -> set[tuple[str, str, str | None]]:
    return {(item.handle, item.status, item.fleet_id) for item in items}
