"""Lines and polygons in degrees: simplified, joined, measured, and whether a point lies inside."""

import math
from collections.abc import Callable, Iterable
from itertools import pairwise

Point = tuple[float, float]
Line = list[Point]

# Where trucks drive: drawn in detail. The rest of the world is there to orient the viewer.
DETAIL = (-128.0, 14.0, -52.0, 55.0)
CONTINENT = (-170.0, 5.0, -50.0, 72.0)


def tolerance(point: Point) -> float:
    """Degrees that a line may move at this place in the most detailed tiles."""
    for box, degrees in ((DETAIL, 0.004), (CONTINENT, 0.03)):
        if box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]:
            return degrees
    return 0.12


def simplify(line: Line, degrees: float, tolerance: Callable[[Point], float] = lambda _: 0.0) -> Line:
    """Douglas-Peucker; both ends stay. The line moves by no more than `degrees`, or the tolerance of a place."""
    keep = {0, len(line) - 1}
    todo = [(0, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        worst, at = 1.0, 0
        for i in range(first + 1, last):
            ratio = _distance(line[i], line[first], line[last]) / max(degrees, tolerance(line[i]))
            if ratio > worst:
                worst, at = ratio, i
        if at:
            keep.add(at)
            todo += [(first, at), (at, last)]
    return [line[i] for i in sorted(keep)]


def _distance(p: Point, a: Point, b: Point) -> float:
    """Distance from p to the segment a-b in degrees of latitude (longitude scaled at p)."""
    scale = max(0.05, math.cos(math.radians(p[1])))
    px, py = (p[0] - a[0]) * scale, p[1] - a[1]
    dx, dy = (b[0] - a[0]) * scale, b[1] - a[1]
    length = dx * dx + dy * dy
    t = max(0.0, min(1.0, (px * dx + py * dy) / length)) if length else 0.0
    return math.hypot(px - t * dx, py - t * dy)


def simplify_ring(ring: Line, at_least: float = 0.0) -> Line:
    """The closed ring with the tolerance of each place, but `at_least` so many degrees.

    Anchored at its farthest point, so that it cannot collapse to a line.
    """
    far = max(range(len(ring)), key=lambda i: math.dist(ring[i], ring[0]))
    return simplify(ring[: far + 1], at_least, tolerance)[:-1] + simplify(ring[far:], at_least, tolerance)


def area(ring: Line) -> float:
    """Area in square degrees, longitude scaled."""
    return abs(signed_area(ring)) * math.cos(math.radians(ring[0][1]))


def signed_area(ring: Line) -> float:
    """Area in plain square degrees, negative for a ring that runs clockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2


def joined(lines: Iterable[Line]) -> list[Line]:
    """Join lines end to end where exactly two meet: short arcs could not be simplified away."""
    whole = {i: list(line) for i, line in enumerate(lines)}
    ends: dict[Point, list[int]] = {}
    for i, line in whole.items():
        for end in (line[0], line[-1]):
            ends.setdefault(end, []).append(i)
    for node, meeting in ends.items():
        if len(meeting) != 2 or meeting[0] == meeting[1]:
            continue
        kept, gone = meeting
        first, second = whole[kept], whole.pop(gone)
        first = first if first[-1] == node else first[::-1]
        second = second if second[0] == node else second[::-1]
        whole[kept] = first + second[1:]
        far = ends[whole[kept][-1]]
        far[far.index(gone)] = kept
    return list(whole.values())


def inside(point: Point, polygons: Iterable[list[Line]]) -> bool:
    """Even-odd rule over all rings."""
    odd = False
    for polygon in polygons:
        for ring in polygon:
            for (ax, ay), (bx, by) in pairwise(ring):
                if (ay > point[1]) != (by > point[1]) and point[0] < (bx - ax) * (point[1] - ay) / (
                    by - ay
                ) + ax:
                    odd = not odd
    return odd


def middle(polygons: list[list[Line]]) -> Point:
    """The point of the largest polygon that is farthest from its border (on a 40 by 40 grid)."""
    polygon = max(polygons, key=lambda p: area(p[0]))
    ring = simplify_ring(polygon[0])
    xs, ys = [p[0] for p in ring], [p[1] for p in ring]
    grid = [
        (min(xs) + (max(xs) - min(xs)) * i / 40, min(ys) + (max(ys) - min(ys)) * j / 40)
        for i in range(1, 40)
        for j in range(1, 40)
    ]
    candidates = [p for p in grid if inside(p, [[ring]])]
    return max(
        candidates or [(sum(xs) / len(xs), sum(ys) / len(ys))],
        key=lambda p: min(_distance(p, a, b) for a, b in pairwise(ring)),
    )
