"""Summaries made by Catena."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catena_client.models import (
    FleetSummary,
    Page,
    ResourceCount,
    TrailerLiveLocation,
    VehicleLiveLocation,
    VehicleSummary,
)
from catena_client.paging import ListResource, split
from catena_client.resources.filters import SortedFilters
from catena_client.session import Session


@dataclass(frozen=True, kw_only=True)
class FleetSummaryFilters(SortedFilters):
    """Filters of the list of fleet summaries; at most 100 `fleet_ids`."""


@dataclass(frozen=True, kw_only=True)
class VehicleSummaryFilters(SortedFilters):
    """Filters of the list of vehicle summaries."""

    vehicle_ids: Sequence[str] | None = None
    """Ids of vehicles."""
    source_ids: Sequence[str] | None = None
    """Ids in the TSP's system."""


@dataclass(frozen=True, kw_only=True)
class VehicleLiveLocationFilters(VehicleSummaryFilters):
    """Filters of the list of live vehicle locations."""

    driver_ids: Sequence[str] | None = None
    """Ids of drivers."""


@dataclass(frozen=True, kw_only=True)
class TrailerLiveLocationFilters(SortedFilters):
    """Filters of the list of live trailer locations."""

    trailer_ids: Sequence[str] | None = None
    """Ids of trailers."""
    source_ids: Sequence[str] | None = None
    """Ids in the TSP's system."""


class Analytics:
    """`/v2/telematics/analytics`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.path = "/v2/telematics/analytics"
        self.fleets = ListResource(
            session,
            self.path + "/fleets",
            Page[FleetSummary],
            FleetSummaryFilters,
            key="fleet_ref",
            unsplittable=frozenset({"fleet_ids"}),
        )
        self.vehicles = ListResource(
            session, self.path + "/vehicles", Page[VehicleSummary], VehicleSummaryFilters, key="vehicle_id"
        )
        self.vehicle_live_locations = ListResource(
            session,
            self.path + "/vehicles/live-locations",
            Page[VehicleLiveLocation],
            VehicleLiveLocationFilters,
            key="vehicle_id",
        )
        self.trailer_live_locations = ListResource(
            session,
            self.path + "/trailers/live-locations",
            Page[TrailerLiveLocation],
            TrailerLiveLocationFilters,
            key="trailer_id",
        )

    def overview(
        self,
        *,
        fleet_ids: Sequence[str] | None = None,
        fleet_refs: Sequence[str] | None = None,
        connection_id: str | None = None,
    ) -> ResourceCount:
        """Return how much there is in all, or of some fleets."""
        filters = {"fleet_ids": fleet_ids, "fleet_refs": fleet_refs, "connection_id": connection_id}
        parts = [
            self._session.get(self.path + "/overview", ResourceCount, query=request)
            for request in split(filters)
        ]
        return ResourceCount(
            fleets=_sum(part.fleets for part in parts),
            vehicles=_sum(part.vehicles for part in parts),
            drivers=_sum(part.drivers for part in parts),
            trailers=_sum(part.trailers for part in parts),
        )


def _sum(counts: Iterable[int | None]) -> int | None:
    """Return the sum, None where a part of it is unknown."""
    known = list(counts)
    return None if None in known else sum(count for count in known if count is not None)
