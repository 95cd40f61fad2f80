"""Filters that several lists share, as Catena's OpenAPI names them.

None is no filter; an empty list matches nothing. Lists of any length are taken: `pages` and `iterate` split them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypedDict


class FleetFilters(TypedDict, total=False):
    """By fleet."""

    fleet_ids: Sequence[str] | None
    """Ids of fleets."""
    fleet_refs: Sequence[str] | None
    """The partner's own names of fleets; one may stand for several fleets."""


class SourceFilters(FleetFilters, total=False):
    """By fleet and connection."""

    connection_id: str | None
    """Id of one connection."""


class Sorted(TypedDict, total=False):
    """Order of the rows."""

    sort_by: str | None
    """Name of a field; which ones the API takes is not documented."""
    sort_order: Literal["asc", "desc"] | None
    """The API's default is `asc`."""


class Window(TypedDict, total=False):
    """Latest rows or a span of time."""

    only_latest: bool | None
    """True (the API's default): one row per vehicle or trailer, however old."""
    from_datetime: datetime | None
    """Start, inclusive; only with `only_latest=False`. The API's default is a day ago."""
    to_datetime: datetime | None
    """End, exclusive, at most 45 days after the start; only with `only_latest=False`."""


def check_window(filters: Mapping[str, Any]) -> None:
    """Refuse a span of time that the API would silently ignore."""
    spans = [name for name in ("from_datetime", "to_datetime") if filters.get(name) is not None]
    if spans and filters.get("only_latest") is not False:
        raise ValueError(f"{' and '.join(spans)} would be ignored by the API: add only_latest=False.")
