"""Roads as polylines: a distance along a road gives a position and the nearest named place.

All roads lie end to end in one table of cumulative metres, so that one `searchsorted` places any number of
vehicles, whichever roads they are on.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.world.corridors import CITIES, CORRIDORS, Waypoint

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EARTH_RADIUS = 6_371_008.8
_STEP = 2_000.0  # metres between the points that bend a road between two waypoints
_ROUTES_PER_CITY = 6


@dataclass(frozen=True)
class Roads:
    """`at` is cumulative metres, increasing over all roads; `start`/`length` say where each road lies."""

    at: Floats
    lon: Floats
    lat: Floats
    place: Ints
    places: tuple[Waypoint, ...]
    start: Floats
    length: Floats
    corridors: int
    names: tuple[str, ...]

    def locate(self, at: Floats) -> tuple[Floats, Floats, Ints]:
        """Return longitude, latitude (degrees) and the nearest place's index for cumulative metres `at`."""
        left = np.clip(np.searchsorted(self.at, at, side="right") - 1, 0, len(self.at) - 2)
        span = self.at[left + 1] - self.at[left]
        share = np.clip((at - self.at[left]) / span, 0.0, 1.0)
        lon = self.lon[left] + share * (self.lon[left + 1] - self.lon[left])
        lat = self.lat[left] + share * (self.lat[left + 1] - self.lat[left])
        return lon, lat, np.where(share < 0.5, self.place[left], self.place[left + 1])


def haversine(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
    """Return great-circle metres between points in degrees."""
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half = (
        np.sin((phi2 - phi1) / 2) ** 2
        + np.cos(phi1) * np.cos(phi2) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    )
    metres: Floats = 2 * EARTH_RADIUS * np.arcsin(np.sqrt(half))
    return metres


def build_roads(rng: np.random.Generator) -> Roads:
    """Build all corridors, then `_ROUTES_PER_CITY` local routes for each of `CITIES`."""
    places: list[Waypoint] = []
    lons, lats, nearest, names = [], [], [], []
    for name, points in CORRIDORS.items():
        lon, lat, which = _bend(points, rng)
        lons.append(lon)
        lats.append(lat)
        nearest.append(which + len(places))
        places.extend(points)
        names.append(name)
    for city in CITIES:
        for route in range(_ROUTES_PER_CITY):
            lon, lat = _local_route(city, rng)
            lons.append(lon)
            lats.append(lat)
            nearest.append(np.full(len(lon), len(places)))
            names.append(f"{city.city} {route + 1}")
        places.append(city)
    return _join(lons, lats, nearest, tuple(places), tuple(names))


def city_routes(city: int) -> range:
    """Return the road numbers of a city's local routes."""
    first = len(CORRIDORS) + city * _ROUTES_PER_CITY
    return range(first, first + _ROUTES_PER_CITY)


def _bend(points: tuple[Waypoint, ...], rng: np.random.Generator) -> tuple[Floats, Floats, Ints]:
    """Put points every 2 km, bent sideways between waypoints as real roads are."""
    lons, lats, which = [], [], []
    for number, (a, b) in enumerate(itertools.pairwise(points)):
        ends = np.array([a.lon, a.lat, b.lon, b.lat])
        length = float(haversine(*(ends[i : i + 1] for i in range(4)))[0])
        share = np.arange(0.0, 1.0, min(1.0, _STEP / max(length, 1.0)))
        waves, size = np.arange(1, 6), rng.normal(0.0, 0.012, 5)
        aside = (np.sin(np.pi * share[:, None] * waves) * size / waves).sum(axis=1)
        east, north = b.lon - a.lon, b.lat - a.lat
        squeeze = np.cos(np.radians(a.lat))
        lons.append(a.lon + share * east - aside * north / squeeze)
        lats.append(a.lat + share * north + aside * east * squeeze)
        which.append(np.where(share < 0.5, number, number + 1))
    last = points[-1]
    return (
        np.concatenate([*lons, [last.lon]]),
        np.concatenate([*lats, [last.lat]]),
        np.concatenate([*which, [len(points) - 1]]),
    )


def _local_route(city: Waypoint, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Walk over a street grid around the city's centre: blocks of 0.3 to 2 km, turning at each corner."""
    corners = 40
    block = rng.uniform(300.0, 2_000.0, corners) * rng.choice([-1.0, 1.0], corners)
    home = rng.normal(0.0, 5_000.0, 2)
    east, north = (
        np.where(np.arange(corners) % 2 == 0, block, 0.0),
        np.where(np.arange(corners) % 2 == 1, block, 0.0),
    )
    metre = 180.0 / (np.pi * EARTH_RADIUS)
    lat = city.lat + (home[0] + np.cumsum(north)) * metre
    lon = city.lon + (home[1] + np.cumsum(east)) * metre / np.cos(np.radians(city.lat))
    return lon, lat


def _join(
    lons: list[Floats],
    lats: list[Floats],
    nearest: list[Ints],
    places: tuple[Waypoint, ...],
    names: tuple[str, ...],
) -> Roads:
    at, start, length, offset = [], [], [], 0.0
    for lon, lat in zip(lons, lats, strict=True):
        steps = np.maximum(haversine(lon[:-1], lat[:-1], lon[1:], lat[1:]), 0.001)
        along = np.concatenate([[0.0], np.cumsum(steps)])
        at.append(along + offset)
        start.append(offset)
        length.append(along[-1])
        offset += along[-1] + 1.0
    return Roads(
        np.concatenate(at),
        np.concatenate(lons),
        np.concatenate(lats),
        np.concatenate(nearest),
        places,
        np.array(start),
        np.array(length),
        len(CORRIDORS),
        names,
    )
