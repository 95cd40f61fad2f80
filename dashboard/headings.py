"""The heading of each vehicle, computed from successive fixes, since the API sends none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOVED_METRES = 15.0
"""A heading exists only once a vehicle has moved this far; less is GPS noise."""
EARTH_METRES = 6_371_008.8


def distance(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
    """Great-circle distance in metres between positions in degrees (haversine)."""
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half_dphi, half_dlambda = (phi2 - phi1) / 2, np.radians(lon2 - lon1) / 2
    h = np.sin(half_dphi) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(half_dlambda) ** 2
    return np.asarray(2 * EARTH_METRES * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0))))


def bearing(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
    """Initial bearing in degrees clockwise from north, 0 to under 360, from the first to the second position."""
    phi1, phi2, dlambda = np.radians(lat1), np.radians(lat2), np.radians(lon2 - lon1)
    east = np.sin(dlambda) * np.cos(phi2)
    north = np.cos(phi1) * np.sin(phi2) - np.sin(phi1) * np.cos(phi2) * np.cos(dlambda)
    return np.asarray(np.degrees(np.arctan2(east, north)) % 360.0)


class Headings:
    """Remembers, by ordinal, where each vehicle last was when it had moved, and its heading then."""

    def __init__(self) -> None:
        self._lon = np.empty(0)
        self._lat = np.empty(0)
        self._heading = np.empty(0)

    def update(self, ordinals: NDArray[np.int32], lon: Floats, lat: Floats) -> Floats:
        """Take the newest positions (NaN where unknown) and give the headings in degrees (NaN where none yet)."""
        size = int(ordinals.max(initial=-1)) + 1
        if size > len(self._lon):
            grown = np.full(size - len(self._lon), np.nan)
            self._lon, self._lat, self._heading = (
                np.concatenate([known, grown]) for known in (self._lon, self._lat, self._heading)
            )
        old_lon, old_lat = self._lon[ordinals], self._lat[ordinals]
        known = ~np.isnan(lon)
        first = known & np.isnan(old_lon)
        moved = known & ~first & (distance(old_lon, old_lat, lon, lat) >= MOVED_METRES)
        self._heading[ordinals[moved]] = bearing(old_lon[moved], old_lat[moved], lon[moved], lat[moved])
        anchored = first | moved
        self._lon[ordinals[anchored]] = lon[anchored]
        self._lat[ordinals[anchored]] = lat[anchored]
        return np.asarray(self._heading[ordinals])
