"""Summaries made by Catena."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Unpack

from catena_client.models import (
    FleetSummary,
    Page,
    ResourceCount,
    TrailerLiveLocation,
    VehicleLiveLocation,
    VehicleSummary,
)
from catena_client.paging import Listing, split
from catena_client.resources.filters import Sorted, SourceFilters
from catena_client.session import Session


class FleetSummaryFilters(SourceFilters, Sorted, total=False):
    """Filters of the list of fleet summaries; at most 100 `fleet_ids`."""


class VehicleSummaryFilters(SourceFilters, Sorted, total=False):
    """Filters of the list of vehicle summaries."""

    vehicle_ids: Sequence[str] | None
    """Ids of vehicles."""
    source_ids: Sequence[str] | None
    """Ids in the TSP's system."""


class VehicleLiveLocationFilters(VehicleSummaryFilters, total=False):
    """Filters of the list of live vehicle locations."""

    driver_ids: Sequence[str] | None
    """Ids of drivers."""


class TrailerLiveLocationFilters(SourceFilters, Sorted, total=False):
    """Filters of the list of live trailer locations."""

    trailer_ids: Sequence[str] | None
    """Ids of trailers."""
    source_ids: Sequence[str] | None
    """Ids in the TSP's system."""


class Analytics:
    """`/v2/telematics/analytics`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.fleets = FleetSummaries(session)
        self.vehicles = VehicleSummaries(session)
        self.vehicle_live_locations = VehicleLiveLocations(session)
        self.trailer_live_locations = TrailerLiveLocations(session)

    def overview(self, **filters: Unpack[SourceFilters]) -> ResourceCount:
        """Return how much there is in all, or of some fleets."""
        path = "/v2/telematics/analytics/overview"
        parts = [self._session.get(path, ResourceCount, query=request) for request in split(filters)]
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


class FleetSummaries:
    """`/v2/telematics/analytics/fleets`."""

    def __init__(self, session: Session) -> None:
        self._list = Listing(
            session,
            "/v2/telematics/analytics/fleets",
            Page[FleetSummary],
            FleetSummaryFilters,
            key="fleet_ref",
            whole=frozenset({"fleet_ids"}),
        )

    def page(
        self, *, cursor: str | None = None, size: int | None = None, **filters: Unpack[FleetSummaryFilters]
    ) -> Page[FleetSummary]:
        """Return one page of fleet summaries."""
        return self._list.page(filters, cursor, size)

    def pages(
        self, *, size: int | None = None, **filters: Unpack[FleetSummaryFilters]
    ) -> Iterator[Page[FleetSummary]]:
        """Return all pages of fleet summaries."""
        return self._list.pages(filters, size)

    def iterate(
        self, *, size: int | None = None, **filters: Unpack[FleetSummaryFilters]
    ) -> Iterator[FleetSummary]:
        """Return all fleet summaries."""
        return self._list.rows(filters, size)


class VehicleSummaries:
    """`/v2/telematics/analytics/vehicles`."""

    def __init__(self, session: Session) -> None:
        self._list = Listing(
            session,
            "/v2/telematics/analytics/vehicles",
            Page[VehicleSummary],
            VehicleSummaryFilters,
            key="vehicle_id",
        )

    def page(
        self, *, cursor: str | None = None, size: int | None = None, **filters: Unpack[VehicleSummaryFilters]
    ) -> Page[VehicleSummary]:
        """Return one page of vehicle summaries."""
        return self._list.page(filters, cursor, size)

    def pages(
        self, *, size: int | None = None, **filters: Unpack[VehicleSummaryFilters]
    ) -> Iterator[Page[VehicleSummary]]:
        """Return all pages of vehicle summaries."""
        return self._list.pages(filters, size)

    def iterate(
        self, *, size: int | None = None, **filters: Unpack[VehicleSummaryFilters]
    ) -> Iterator[VehicleSummary]:
        """Return all vehicle summaries."""
        return self._list.rows(filters, size)


class VehicleLiveLocations:
    """`/v2/telematics/analytics/vehicles/live-locations`."""

    def __init__(self, session: Session) -> None:
        self._list = Listing(
            session,
            "/v2/telematics/analytics/vehicles/live-locations",
            Page[VehicleLiveLocation],
            VehicleLiveLocationFilters,
            key="vehicle_id",
        )

    def page(
        self,
        *,
        cursor: str | None = None,
        size: int | None = None,
        **filters: Unpack[VehicleLiveLocationFilters],
    ) -> Page[VehicleLiveLocation]:
        """Return one page of live vehicle locations."""
        return self._list.page(filters, cursor, size)

    def pages(
        self, *, size: int | None = None, **filters: Unpack[VehicleLiveLocationFilters]
    ) -> Iterator[Page[VehicleLiveLocation]]:
        """Return all pages of live vehicle locations."""
        return self._list.pages(filters, size)

    def iterate(
        self, *, size: int | None = None, **filters: Unpack[VehicleLiveLocationFilters]
    ) -> Iterator[VehicleLiveLocation]:
        """Return all live vehicle locations."""
        return self._list.rows(filters, size)


class TrailerLiveLocations:
    """`/v2/telematics/analytics/trailers/live-locations`."""

    def __init__(self, session: Session) -> None:
        self._list = Listing(
            session,
            "/v2/telematics/analytics/trailers/live-locations",
            Page[TrailerLiveLocation],
            TrailerLiveLocationFilters,
            key="trailer_id",
        )

    def page(
        self,
        *,
        cursor: str | None = None,
        size: int | None = None,
        **filters: Unpack[TrailerLiveLocationFilters],
    ) -> Page[TrailerLiveLocation]:
        """Return one page of live trailer locations."""
        return self._list.page(filters, cursor, size)

    def pages(
        self, *, size: int | None = None, **filters: Unpack[TrailerLiveLocationFilters]
    ) -> Iterator[Page[TrailerLiveLocation]]:
        """Return all pages of live trailer locations."""
        return self._list.pages(filters, size)

    def iterate(
        self, *, size: int | None = None, **filters: Unpack[TrailerLiveLocationFilters]
    ) -> Iterator[TrailerLiveLocation]:
        """Return all live trailer locations."""
        return self._list.rows(filters, size)
