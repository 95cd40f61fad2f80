"""Named places: the corridors of Canada and Mexico, the cities that vehicles serve, and the towns of the US."""

import csv
from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple


class Waypoint(NamedTuple):
    """A named place: degrees WGS84, rounded to about a kilometre; country as ISO alpha-3."""

    city: str
    province: str
    country: str
    lat: float
    lon: float


def _rows(name: str) -> Iterator[tuple[str, Waypoint]]:
    """Each row's road ("" if the file has none) and its place; without a country it is in the US."""
    with files("sandbox.world").joinpath(name).open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            country = row.get("country", "USA")
            where = float(row["latitude"]), float(row["longitude"])
            yield row.get("road", ""), Waypoint(row["city"], row["province"], country, *where)


def _corridors() -> dict[str, tuple[Waypoint, ...]]:
    roads: dict[str, tuple[Waypoint, ...]] = {}
    for road, point in _rows("corridors.csv"):
        roads[road] = (*roads.get(road, ()), point)
    return roads


CORRIDORS: dict[str, tuple[Waypoint, ...]] = _corridors()
CITIES: tuple[Waypoint, ...] = tuple(city for _, city in _rows("cities.csv"))
TOWNS: tuple[Waypoint, ...] = tuple(town for _, town in _rows("places.csv"))
PLACES: tuple[Waypoint, ...] = (*TOWNS, *(point for points in CORRIDORS.values() for point in points))
"""What the `place` of a position, and of roads.npz, counts."""


def city_number(name: str) -> int:
    """Return the number of a city in `CITIES`, whatever its upper and lower case; `ValueError` names them all."""
    for number, city in enumerate(CITIES):
        if city.city.casefold() == name.strip().casefold():
            return number
    raise ValueError(
        f"There is no simulated city {name!r}; choose one of: {', '.join(c.city for c in CITIES)}."
    )
