"""Filters that several lists share, as Catena's OpenAPI names them.

None is no filter; an empty list matches nothing. Lists of any length are taken: `pages` and `iterate` split them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from catena_client.paging import ListQuery


@dataclass(frozen=True, kw_only=True)
class FleetFilters(ListQuery):
    """By fleet."""

    fleet_ids: Sequence[str] | None = None
    """Ids of fleets."""
    fleet_refs: Sequence[str] | None = None
    """The partner's own names of fleets; one may stand for several fleets."""


@dataclass(frozen=True, kw_only=True)
class SourceFilters(FleetFilters):
    """By fleet and connection."""

    connection_id: str | None = None
    """Id of one connection."""


@dataclass(frozen=True, kw_only=True)
class SortedFilters(SourceFilters):
    """By fleet and connection, in an order."""

    sort_by: str | None = None
    """Name of a field; which ones the API takes is not documented."""
    sort_order: Literal["asc", "desc"] | None = None
    """The API's default is `asc`."""


@dataclass(frozen=True, kw_only=True)
class LocationFilters(SourceFilters):
    """By fleet and connection: the latest rows or a span of time."""

    only_latest: bool | None = None
    """True (the API's default): one row per vehicle or trailer, however old."""
    from_datetime: datetime | None = None
    """Start, inclusive; only with `only_latest=False`. The API's default is a day ago."""
    to_datetime: datetime | None = None
    """End, exclusive, at most 45 days after the start; only with `only_latest=False`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        spans = [name for name in ("from_datetime", "to_datetime") if getattr(self, name) is not None]
        if spans and self.only_latest is not False:
            raise ValueError(f"{' and '.join(spans)} would be ignored by the API: add only_latest=False.")
