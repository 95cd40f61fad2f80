"""What the models share.

Field names are the API's. Unknown fields of an answer are ignored. A field without a default is one that a row
cannot stand without; any other that is missing, null or sent in a form that cannot be read is its default, None:
unknown. Left out on purpose, as no caller needs them and they cost time and memory on every row:
`source_data`, `source_data_hash`, `extras`, `execution_id`, `schedule_id`, and the `*_unit` fields, whose
values are constant (m/s, m, m3, Pa, K). Unless a docstring says otherwise, the source of a fact is Catena's
OpenAPI description.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Generic, TypeVar, get_args

import msgspec
from msgspec.structs import force_setattr

T = TypeVar("T")

Time = Annotated[datetime, msgspec.Meta(tz=True)]
"""An aware time; models turn it to UTC."""

NonNegativeInt = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A count, a year or an H3 cell. More than 63 bits fit neither a column of numbers nor what reads one."""


class Model(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """Base of all models: frozen, times in UTC, not tracked by the garbage collector (they form no cycles)."""

    def __post_init__(self) -> None:
        for name in _times(type(self)):
            value = getattr(self, name)
            if value is not None and value.tzinfo is not UTC:
                force_setattr(self, name, in_utc(value))


def in_utc(time: datetime) -> datetime:
    """Return the same moment in UTC. Raises ValueError where that is before the year 1 or after 9999."""
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time out of range") from None


class Page(msgspec.Struct, Generic[T], kw_only=True, frozen=True, repr_omit_defaults=True):
    """One page of a list."""

    items: list[T]
    """The rows."""
    total: NonNegativeInt | None = None
    """Rows in all pages of this request; None where the API does not count (integrations, notifications)."""
    next_page: str | None = None
    """Cursor of the next page, None on the last."""
    unreadable: int = 0
    """Entries of the page that could not be read at all and are not in `items`: no object, or without what a row
    of its kind cannot stand without."""
    unreadable_fields: Mapping[str, int] = {}
    """Field to the number of rows in `items` in which it was sent in a form that cannot be read, and is unknown."""


class SourceRow(Model, kw_only=True, frozen=True):
    """Fields common to everything that comes from a provider's system (TSP)."""

    id: str
    """Id in Catena."""
    fleet_id: str | None = None
    """Id of the fleet; the key to use, as a fleet_ref may belong to several fleets."""
    connection_id: str | None = None
    """Id of the connection (fleet and TSP) it came over."""
    created_at: Time | None = None
    """When Catena first took the row in."""
    updated_at: Time | None = None
    """When Catena last changed the row."""
    source_name: str | None = None
    """Platform of the TSP; it differs between endpoints for the same vehicle, so do not join on it."""
    source_id: str | None = None
    """Id in the TSP's system."""
    fleet_ref: str | None = None
    """The partner's own name of the fleet; not unique."""
    deleted_at: Time | None = None
    """Set when the row is logically deleted."""
    tsp_id: str | None = None
    """Id of the TSP."""
    tsp_slug: str | None = None
    """Short name of the TSP."""
    occurred_at: Time | None = None
    """Time of the sample at the TSP, else of its ingestion."""


class InferredAddress(Model, kw_only=True, frozen=True):
    """Where a position lies. All three may be None."""

    city: str | None = None
    """Name of the city."""
    province: str | None = None
    """Name or code of the state or province."""
    country_code: str | None = None
    """Three letters (ISO 3166 alpha-3)."""


def coordinates(location: object) -> tuple[float, float] | None:
    """Return (longitude, latitude) in degrees (WGS84) of a GeoJSON point, or None where it is not one.

    The API may send anything as a location, null included. Values out of range give None.

    >>> coordinates({"type": "Point", "coordinates": [-88.45, 42.31]})
    (-88.45, 42.31)
    """
    if not isinstance(location, dict) or location.get("type") != "Point":
        return None
    match location.get("coordinates"):
        case [int() | float() as lon, int() | float() as lat, *_] if not isinstance(
            lon, bool
        ) and not isinstance(lat, bool):
            inside = math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90
            return (float(lon), float(lat)) if inside else None
        case _:
            return None


@cache
def _times(kind: type[Model]) -> tuple[str, ...]:
    return tuple(field.name for field in msgspec.structs.fields(kind) if _holds_time(field.type))


def _holds_time(kind: object) -> bool:
    return kind is datetime or any(_holds_time(part) for part in get_args(kind))
