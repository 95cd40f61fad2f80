"""Public waypoints along North American trunk roads, and the cities that local vehicles serve."""

import csv
from importlib.resources import files
from typing import NamedTuple


class Waypoint(NamedTuple):
    """A named point of a road: degrees WGS84, rounded to about a kilometre; country as ISO alpha-3."""

    city: str
    province: str
    country: str
    lat: float
    lon: float


_CANADA = frozenset({"ON", "QC", "BC", "AB", "SK", "MB"})
_MEXICO = frozenset({"CMX", "MEX", "QUE", "SLP", "NLE", "TAM", "COA"})
_CITIES = (
    *("Los Angeles", "Phoenix", "Dallas", "Houston", "Denver", "Kansas City", "Chicago", "Atlanta"),
    *("Nashville", "Columbus", "Newark", "Toronto", "Montreal", "Calgary", "Monterrey", "Minneapolis"),
)


def _country(province: str) -> str:
    if province in _CANADA:
        return "CAN"
    return "MEX" if province in _MEXICO else "USA"


def _read() -> dict[str, tuple[Waypoint, ...]]:
    roads: dict[str, list[Waypoint]] = {}
    with files("sandbox.world").joinpath("corridors.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            province = row["province"]
            roads.setdefault(row["road"], []).append(
                Waypoint(
                    row["city"], province, _country(province), float(row["latitude"]), float(row["longitude"])
                )
            )
    return {road: tuple(points) for road, points in roads.items()}


CORRIDORS: dict[str, tuple[Waypoint, ...]] = _read()
CITIES: tuple[Waypoint, ...] = tuple(
    next(point for points in CORRIDORS.values() for point in points if point.city == city) for city in _CITIES
)
