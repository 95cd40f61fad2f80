"""Positions on the Earth: which can be drawn, how far apart they are and in which direction."""

from __future__ import annotations

from math import nan, pi

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NO_POSITION = (nan, nan)
"""Stands for a longitude and a latitude that are not known."""
MAX_LATITUDE = 85.0511
"""Degrees. Web Mercator cannot draw anything nearer to a pole than this."""
EARTH_METRES = 6_371_008.8
"""Mean radius."""
METRES_PER_DEGREE = EARTH_METRES * pi / 180
"""Length of a degree of latitude."""
GRID_DEGREES = 0.01
"""Of latitude, 1.1 km: as exact as places are for whoever may not see them exactly."""


def position_error(lon: float, lat: float) -> str:
    """Why a position in degrees cannot be drawn; "" when it can.

    The one rule for vehicles, trailers and trails; `usable` is the same over many.
    """
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return "coordinates out of range"
    if lon == 0 and lat == 0:
        return "position 0, 0 (no GPS signal)"
    return "too near a pole to draw" if abs(lat) > MAX_LATITUDE else ""


def usable(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """For each position, whether it can be drawn, as `position_error` says; NaN cannot."""
    inside = (np.abs(lon) <= 180) & (np.abs(lat) <= MAX_LATITUDE)
    return np.asarray(inside & ((lon != 0) | (lat != 0)))


def rounded(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Positions in degrees, each moved to the nearest crossing of a grid of about a kilometre; NaN stays."""
    coarse = np.round(lat / GRID_DEGREES) * GRID_DEGREES
    step = GRID_DEGREES / np.cos(np.radians(coarse))
    return np.clip(np.round(np.round(lon / step) * step, 5), -180.0, 180.0), np.round(coarse, 5)


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
