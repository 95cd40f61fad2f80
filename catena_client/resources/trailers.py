"""Trailers and their locations."""

from collections.abc import Sequence
from dataclasses import dataclass

from catena_client.models import Trailer
from catena_client.paging import ListResource, P
from catena_client.resources.filters import LocationFilters, SortedFilters


@dataclass(frozen=True, kw_only=True)
class TrailerFilters(SortedFilters):
    """Filters of the list of trailers."""

    trailer_ids: Sequence[str] | None = None
    """Ids of trailers."""
    source_ids: Sequence[str] | None = None
    """Ids in the TSP's system."""


@dataclass(frozen=True, kw_only=True)
class TrailerLocationFilters(LocationFilters):
    """Filters of the list of trailer locations."""

    trailer_ids: Sequence[str] | None = None
    """Ids of trailers."""
    vehicle_ids: Sequence[str] | None = None
    """Ids of the vehicles that pull them."""


class Trailers(ListResource[Trailer, P]):
    """`/v2/telematics/trailers`."""

    def get(self, trailer_id: str) -> Trailer:
        """Return one trailer."""
        return self._session.get(self.path + "/{trailer_id}", Trailer, {"trailer_id": trailer_id})
