"""Fleets that share their data."""

from collections.abc import Sequence
from dataclasses import dataclass

from catena_client.models import Fleet
from catena_client.paging import ListQuery, ListResource, P


@dataclass(frozen=True, kw_only=True)
class FleetListFilters(ListQuery):
    """Filters of the list of fleets."""

    fleet_refs: Sequence[str] | None = None
    """The partner's own names of fleets."""


class Fleets(ListResource[Fleet, P]):
    """`/v2/orgs/fleets`."""

    def get(self, fleet_id: str) -> Fleet:
        """Return one fleet."""
        return self._session.get(self.path + "/{fleet_id}", Fleet, {"fleet_id": fleet_id})
