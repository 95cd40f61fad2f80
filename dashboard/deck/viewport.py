"""Where the map should look so that given places fit into it. Used only when somebody asks to fit or to go there."""

from dataclasses import dataclass
from math import log2

import numpy as np

from dashboard.fleet.geo import MAX_LATITUDE, Floats

TILE_PIXELS = 512
"""Pixels of the whole world at zoom 0, as deck.gl counts."""
CLOSEST = 15.0
"""The zoom for a single place."""


@dataclass(frozen=True, slots=True)
class ViewState:
    """Centre in degrees and zoom level of a Web Mercator map."""

    longitude: float
    latitude: float
    zoom: float


DEFAULT_VIEW = ViewState(longitude=-97.0, latitude=40.0, zoom=3.0)
"""Without any vehicle: North America."""


def fit(lon: Floats, lat: Floats, *, width: int, height: int, padding: int = 40) -> ViewState:
    """Return the view that shows all places in a map of `width` x `height` pixels, `padding` kept free around.

    Places without coordinates (NaN) do not count. The narrowest stretch of longitudes is taken, so places on
    both sides of the antimeridian are shown together. Never closer than zoom `CLOSEST`.
    """
    placed = np.isfinite(lon) & np.isfinite(lat)
    if not placed.any():
        return DEFAULT_VIEW
    west, span = _narrowest(lon[placed])
    north, south = _mercator(lat[placed].max()), _mercator(lat[placed].min())
    across = max(1.0, width - 2 * padding) / TILE_PIXELS
    down = max(1.0, height - 2 * padding) / TILE_PIXELS
    zoom = min(_zoom(across, span / 360), _zoom(down, north - south), CLOSEST)
    centre = (west + span / 2 + 180) % 360 - 180
    return ViewState(
        longitude=round(centre, 6),
        latitude=round(_latitude((north + south) / 2), 6),
        zoom=round(max(0.0, zoom), 3),
    )


def _narrowest(lon: Floats) -> tuple[float, float]:
    """Return where the narrowest stretch that holds all longitudes begins, and its length in degrees."""
    around = np.unique(np.mod(lon, 360))
    gaps = np.diff(around, append=around[0] + 360)
    widest = int(gaps.argmax())
    return float(around[(widest + 1) % len(around)]), float(360 - gaps[widest])


def _zoom(room: float, share: float) -> float:
    """Return the zoom at which `share` of the world takes `room` worlds of zoom 0."""
    return log2(room / share) if share > 1e-9 else CLOSEST


def _mercator(latitude: float) -> float:
    """Return how far north a latitude lies, from -0.5 to 0.5 of the world's height."""
    clipped = np.radians(np.clip(latitude, -MAX_LATITUDE, MAX_LATITUDE))
    return float(np.arctanh(np.sin(clipped)) / (2 * np.pi))


def _latitude(north: float) -> float:
    return float(np.degrees(np.arcsin(np.tanh(north * 2 * np.pi))))
