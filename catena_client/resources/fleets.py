"""Fleets that share their data."""

from collections.abc import Iterator, Sequence
from typing import TypedDict, Unpack

from catena_client.models import Fleet, Page
from catena_client.paging import Listing
from catena_client.session import Session


class FleetListFilters(TypedDict, total=False):
    """Filters of the list of fleets."""

    fleet_refs: Sequence[str] | None
    """The partner's own names of fleets."""


class Fleets:
    """`/v2/orgs/fleets`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._list = Listing(session, "/v2/orgs/fleets", Page[Fleet], FleetListFilters)

    def page(
        self, *, cursor: str | None = None, size: int | None = None, **filters: Unpack[FleetListFilters]
    ) -> Page[Fleet]:
        """Return one page of fleets."""
        return self._list.page(filters, cursor, size)

    def pages(self, *, size: int | None = None, **filters: Unpack[FleetListFilters]) -> Iterator[Page[Fleet]]:
        """Return all pages of fleets."""
        return self._list.pages(filters, size)

    def iterate(self, *, size: int | None = None, **filters: Unpack[FleetListFilters]) -> Iterator[Fleet]:
        """Return all fleets."""
        return self._list.rows(filters, size)

    def get(self, fleet_id: str) -> Fleet:
        """Return one fleet."""
        return self._session.get("/v2/orgs/fleets/{fleet_id}", Fleet, {"fleet_id": fleet_id})
