"""Fetch the latest fix of every vehicle, completely and with as few requests as possible."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import NamedTuple

from catena_client import CatenaClient, Retry, VehicleLocation

PAGE_SIZE = 1000
"""The largest page that the API gives (shared facts: 1 to 1000)."""
MERCATOR_LATITUDE = 85.0511
"""Web Mercator cannot draw anything nearer to a pole than this."""


class Fix(NamedTuple):
    """What the dashboard keeps of one latest location, in SI units as the API sends them."""

    row_id: str
    vehicle_id: str
    fleet_id: str
    fleet_ref: str
    connection_id: str
    tsp_id: str
    tsp_slug: str
    source: str
    driver_id: str
    occurred_at: datetime | None
    lon: float
    lat: float
    unplaceable: str
    """Why it cannot be drawn; empty when it can."""
    speed: float | None
    odometer: float | None
    fuel_level: float | None
    engine_hours: float | None
    coolant_temperature: float | None
    h3: int
    place: str


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
    first = client.vehicle_locations.page(only_latest=True, size=PAGE_SIZE)
    if first.next_page is None:
        return [keep(location) for location in first.items]

    def whole_group(fleet_ids: Sequence[str]) -> list[Fix]:
        pages = client.vehicle_locations.pages(only_latest=True, fleet_ids=fleet_ids, size=PAGE_SIZE)
        return [keep(location) for page in pages for location in page.items]

    groups = pack(fleet_sizes, parallel)
    with ThreadPoolExecutor(len(groups) or 1, thread_name_prefix="fixes") as pool:
        fixes = [fix for group in pool.map(whole_group, groups) for fix in group]
    if first.total is not None and len(fixes) >= first.total:
        return fixes
    seen = {fix.row_id for fix in fixes}
    for page in client.vehicle_locations.pages(only_latest=True, size=PAGE_SIZE):
        fixes.extend(keep(location) for location in page.items if location.id not in seen)
    return fixes


def pack(fleet_sizes: Mapping[str, int], groups: int) -> list[list[str]]:
    """Divide fleets into at most `groups` groups of about equal numbers of vehicles."""
    loads = [0] * max(1, min(groups, len(fleet_sizes)))
    packed: list[list[str]] = [[] for _ in loads]
    for fleet_id, size in sorted(fleet_sizes.items(), key=lambda item: (-item[1], item[0])):
        lightest = loads.index(min(loads))
        loads[lightest] += max(1, size)
        packed[lightest].append(fleet_id)
    return [group for group in packed if group]


def keep(location: VehicleLocation) -> Fix:
    """Reduce a location to what the dashboard shows."""
    lon, lat, unplaceable = place(location.location)
    return Fix(
        row_id=location.id,
        vehicle_id=location.vehicle_id
        or f"{location.connection_id}/{location.source_vehicle_id or location.id}",
        fleet_id=location.fleet_id or "",
        fleet_ref=location.fleet_ref or "",
        connection_id=location.connection_id,
        tsp_id=location.tsp_id or "",
        tsp_slug=location.tsp_slug or "",
        source=location.source_name,
        driver_id=location.driver_id or "",
        occurred_at=location.occurred_at,
        lon=lon,
        lat=lat,
        unplaceable="deleted by the provider" if location.deleted_at is not None else unplaceable,
        speed=location.speed,
        odometer=location.odometer,
        fuel_level=location.fuel_level,
        engine_hours=location.engine_hours,
        coolant_temperature=location.coolant_temperature,
        h3=location.h3_index_11 or 0,
        place=_address(location),
    )


def place(location: object) -> tuple[float, float, str]:
    """Longitude, latitude and why they cannot be drawn (empty when they can).

    The contract lets `location` be anything, so its type and numbers are checked here.
    """
    nowhere = float("nan")
    if location is None:
        return nowhere, nowhere, "no position reported"
    coordinates = location.get("coordinates") if isinstance(location, dict) else None
    if not isinstance(coordinates, list) or len(coordinates) < 2:
        return nowhere, nowhere, "position unreadable"
    lon, lat = coordinates[:2]
    if not (_is_number(lon) and _is_number(lat)):
        return nowhere, nowhere, "position unreadable"
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return nowhere, nowhere, "coordinates out of range"
    if lon == 0 and lat == 0:
        return nowhere, nowhere, "position 0, 0 (no GPS signal)"
    if abs(lat) > MERCATOR_LATITUDE:
        return nowhere, nowhere, "too near a pole to draw"
    return float(lon), float(lat), ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _address(location: VehicleLocation) -> str:
    address = location.inferred_address
    parts: Iterable[str | None] = (address.city, address.province, address.country_code) if address else ()
    return ", ".join(part for part in parts if part)
