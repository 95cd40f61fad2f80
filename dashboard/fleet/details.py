"""What the panel of one vehicle says: only what is known, in the viewer's units."""

from collections.abc import Mapping
from datetime import datetime
from math import isnan
from typing import Any

import pandas as pd

from dashboard.fleet import units
from dashboard.fleet.freshness import (
    CLOCK,
    FRESHNESS,
    FRESHNESS_LABELS,
    STATE_LABELS,
    STATES,
    ages,
    freshness_codes,
    state_codes,
)

Detail = tuple[str, str]
"""A label and a value."""
Link = tuple[str, str]
"""The name of a site and a URL."""


def details_of(
    row: pd.DataFrame, now: datetime, *, metric: bool, delivered_at: datetime | None = None
) -> list[Detail]:
    """List (label, value) of one vehicle, best known first; what is unknown is left out.

    `row` is a snapshot's frame cut down to the one vehicle. `delivered_at` is when its connection last delivered.
    All values are text as reported: show them as text, never as HTML.
    """
    (cells,) = row.to_dict("records")
    age = float(ages(row, now)[0])
    fresh = FRESHNESS[freshness_codes(row, now)[0]]
    state = STATE_LABELS[STATES[state_codes(row, now)[0]]]
    fix = units.age(age)
    if fix is not None:
        fix = f"{fix}, {FRESHNESS_LABELS[fresh]}"
    if fresh == CLOCK:
        fix = f"dated {units.duration(-age)} in the future: the device's clock is wrong"
    delivered = None if delivered_at is None else units.age((now - delivered_at).total_seconds())
    source, connected = _text(cells, "source_name"), _text(cells, "provider")
    details = [
        ("Fleet", _text(cells, "fleet")),
        ("Source", source),
        ("Connected as", None if connected == source else connected),
        ("Driver", _text(cells, "driver")),
        ("Plate", _text(cells, "plate")),
        ("VIN", _text(cells, "vin")),
        ("State", state),
        ("Speed", units.speed(cells["speed"], metric=metric)),
        ("Place", _text(cells, "place")),
        ("Not on the map", _text(cells, "position_error")),
        ("Last fix", fix),
        ("Fix time", units.moment(None if pd.isna(cells["occurred_at"]) else cells["occurred_at"])),
        ("Source delivered", delivered),
        ("Odometer", units.distance(cells["odometer"], metric=metric)),
        ("Fuel", units.percent(cells["fuel_level"])),
        ("Engine hours", units.hours(cells["engine_hours"])),
        ("Coolant", units.temperature(cells["coolant_temperature"], metric=metric)),
    ]
    return [(label, value) for label, value in details if value]


def title(row: pd.DataFrame) -> str:
    """Name the vehicle: by its name, else plate, else VIN, else id."""
    (cells,) = row.to_dict("records")
    return next(text for name in ("name", "plate", "vin", "vehicle_id") if (text := _text(cells, name)))


def place_links(lon: float, lat: float) -> list[Link]:
    """List (site, URL) of maps sites that show a place; empty when the vehicle has none."""
    if isnan(lon) or isnan(lat):
        return []
    x, y = f"{lon:.6f}", f"{lat:.6f}"
    return [
        ("OpenStreetMap", f"https://www.openstreetmap.org/?mlat={y}&mlon={x}#map=16/{y}/{x}"),
        ("Google Maps", f"https://www.google.com/maps/search/?api=1&query={y}%2C{x}"),
    ]


def _text(cells: Mapping[Any, Any], name: str) -> str:
    value = cells[name]
    return "" if pd.isna(value) else str(value).strip()
