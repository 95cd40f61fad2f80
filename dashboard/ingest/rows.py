"""Rows of the list of latest locations, as they come from one or several requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from math import ceil
from typing import TypedDict

from catena_client import MAX_FILTER_VALUES, MAX_PAGE_SIZE, CatenaClient, Page
from dashboard.ingest.fixes import Fix


class LocationFilters(TypedDict, total=False):
    """Which vehicles' locations a request is for; without any filter, all."""

    fleet_ids: Sequence[str]
    vehicle_ids: Sequence[str]


@dataclass(slots=True)
class Rows:
    """What has come so far."""

    fixes: list[Fix] = field(default_factory=list)
    unreadable: int = 0
    """Entries that could not be read at all."""
    unknown: Counter[str] = field(default_factory=Counter)
    """Field to the number of rows in which it could not be read."""

    def add(self, page: Page[Fix]) -> None:
        """Take a page in."""
        self.fixes += page.items
        self.unreadable += page.unreadable
        self.unknown.update(page.unreadable_fields)

    def extend(self, other: Rows) -> None:
        """Take in what was asked for beside this."""
        self.fixes += other.fixes
        self.unreadable += other.unreadable
        self.unknown.update(other.unknown)

    def count(self) -> int:
        """How many different rows there are, those that could not be read included."""
        return len({fix.id or fix.vehicle for fix in self.fixes}) + self.unreadable

    def overlaid(self, again: Rows) -> Rows:
        """These, and over them what was asked for again: a row that came twice counts once, as it came last."""
        if not self.fixes:
            return again
        kept = {fix.id or fix.vehicle: fix for fix in chain(self.fixes, again.fixes)}
        unreadable = max(self.unreadable, again.unreadable)
        return Rows(list(kept.values()), unreadable, self.unknown | again.unknown)


class UnfilteredList:
    """The list without a filter, read up to its first page. Making it raises `CatenaError`."""

    def __init__(self, client: CatenaClient) -> None:
        pages = each_page(client, LocationFilters())
        self._first = next(pages)
        self._pages = chain([self._first], pages)

    @property
    def total(self) -> int | None:
        """Rows in all pages, if the API says so."""
        return self._first.total

    @property
    def short(self) -> bool:
        """Whether at most one page follows, so that nothing is gained by dividing the rest."""
        page = len(self._first.items) + self._first.unreadable
        return (
            self._first.next_page is None
            or self.total is None
            or not page
            or ceil(self.total / page) - 1 <= 1
        )

    def read(self, rows: Rows) -> None:
        """Add all rows, page by page; those before a failure stay in `rows`. Raises `CatenaError`."""
        for page in self._pages:
            rows.add(page)


def each_page(client: CatenaClient, filters: LocationFilters) -> Iterator[Page[Fix]]:
    """All pages of latest locations; each step is one request and may raise `CatenaError`."""
    return client.vehicle_locations.pages_as(Fix, only_latest=True, size=MAX_PAGE_SIZE, **filters)


def read(client: CatenaClient, filters: LocationFilters) -> Rows:
    """All rows of the vehicles asked for. Raises `CatenaError`."""
    rows = Rows()
    fleet_ids = filters.get("fleet_ids", ())
    parts = [
        LocationFilters(fleet_ids=fleet_ids[at : at + MAX_FILTER_VALUES])
        for at in range(0, len(fleet_ids), MAX_FILTER_VALUES)
    ]
    for part in parts or [filters]:
        for page in each_page(client, part):
            rows.add(page)
    return rows


def peek(client: CatenaClient, fleet_ids: Sequence[str]) -> None:
    """Ask for one page of some fleets, to see whether they are refused. Raises `CatenaError`."""
    next(each_page(client, LocationFilters(fleet_ids=fleet_ids[:MAX_FILTER_VALUES])))
