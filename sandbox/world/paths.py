"""Roads as polylines: a distance along a road gives a position and the nearest named place.

All roads lie end to end in one table of cumulative metres, so that one `searchsorted` places any number of
vehicles, whichever roads they are on.
"""

import itertools
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sandbox.world import network
from sandbox.world.corridors import CITIES, CORRIDORS, TOWNS, Waypoint

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EARTH_RADIUS = 6_371_008.8
_STEP = 2_000.0  # metres between the points that bend a corridor between two waypoints
_NEAR_HOME = (
    150e3  # metres: a route that passes so far from a city is a quarter as likely to be its carriers'
)
_SAME_REGION = 50e3  # metres
CARRIER_ROUTES, REGIONAL_ROUTES = 60, 12


class Passing(NamedTuple):
    """Where each long road passes a city: metres between them, and the cumulative metres of that point."""

    distance: Floats
    at: Floats


@dataclass(frozen=True)
class Roads:
    """`at` is cumulative metres, increasing over all roads; `start`/`length` say where each road lies.

    The long roads come first: corridors, then the routes of the United States; then each city's local routes.
    """

    at: Floats
    lon: Floats
    lat: Floats
    place: Ints
    first: Ints  # of each road: the number of its first point
    start: Floats
    length: Floats
    countries: NDArray[np.str_]  # of each long road
    _passing: dict[int, Passing] = field(default_factory=dict, repr=False)

    def locate(self, at: Floats) -> tuple[Floats, Floats, Ints]:
        """Return longitude, latitude (degrees) and the nearest of `PLACES` for cumulative metres `at`."""
        left = np.clip(np.searchsorted(self.at, at, side="right") - 1, 0, len(self.at) - 2)
        span = self.at[left + 1] - self.at[left]
        share = np.clip((at - self.at[left]) / span, 0.0, 1.0)
        lon = self.lon[left] + share * (self.lon[left + 1] - self.lon[left])
        lat = self.lat[left] + share * (self.lat[left + 1] - self.lat[left])
        return lon, lat, np.where(share < 0.5, self.place[left], self.place[left + 1])

    def passing(self, city: int) -> Passing:
        """Return where the long roads pass one of `CITIES`."""
        if city not in self._passing:
            home, end = CITIES[city], self.first[len(self.countries)]
            east = (self.lon[:end] - home.lon) * np.cos(np.radians(home.lat))
            far = np.hypot(east, self.lat[:end] - home.lat) * np.pi * EARTH_RADIUS / 180
            first = self.first[: len(self.countries)]
            distance = np.minimum.reduceat(far, first)
            points = np.diff(np.append(first, end))
            nearest = np.flatnonzero(far == np.repeat(distance, points))
            road = np.searchsorted(first, nearest, side="right") - 1
            at = self.at[nearest[np.searchsorted(road, np.arange(len(first)))]]
            self._passing[city] = Passing(distance, at)
        return self._passing[city]

    def regional(self, city: int) -> Ints:
        """Return the long roads of the city's country that pass nearest to it."""
        own = np.flatnonzero(self.countries == CITIES[city].country)
        far = self.passing(city).distance[own]
        order = np.argsort(far, kind="stable")[:REGIONAL_ROUTES]
        nearest: Ints = own[order[far[order] < far[order[0]] + _SAME_REGION]]
        return nearest

    def carried(self, city: int, rng: np.random.Generator) -> Ints:
        """Draw the long roads of a carrier at home in a city: many near it, some anywhere in the country."""
        own = np.flatnonzero(self.countries == CITIES[city].country)
        weight = (1.0 + self.passing(city).distance[own] / _NEAR_HOME) ** -2
        count = min(CARRIER_ROUTES, len(own))
        drawn: Ints = rng.choice(own, count, replace=False, p=weight / weight.sum())
        return drawn

    def local(self, city: int) -> Ints:
        """Return the numbers of a city's local routes: `MAIN_ROUTES`, then `STREET_ROUTES`."""
        each = network.MAIN_ROUTES + network.STREET_ROUTES
        return len(self.countries) + city * each + np.arange(each)


def haversine(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
    """Return great-circle metres between points in degrees."""
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half = (
        np.sin((phi2 - phi1) / 2) ** 2
        + np.cos(phi1) * np.cos(phi2) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    )
    metres: Floats = 2 * EARTH_RADIUS * np.arcsin(np.sqrt(half))
    return metres


@cache
def build_roads() -> Roads:
    """Lay the corridors, the long routes and the local routes end to end: the same ones in every world."""
    rng = np.random.default_rng(1)
    parts: list[network.Lines] = []
    place_number = len(TOWNS)
    for points in CORRIDORS.values():
        lon, lat, which = _bend(points, rng)
        parts.append(network.Lines(lon, lat, which + place_number, np.array([len(lon)])))
        place_number += len(points)
    routes, local = network.load()
    lon, lat, place, points_each = (
        np.concatenate(column) for column in zip(*parts, routes, local, strict=True)
    )
    first = np.cumsum(points_each) - points_each
    steps = np.maximum(haversine(lon[:-1], lat[:-1], lon[1:], lat[1:]), 0.001)
    steps[first[1:] - 1] = 1.0  # from the end of one road to the start of the next
    at = np.concatenate([[0.0], np.cumsum(steps)])
    start = at[first]
    length = at[first + points_each - 1] - start
    abroad = (points[-1].country for points in CORRIDORS.values())
    countries = np.array([*abroad, *itertools.repeat("USA", len(routes.points))])
    return Roads(at, lon, lat, place, first, start, length, countries)


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
