"""Vehicles and their locations."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar, Unpack

import msgspec

from catena_client.models import Page, Vehicle, VehicleLocation
from catena_client.paging import Filters, Listing
from catena_client.resources.filters import Sorted, SourceFilters, Window, check_window
from catena_client.session import Session

R = TypeVar("R", bound=msgspec.Struct)


class VehicleFilters(SourceFilters, Sorted, total=False):
    """Filters of the list of vehicles."""

    vehicle_ids: Sequence[str] | None
    """Ids of vehicles."""
    source_ids: Sequence[str] | None
    """Ids in the TSP's system."""


class VehicleLocationFilters(SourceFilters, Window, total=False):
    """Filters of the list of vehicle locations."""

    vehicle_ids: Sequence[str] | None
    """Ids of vehicles; exactly one with `only_latest=False`, unless one driver is named."""
    driver_ids: Sequence[str] | None
    """Ids of drivers; exactly one with `only_latest=False`, unless one vehicle is named."""


class Vehicles:
    """`/v2/telematics/vehicles`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._list = Listing(session, "/v2/telematics/vehicles", Page[Vehicle], VehicleFilters)

    def page(
        self, *, cursor: str | None = None, size: int | None = None, **filters: Unpack[VehicleFilters]
    ) -> Page[Vehicle]:
        """Return one page of vehicles."""
        return self._list.page(filters, cursor, size)

    def pages(self, *, size: int | None = None, **filters: Unpack[VehicleFilters]) -> Iterator[Page[Vehicle]]:
        """Return all pages of vehicles."""
        return self._list.pages(filters, size)

    def iterate(self, *, size: int | None = None, **filters: Unpack[VehicleFilters]) -> Iterator[Vehicle]:
        """Return all vehicles."""
        return self._list.rows(filters, size)

    def get(self, vehicle_id: str) -> Vehicle:
        """Return one vehicle."""
        return self._session.get("/v2/telematics/vehicles/{vehicle_id}", Vehicle, {"vehicle_id": vehicle_id})


class VehicleLocations:
    """`/v2/telematics/vehicle-locations`: latest positions, or the history of one vehicle or driver."""

    def __init__(self, session: Session) -> None:
        self._list = Listing(
            session,
            "/v2/telematics/vehicle-locations",
            Page[VehicleLocation],
            VehicleLocationFilters,
            check=_check,
        )

    def page(
        self, *, cursor: str | None = None, size: int | None = None, **filters: Unpack[VehicleLocationFilters]
    ) -> Page[VehicleLocation]:
        """Return one page of vehicle locations."""
        return self._list.page(filters, cursor, size)

    def pages(
        self, *, size: int | None = None, **filters: Unpack[VehicleLocationFilters]
    ) -> Iterator[Page[VehicleLocation]]:
        """Return all pages of vehicle locations."""
        return self._list.pages(filters, size)

    def pages_as(
        self, row: type[R], *, size: int | None = None, **filters: Unpack[VehicleLocationFilters]
    ) -> Iterator[Page[R]]:
        """Return all pages, their rows read as a model of yours; the fewer fields it has, the faster.

        `row` is a `msgspec.Struct` with fields of `VehicleLocation`, `id` among them.
        """
        kind: type[Page[R]] = Page[row]  # type: ignore[valid-type]  # known at run time only
        return replace(self._list, page_type=kind).pages(filters, size)  # type: ignore[arg-type,return-value]

    def iterate(
        self, *, size: int | None = None, **filters: Unpack[VehicleLocationFilters]
    ) -> Iterator[VehicleLocation]:
        """Return all vehicle locations."""
        return self._list.rows(filters, size)


def _check(filters: Filters) -> None:
    check_window(filters)
    if filters.get("only_latest") is False:
        named = [len(set(filters.get(name) or ())) for name in ("vehicle_ids", "driver_ids")]
        if sorted(named) != [0, 1]:
            raise ValueError(
                "only_latest=False takes exactly one vehicle_ids or one driver_ids value; ask once for each."
            )
