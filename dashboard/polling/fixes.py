"""Fetch the latest fix of every vehicle, completely and with as few requests as possible."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import chain
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from catena_client import CatenaClient, Page, Retry
from catena_client.models.base import Time
from dashboard.map.views import MAX_LATITUDE

PAGE_SIZE = 1000
"""The largest page that the API gives (shared facts: 1 to 1000)."""
NOWHERE = (math.nan, math.nan)


class Address(msgspec.Struct, frozen=True, gc=False):
    """Where a position lies, as the API says it."""

    city: str | None = None
    province: str | None = None
    country_code: str | None = None


class Coordinates(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The first two members of an array, whatever they are."""

    lon: Any = None
    lat: Any = None


class Point(msgspec.Struct, frozen=True, gc=False):
    """An object with coordinates, if it is GeoJSON as the records show it."""

    coordinates: Coordinates | dict[str, Any] | str | float | bool | None = None


Location = Point | list[Any] | str | float | bool | None
"""Any JSON value, since the contract excludes none. Points come without containers that the garbage collector
would have to follow, which about halved the CPU time of fetching them."""


class Fix(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the dashboard reads of one latest location: fields and units of the API's `VehicleLocation`.

    A model of its own, because each field costs time and memory on every row of every poll. Not tracked by the
    garbage collector: it holds nothing that refers back to it.
    """

    # In the order in which the API sends them, which is read fastest.
    fleet_id: str | None = None
    fleet_ref: str | None = None
    id: str
    connection_id: str
    tsp_slug: str | None = None
    source_name: str
    occurred_at: Time | None = None
    vehicle_id: str | None = None
    driver_id: str | None = None
    source_vehicle_id: str | None = None
    location: Location = None
    h3_index_11: int | None = None
    speed: float | None = None
    odometer: float | None = None
    fuel_level: float | None = None
    engine_hours: float | None = None
    coolant_temperature: float | None = None
    inferred_address: Address | None = None
    deleted_at: Time | None = None

    @property
    def vehicle(self) -> str:
        """Id of the vehicle, or one made up of its connection and its id there."""
        return self.vehicle_id or f"{self.connection_id}/{self.source_vehicle_id or self.id}"


class Concurrency:
    """How many requests may run at once: halved on each 429, one more after each poll without any."""

    def __init__(self, most: int = 4) -> None:
        self._most = most
        self._current = most
        self._limited = False
        self._lock = threading.Lock()

    @property
    def current(self) -> int:
        """Requests allowed at once, at least 1."""
        return self._current

    def on_retry(self, retry: Retry) -> None:
        """Told by the client about each retry; a 429 halves the number."""
        if retry.status == 429:
            with self._lock:
                self._limited = True
                self._current = max(1, self._current // 2)

    def poll_done(self) -> None:
        """A whole poll is over."""
        with self._lock:
            if not self._limited:
                self._current = min(self._most, self._current + 1)
            self._limited = False


def fetch(client: CatenaClient, fleet_sizes: Mapping[str, int], parallel: int) -> list[Fix]:
    """All latest fixes the account may see.

    `fleet_sizes` maps the known fleet ids to their last known number of vehicles. The first page is asked for
    without any filter: its `total` tells whether the fleets, fetched in parallel, together cover everything.
    Fleets that no list names, or rows without a fleet, are then still found by following the unfiltered pages.
    Raises `CatenaError` when any request fails, so that a part is never taken for the whole.
    """
    first = next(_pages(client))
    if first.next_page is None:
        return first.items

    def whole_group(fleet_ids: Sequence[str]) -> list[Fix]:
        return [fix for page in _pages(client, fleet_ids) for fix in page.items]

    groups = pack(fleet_sizes, parallel)
    with ThreadPoolExecutor(len(groups) or 1, thread_name_prefix="fixes") as pool:
        fixes = [fix for group in pool.map(whole_group, groups) for fix in group]
    if first.total is not None and len(fixes) >= first.total:
        return fixes
    seen = {fix.id for fix in fixes}
    for page in _pages(client):
        fixes.extend(fix for fix in page.items if fix.id not in seen)
    return fixes


def _pages(client: CatenaClient, fleet_ids: Sequence[str] | None = None) -> Iterator[Page[Fix]]:
    return client.vehicle_locations.pages_as(Fix, only_latest=True, fleet_ids=fleet_ids, size=PAGE_SIZE)


def pack(fleet_sizes: Mapping[str, int], groups: int) -> list[list[str]]:
    """Divide fleets into at most `groups` groups of about equal numbers of vehicles."""
    loads = [0] * max(1, min(groups, len(fleet_sizes)))
    packed: list[list[str]] = [[] for _ in loads]
    for fleet_id, size in sorted(fleet_sizes.items(), key=lambda item: (-item[1], item[0])):
        lightest = loads.index(min(loads))
        loads[lightest] += max(1, size)
        packed[lightest].append(fleet_id)
    return [group for group in packed if group]


def place(location: Location) -> tuple[float, float, str]:
    """Longitude, latitude and why they cannot be drawn (empty when they can)."""
    if location is None:
        return *NOWHERE, "no position reported"
    if not isinstance(location, Point) or not isinstance(location.coordinates, Coordinates):
        return *NOWHERE, "position unreadable"
    lon, lat = location.coordinates.lon, location.coordinates.lat
    if not (_is_number(lon) and _is_number(lat)):
        return *NOWHERE, "position unreadable"
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return *NOWHERE, "coordinates out of range"
    if lon == 0 and lat == 0:
        return *NOWHERE, "position 0, 0 (no GPS signal)"
    if abs(lat) > MAX_LATITUDE:
        return *NOWHERE, "too near a pole to draw"
    return float(lon), float(lat), ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def places(
    locations: Sequence[Location],
) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[int, str]]:
    """Do what `place` does to many: longitudes, latitudes, and the reasons by position in the sequence.

    Only what is not plainly a good position is looked at one by one.
    """
    pairs = np.fromiter(chain.from_iterable(map(_pair, locations)), np.float64, 2 * len(locations))
    lon, lat = pairs[::2].copy(), pairs[1::2].copy()
    plain = (np.abs(lon) <= 180) & (np.abs(lat) <= MAX_LATITUDE) & ((lon != 0) | (lat != 0))
    reasons = {}
    for index in np.flatnonzero(~plain).tolist():
        lon[index], lat[index], reason = place(locations[index])
        if reason:
            reasons[index] = reason
    return lon, lat, reasons


def _pair(location: Any) -> tuple[float, float]:
    """Longitude and latitude where both were sent as fractions, as nearly all are; NaN for the rest."""
    try:
        lon, lat = location.coordinates.lon, location.coordinates.lat
    except AttributeError:
        return NOWHERE
    return (lon, lat) if type(lon) is float and type(lat) is float else NOWHERE


@lru_cache(maxsize=1 << 16)
def address_words(address: Address | None) -> str:
    """A place in words, "" where nothing is known."""
    parts = (address.city, address.province, address.country_code) if address else ()
    return ", ".join(part for part in parts if part)
