"""Trailers and their locations."""

from collections.abc import Iterator, Sequence
from typing import Unpack

from catena_client.models import Page, Trailer, TrailerLocation
from catena_client.paging import Listing
from catena_client.resources.filters import Sorted, SourceFilters, Window, check_window
from catena_client.session import Session


class TrailerFilters(SourceFilters, Sorted, total=False):
    """Filters of the list of trailers."""

    trailer_ids: Sequence[str] | None
    """Ids of trailers."""
    source_ids: Sequence[str] | None
    """Ids in the TSP's system."""


class TrailerLocationFilters(SourceFilters, Window, total=False):
    """Filters of the list of trailer locations."""

    trailer_ids: Sequence[str] | None
    """Ids of trailers."""
    vehicle_ids: Sequence[str] | None
    """Ids of the vehicles that pull them."""


class Trailers:
    """`/v2/telematics/trailers`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._list = Listing(session, "/v2/telematics/trailers", Page[Trailer], TrailerFilters)

    def page(
        self, *, cursor: str | None = None, size: int | None = None, **filters: Unpack[TrailerFilters]
    ) -> Page[Trailer]:
        """Return one page of trailers."""
        return self._list.page(filters, cursor, size)

    def pages(self, *, size: int | None = None, **filters: Unpack[TrailerFilters]) -> Iterator[Page[Trailer]]:
        """Return all pages of trailers."""
        return self._list.pages(filters, size)

    def iterate(self, *, size: int | None = None, **filters: Unpack[TrailerFilters]) -> Iterator[Trailer]:
        """Return all trailers."""
        return self._list.rows(filters, size)

    def get(self, trailer_id: str) -> Trailer:
        """Return one trailer."""
        return self._session.get("/v2/telematics/trailers/{trailer_id}", Trailer, {"trailer_id": trailer_id})


class TrailerLocations:
    """`/v2/telematics/trailer-locations`."""

    def __init__(self, session: Session) -> None:
        self._list = Listing(
            session,
            "/v2/telematics/trailer-locations",
            Page[TrailerLocation],
            TrailerLocationFilters,
            check=check_window,
        )

    def page(
        self, *, cursor: str | None = None, size: int | None = None, **filters: Unpack[TrailerLocationFilters]
    ) -> Page[TrailerLocation]:
        """Return one page of trailer locations."""
        return self._list.page(filters, cursor, size)

    def pages(
        self, *, size: int | None = None, **filters: Unpack[TrailerLocationFilters]
    ) -> Iterator[Page[TrailerLocation]]:
        """Return all pages of trailer locations."""
        return self._list.pages(filters, size)

    def iterate(
        self, *, size: int | None = None, **filters: Unpack[TrailerLocationFilters]
    ) -> Iterator[TrailerLocation]:
        """Return all trailer locations."""
        return self._list.rows(filters, size)
