"""Connections of fleets to providers."""

from collections.abc import Sequence
from dataclasses import dataclass

from catena_client.models import Connection, DataFreshness
from catena_client.paging import ListResource, P, split
from catena_client.resources.filters import FleetFilters


@dataclass(frozen=True, kw_only=True)
class ConnectionFilters(FleetFilters):
    """Filters of the list of connections."""

    tsp_id: str | None = None
    """Id of one TSP."""


class Connections(ListResource[Connection, P]):
    """`/v2/integrations/connections`."""

    def get(self, connection_id: str) -> Connection:
        """Return one connection."""
        return self._session.get(self.path + "/{connection_id}", Connection, {"connection_id": connection_id})

    def data_freshness(
        self, fleet_ids: Sequence[str] | None = None, fleet_refs: Sequence[str] | None = None
    ) -> list[DataFreshness]:
        """Return when each resource of each connection was last read. None is no filter, an empty list nothing."""
        path = self.path + "/data-freshness"
        requests = split({"fleet_ids": fleet_ids, "fleet_refs": fleet_refs})
        return [
            row for request in requests for row in self._session.get(path, list[DataFreshness], query=request)
        ]
