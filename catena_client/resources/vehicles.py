"""Vehicles and their locations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from catena_client.models import Page, Vehicle, VehicleLocation
from catena_client.paging import ListResource, P
from catena_client.resources.filters import LocationFilters, SortedFilters

R = TypeVar("R", bound=msgspec.Struct)


@dataclass(frozen=True, kw_only=True)
class VehicleFilters(SortedFilters):
    """Filters of the list of vehicles."""

    vehicle_ids: Sequence[str] | None = None
    """Ids of vehicles."""
    source_ids: Sequence[str] | None = None
    """Ids in the TSP's system."""


@dataclass(frozen=True, kw_only=True)
class VehicleLocationFilters(LocationFilters):
    """Filters of the list of vehicle locations."""

    vehicle_ids: Sequence[str] | None = None
    """Ids of vehicles; exactly one with `only_latest=False`, unless one driver is named."""
    driver_ids: Sequence[str] | None = None
    """Ids of drivers; exactly one with `only_latest=False`, unless one vehicle is named."""

    def __post_init__(self) -> None:
        super().__post_init__()
        named = [len(set(values or ())) for values in (self.vehicle_ids, self.driver_ids)]
        if self.only_latest is False and sorted(named) != [0, 1]:
            raise ValueError(
                "only_latest=False takes exactly one vehicle_ids or one driver_ids value; ask once for each."
            )


class Vehicles(ListResource[Vehicle, P]):
    """`/v2/telematics/vehicles`."""

    def get(self, vehicle_id: str) -> Vehicle:
        """Return one vehicle."""
        return self._session.get(self.path + "/{vehicle_id}", Vehicle, {"vehicle_id": vehicle_id})


class VehicleLocations(ListResource[VehicleLocation, P]):
    """`/v2/telematics/vehicle-locations`: latest positions, or the history of one vehicle or driver."""

    def pages_as(self, row: type[R], *args: P.args, **query: P.kwargs) -> Iterator[Page[R]]:
        """Return all pages, their rows read as a model of yours; the fewer fields it has, the faster.

        `row` is a `msgspec.Struct` with fields of `VehicleLocation`, `id` among them.
        """
        page_type: type[Page[R]] = Page[row]  # type: ignore[valid-type]  # known at run time only
        return ListResource(self._session, self.path, page_type, self.query_type).pages(*args, **query)
