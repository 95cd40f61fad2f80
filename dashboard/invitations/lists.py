"""What is known of invitations in this process: in memory, kept up to date in the background, for all viewers alike."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from catena_client import MAX_PAGE_SIZE, CatenaClient, Page, Tsp
from dashboard.invitations.cache import InvitationCache
from dashboard.invitations.models import InvitationLists, InvitationSummary
from dashboard.invitations.refreshed_list import RefreshedList
from dashboard.runtime.refusals import ONCE

TSPS_SECONDS = 3600.0
OTHERS_SECONDS = 15.0
"""Agreements, connections and freshness are read this often, and at once when an invitation has moved on."""

T = TypeVar("T")


class RefreshedLists:
    """Invitations, share agreements, connections, freshness and providers. Each waits for itself alone.

    These are those of everybody: pages ask `InvitationService`, which says what of them a viewer may see.
    """

    def __init__(
        self,
        client: CatenaClient,
        cache: InvitationCache,
        *,
        max_age: float = 5.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read `client`'s account into `cache`; invitations older than `max_age` seconds again when somebody looks."""
        self._cache = cache
        self._now = now
        self._taken_at: datetime | None = None
        self._unreadable: dict[str, int] = {}
        once = client.with_retry(ONCE)

        def refreshed(
            read: Callable[[CatenaClient], T], start: T, max_age: float, first_pause: float
        ) -> RefreshedList[T]:
            return RefreshedList(
                lambda again: read(once if again else client),
                start,
                max_age=max_age,
                first_pause=first_pause,
                now=now,
                clock=clock,
            )

        def other(
            read: Callable[[CatenaClient], Iterable[T]], max_age: float = OTHERS_SECONDS
        ) -> RefreshedList[tuple[T, ...]]:
            return refreshed(lambda client: tuple(read(client)), (), max_age, OTHERS_SECONDS)

        self._invitations = refreshed(self._read_invitations, None, max_age, max_age)
        self._agreements = other(
            lambda client: self._rows("share agreements", client.share_agreements.pages(size=MAX_PAGE_SIZE))
        )
        self._connections = other(
            lambda client: self._rows("connections", client.connections.pages(size=MAX_PAGE_SIZE))
        )
        self._freshness = other(lambda client: client.connections.data_freshness())
        self._tsps = other(_by_name, TSPS_SECONDS)
        self._by_title: dict[str, RefreshedList[Any]] = {
            "invitations": self._invitations,
            "share agreements": self._agreements,
            "connections": self._connections,
            "data freshness": self._freshness,
            "providers": self._tsps,
        }

    def lists(self, wait: float = 0.0) -> InvitationLists:
        """Return what is known now, and read again in the background what is old.

        Waits at most `wait` seconds for the very first reading. An outage never raises: it is in `outages`.
        """
        for each in self._by_title.values():
            each.refresh()
        if wait:
            self._invitations.wait(wait)
        return self.peek()

    def peek(self) -> InvitationLists:
        """Return what is known now without causing any call."""
        return InvitationLists(
            invitations=self._cache.summaries,
            agreements=self._agreements.value,
            connections=self._connections.value,
            freshness=self._freshness.value,
            providers={tsp.id: tsp.name for tsp in self._tsps.value if tsp.name},
            taken_at=self._taken_at,
            outages={title: each.outage for title, each in self._by_title.items() if each.outage},
            unreadable={title: number for title, number in self._unreadable.items() if number},
            reading_since=self._invitations.reading_since,
        )

    def invalidate(self) -> None:
        """Let the next `lists` read everything again but what fails at the moment: that keeps its pause."""
        self._invitations.invalidate()
        self._invalidate_others()

    def read(self) -> tuple[InvitationSummary, ...]:
        """Read the invitations now and return them. Raises `CatenaError`."""
        self._invitations.read_now()
        return self._cache.summaries

    def tsps(self) -> tuple[Tsp, ...]:
        """Return all providers by name as read last, without causing any call; none before the first reading."""
        return self._tsps.value

    def _read_invitations(self, client: CatenaClient) -> None:
        """Read the invitations into the cache, which keeps them."""
        before, changes = _progress(self._cache.summaries), self._cache.changes
        listed = self._rows("invitations", client.invitations.pages(size=MAX_PAGE_SIZE))
        self._cache.replace_all(listed, changes)
        if self._taken_at is not None and before != _progress(self._cache.summaries):
            self._invalidate_others()
        self._taken_at = self._now()

    def _rows(self, title: str, pages: Iterable[Page[T]]) -> list[T]:
        """Return the rows of all pages, and remember how many could not be read."""
        whole = list(pages)
        self._unreadable[title] = sum(page.unreadable for page in whole)
        return [row for page in whole for row in page.items]

    def _invalidate_others(self) -> None:
        for each in (self._agreements, self._connections, self._freshness):
            each.invalidate()


def _by_name(client: CatenaClient) -> list[Tsp]:
    return sorted(client.tsps.list(), key=lambda tsp: (tsp.name is None, (tsp.name or "").casefold()))


def _progress(invitations: Iterable[InvitationSummary]) -> set[tuple[str, str, str | None]]:
    return {(summary.handle, summary.status, summary.fleet_id) for summary in invitations}
