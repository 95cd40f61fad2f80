"""Tiles: what of a shape lies in each, and the files that hold them."""

import gzip
import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

from scripts.basemap.geometry import Line, Point, area, simplify, simplify_ring, tolerance

OUT = Path(__file__).parents[2] / "dashboard" / "assets" / "basemap"
Tile = tuple[int, int, int]
Box = tuple[float, float, float, float]
OVERLAP = 0.01  # of a tile's width, so that no seam shows between neighbours


def pixel(zoom: int) -> float:
    """Degrees of longitude per pixel, for tiles of 512 pixels."""
    return 360 / 512 / 2**zoom


def latitude(row: float, zoom: int) -> float:
    """Latitude of the upper edge of a row of tiles."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / 2**zoom))))


def mercator(point: Point) -> Point:
    """Position in the world as 0 to 1 from west to east and from north to south."""
    y = math.asinh(math.tan(math.radians(max(-85.0, min(85.0, point[1])))))
    return point[0] / 360 + 0.5, 0.5 - y / (2 * math.pi)


def box_of(tile: Tile) -> Box:
    """West, south, east and north of a tile with its overlap."""
    z, x, y = tile
    side = 360 / 2**z
    return (
        x * side - 180 - OVERLAP * side,
        latitude(y + 1 + OVERLAP, z),
        (x + 1) * side - 180 + OVERLAP * side,
        latitude(y - OVERLAP, z),
    )


def clip_ring(ring: Line, box: Box) -> Line:
    """Sutherland-Hodgman: the part of a closed ring inside a box, or nothing."""
    points = ring[:-1]
    for axis, limit, sign in ((0, box[0], 1), (1, box[1], 1), (0, box[2], -1), (1, box[3], -1)):
        out: Line = []
        for a, b in zip([points[-1], *points], points, strict=False) if points else ():
            a_in, b_in = (a[axis] - limit) * sign >= 0, (b[axis] - limit) * sign >= 0
            if a_in != b_in:
                t = (limit - a[axis]) / (b[axis] - a[axis])
                out.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
            if b_in:
                out.append(b)
        points = out
    return [*points, points[0]] if len(points) > 2 else []


def clip_line(line: Line, box: Box) -> list[Line]:
    """The parts of a line whose segments touch a box (a segment is kept whole)."""
    out: list[Line] = []
    open_part = False
    for a, b in pairwise(line):
        touches = (
            max(a[0], b[0]) >= box[0]
            and min(a[0], b[0]) <= box[2]
            and max(a[1], b[1]) >= box[1]
            and min(a[1], b[1]) <= box[3]
        )
        if touches and open_part:
            out[-1].append(b)
        elif touches:
            out.append([a, b])
        open_part = touches
    return out


def cut(
    kind: str, shapes_: list[list[Line]], zoom: int, tiles: dict[Tile, list[Any]], tile: Tile = (0, 0, 0)
) -> None:
    """Put polygons (lists of rings), or lines (lists of one line), into the tiles of a zoom, quarter by quarter."""
    box = box_of(tile)
    if kind in ("land", "lake"):
        inside_ = [[r for ring in polygon if (r := clip_ring(ring, box))] for polygon in shapes_]
    else:
        inside_ = [[part] for line in shapes_ for part in clip_line(line[0], box)]
    inside_ = [shape for shape in inside_ if shape]
    z, x, y = tile
    if not inside_:
        return
    if z < zoom:
        for dx in (0, 1):
            for dy in (0, 1):
                cut(kind, inside_, zoom, tiles, (z + 1, 2 * x + dx, 2 * y + dy))
        return
    decimals = 3 if z > 4 else 2
    if kind in ("land", "lake"):
        rings = [[r for ring in polygon if len(r := rounded(ring, decimals)) > 3] for polygon in inside_]
        geometry = {"type": "MultiPolygon", "coordinates": [polygon for polygon in rings if polygon]}
    else:
        lines = [rounded(line[0], decimals) for line in inside_]
        geometry = {"type": "MultiLineString", "coordinates": [line for line in lines if len(line) > 1]}
    if geometry["coordinates"]:
        tiles.setdefault(tile, []).append(
            {"type": "Feature", "properties": {"k": kind}, "geometry": geometry}
        )


def write_tiles(name: str, tiles: dict[Tile, list[Any]]) -> None:
    """Write one line a tile, all of them compressed: a sixth of the size."""
    path = OUT / f"{name}.tiles.gz"
    lines = []
    for tile in sorted(tiles):
        content = {"type": "FeatureCollection", "features": tiles[tile]}
        text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
        lines.append("/".join(map(str, tile)) + " " + text + "\n")
    path.write_bytes(gzip.compress("".join(lines).encode(), 9, mtime=0))
    print(f"{name}: {len(tiles)} tiles, {path.stat().st_size // 1024} KB")


def rounded(line: Line, decimals: int) -> list[list[float]]:
    """Without needless digits and repeated points; 3 decimals are about 100 m."""
    out: list[list[float]] = []
    for x, y in line:
        point = [round(x, decimals), round(y, decimals)]
        if not out or out[-1] != point:
            out.append(point)
    return out


def thinned(kind: str, found: list[list[Line]], zoom: int, last: int) -> list[list[Line]]:
    """The detail that a zoom can show: lines to a pixel, no speck of less than a few pixels.

    `last`: the closest zoom that has tiles of its own; these are drawn larger further in.
    """
    step = pixel(zoom) * (0.7 if zoom == last else 1.0)
    if kind not in ("land", "lake"):
        return [
            [simplify(line, step, tolerance)]
            for (line,) in found
            if math.dist(line[0], line[-1]) > step or len(line) > 9
        ]
    smallest = (9 if kind == "land" else 40) * pixel(zoom) ** 2
    out = []
    for polygon in found:
        rings = [
            simplify_ring(ring, step)
            for ring in polygon
            if area(ring) >= max(smallest, tolerance(ring[0]) ** 2)
        ]
        if rings and area(polygon[0]) >= smallest:
            out.append([ring for ring in rings if len(ring) > 3])
    return [polygon for polygon in out if polygon]
