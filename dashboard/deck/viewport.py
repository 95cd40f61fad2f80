"""Where the map should look so that given places fit into it. Used only when somebody asks to fit or to go there."""

from dataclasses import dataclass, replace
from math import floor, log2

import numpy as np

from dashboard.fleet.geo import MAX_LATITUDE, Floats

TILE_PIXELS = 512
"""Pixels of the whole world at zoom 0, as deck.gl counts."""
CLOSEST = 17.0
"""The zoom for a single place, on a map that goes so close."""
NUDGE = 1e-6
"""Degrees and zoom levels, by which equal views are told apart."""
MARGIN = 36
"""CSS pixels kept free around what is shown, so that no icon is cut off."""
MOST_PADDING = 0.7
"""Of a width or a height: what lies over a small map may cover more, but then something has to be under it."""


@dataclass(frozen=True, slots=True)
class ViewState:
    """Centre in degrees and zoom level of a Web Mercator map."""

    longitude: float
    latitude: float
    zoom: float
    glide_ms: int = 0
    """How long the map takes to move there."""


@dataclass(frozen=True, slots=True)
class Padding:
    """CSS pixels at the edges of the map that something else lies over."""

    top: int = 0
    right: int = 0
    bottom: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class Bounds:
    """The narrowest stretch of the world that holds some places."""

    west: float
    """Degrees, where it begins."""
    span: float
    """Degrees to the east, at most 360: over the antimeridian where that is shorter."""
    south: float
    north: float


DEFAULT_VIEW = ViewState(longitude=-97.0, latitude=40.0, zoom=3.0)
"""Without any vehicle: North America."""


def bounds(lon: Floats, lat: Floats) -> Bounds | None:
    """The bounds of places in degrees; those without coordinates (NaN) do not count. None without any."""
    placed = np.isfinite(lon) & np.isfinite(lat)
    if not placed.any():
        return None
    west, span = _narrowest(lon[placed])
    return Bounds(west, span, float(lat[placed].min()), float(lat[placed].max()))


def view_of(
    shown: Bounds | None,
    *,
    width: int,
    height: int,
    padding: Padding = Padding(),
    closest: float = CLOSEST,
) -> ViewState:
    """Return the view that shows `shown` in a map of `width` x `height` CSS pixels, clear of `padding` and a margin.

    Never closer than zoom `closest`.
    """
    if shown is None:
        return DEFAULT_VIEW
    left, right = _padded(padding.left, padding.right, width)
    top, bottom = _padded(padding.top, padding.bottom, height)
    north, south = _mercator(shown.north), _mercator(shown.south)
    zoom = min(
        _zoom((width - left - right) / TILE_PIXELS, shown.span / 360, closest),
        _zoom((height - top - bottom) / TILE_PIXELS, north - south, closest),
    )
    zoom = floor(zoom * 1000) / 1000  # rounded up, it would cut off the outermost
    world = TILE_PIXELS * 2**zoom
    longitude = shown.west + shown.span / 2 + (right - left) / 2 / world * 360
    latitude = _latitude((north + south) / 2 + (top - bottom) / 2 / world)
    return ViewState(round((longitude + 180) % 360 - 180, 6), round(latitude, 6), zoom)


def told_anew(view: ViewState, moves: int) -> ViewState:
    """The view as it is told to the map, by how often the map was moved so far.

    Of a view only the fields that changed since the last one reach the map, which may be elsewhere by then: moved by
    hand, or on its way. So no field is told twice in the same words.
    """
    turn = moves % 2 + 1
    return replace(
        moved_anew(view, view.longitude, view.latitude, moves),
        zoom=view.zoom + turn * NUDGE,
        glide_ms=view.glide_ms + turn if view.glide_ms else 0,
    )


def moved_anew(view: ViewState, longitude: float, latitude: float, moves: int) -> ViewState:
    """The same of another place alone: whatever else of the view is by now stays so."""
    turn = moves % 2 + 1
    return replace(view, longitude=longitude + turn * NUDGE, latitude=latitude + turn * NUDGE)


def _padded(before: int, after: int, extent: int) -> tuple[float, float]:
    """What to keep free at two opposite edges: less of it where hardly anything would be left between them."""
    wanted = before + after + 2 * MARGIN
    scale = min(1.0, MOST_PADDING * extent / wanted)
    return (before + MARGIN) * scale, (after + MARGIN) * scale


def _narrowest(lon: Floats) -> tuple[float, float]:
    """Return where the narrowest stretch that holds all longitudes begins, and its length in degrees."""
    around = np.unique(np.mod(lon, 360))
    gaps = np.diff(around, append=around[0] + 360)
    widest = int(gaps.argmax())
    return float(around[(widest + 1) % len(around)]), float(360 - gaps[widest])


def _zoom(room: float, share: float, closest: float) -> float:
    """Return the zoom at which `share` of the world takes `room` worlds of zoom 0."""
    return min(closest, log2(room / share)) if share > 1e-9 else closest


def _mercator(latitude: float) -> float:
    """Return how far north a latitude lies, from -0.5 to 0.5 of the world's height."""
    clipped = np.radians(np.clip(latitude, -MAX_LATITUDE, MAX_LATITUDE))
    return float(np.arctanh(np.sin(clipped)) / (2 * np.pi))


def _latitude(north: float) -> float:
    return float(np.degrees(np.arcsin(np.tanh(north * 2 * np.pi))))
