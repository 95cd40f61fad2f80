"""Connections of fleets to providers."""

from collections.abc import Iterator, Sequence
from typing import Unpack

from catena_client.models import Connection, DataFreshness, Page
from catena_client.paging import Listing, split
from catena_client.resources.filters import FleetFilters
from catena_client.session import Session


class ConnectionFilters(FleetFilters, total=False):
    """Filters of the list of connections."""

    tsp_id: str | None
    """Id of one TSP."""


class Connections:
    """`/v2/integrations/connections`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._list = Listing(session, "/v2/integrations/connections", Page[Connection], ConnectionFilters)

    def page(
        self, *, cursor: str | None = None, size: int | None = None, **filters: Unpack[ConnectionFilters]
    ) -> Page[Connection]:
        """Return one page of connections."""
        return self._list.page(filters, cursor, size)

    def pages(
        self, *, size: int | None = None, **filters: Unpack[ConnectionFilters]
    ) -> Iterator[Page[Connection]]:
        """Return all pages of connections."""
        return self._list.pages(filters, size)

    def iterate(
        self, *, size: int | None = None, **filters: Unpack[ConnectionFilters]
    ) -> Iterator[Connection]:
        """Return all connections."""
        return self._list.rows(filters, size)

    def get(self, connection_id: str) -> Connection:
        """Return one connection."""
        return self._session.get(
            "/v2/integrations/connections/{connection_id}", Connection, {"connection_id": connection_id}
        )

    def data_freshness(
        self, fleet_ids: Sequence[str] | None = None, fleet_refs: Sequence[str] | None = None
    ) -> list[DataFreshness]:
        """Return when each resource of each connection was last read. None is no filter, an empty list nothing."""
        path = "/v2/integrations/connections/data-freshness"
        requests = split({"fleet_ids": fleet_ids, "fleet_refs": fleet_refs})
        return [
            row for request in requests for row in self._session.get(path, list[DataFreshness], query=request)
        ]
