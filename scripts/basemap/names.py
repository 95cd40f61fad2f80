"""Names of countries, states and towns, and which of them there is room for at each zoom."""

import json
import math
from collections.abc import Iterator
from itertools import product
from typing import Any

from dashboard.deck.basemap import CHARACTERS, MAX_ZOOM
from scripts.basemap.geometry import Point, area, middle
from scripts.basemap.sources import Topology
from scripts.basemap.tiles import Tile, mercator, rounded

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


def labels(
    counties: Topology, countries: Topology, towns: list[tuple[str, Point, int]]
) -> list[dict[str, Any]]:
    """Names to read by, each with a kind and a rank (0 = the most important)."""
    out: list[dict[str, Any]] = []

    def add(kind: str, name: str, point: Point, rank: int) -> None:
        out.append({"k": kind, "n": name, "x": point[0], "y": point[1], "r": rank})

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
    for name, point, rank in towns:
        add("city", name, point, rank)
    return sorted(out, key=lambda item: IMPORTANCE.index((item["k"], item["r"])))


END = MAX_ZOOM["names"] + 1
ZOOMS = {"country": range(1, 5), "state": range(4, END), "city": range(2, END)}
FROM_ZOOM = (2, 3, 4, 5, 7, 8, 9)  # for each rank
# In the order in which they are placed: what is placed first stays.
IMPORTANCE = [
    ("city", 0),
    ("country", 0),
    ("city", 1),
    ("state", 0),
    *(("city", rank) for rank in range(2, len(FROM_ZOOM))),
]


class Near:
    """What lies near a point of a plane, without a look at everything."""

    def __init__(self, side: float) -> None:
        self._side = side
        self._cells: dict[tuple[int, int], list[Any]] = {}

    def add(self, point: Point, what: Any) -> None:
        """Put something at a point."""
        self._cells.setdefault(self._cell(point), []).append(what)

    def around(self, point: Point) -> Iterator[Any]:
        """All that lies within a side of the point, and some that lies a little further."""
        x, y = self._cell(point)
        for beside in product((x - 1, x, x + 1), (y - 1, y, y + 1)):
            yield from self._cells.get(beside, ())

    def _cell(self, point: Point) -> tuple[int, int]:
        return math.floor(point[0] / self._side), math.floor(point[1] / self._side)


SIZES = {"country": 14, "state": 11, "city": 12}
APART = (34, 16)  # pixels of air between names
WIDEST = 400  # pixels of a name with the air around it


def tiles_of(names: list[dict[str, Any]]) -> dict[Tile, list[Any]]:
    """The names of each zoom in its tiles."""
    tiles: dict[Tile, list[Any]] = {}
    for zoom in range(END):
        place_names(names, zoom, tiles)
    return tiles


def place_names(names: list[dict[str, Any]], zoom: int, tiles: dict[Tile, list[Any]]) -> None:
    """Put names into the tiles of a zoom, as far as there is room: none overlaps, in any viewer's window."""
    shrunk = 512 * 2**zoom * 0.71  # a tile is drawn at 0.71 to 1.41 of its size
    placed = Near(WIDEST)
    for item in names:
        if zoom not in ZOOMS[item["k"]] or zoom < FROM_ZOOM[item["r"]]:
            continue
        at = mercator((item["x"], item["y"]))
        half_width = (len(item["n"]) * SIZES[item["k"]] * 0.58 + APART[0]) / 2
        half_height = (SIZES[item["k"]] + APART[1]) / 2
        x, y = at[0] * shrunk, at[1] * shrunk
        box = (x - half_width, y - half_height, x + half_width, y + half_height)
        if any(
            box[0] < o[2] and box[2] > o[0] and box[1] < o[3] and box[3] > o[1] for o in placed.around((x, y))
        ):
            continue
        placed.add((x, y), box)
        tile = (zoom, int(at[0] * 2**zoom), int(at[1] * 2**zoom))
        geometry = {
            "type": "Point",
            "coordinates": rounded([(item["x"], item["y"])], 3 if zoom > 7 else 2)[0],
        }
        kind = "hub" if (item["k"], item["r"]) == ("city", 0) else item["k"]
        properties = {"k": kind, "n": item["n"]}
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

# Degrees between two of a rank or a lower one, how many live there at least, how many of them at most.
THINNED = (
    (1.3, 50_000, 200),
    (0.35, 15_000, 1500),
    (0.15, 2_000, 3000),
    (0.1, 1_000, 4000),
    (0.05, 1_000, 8000),
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
    for rank, (apart, smallest, at_most) in enumerate(THINNED, start=2):
        added, near = 0, Near(apart)
        for _, other, _ in chosen:
            near.add(other, other)
        for city in cities:
            if added == at_most or city["population"] < smallest:
                break
            if (
                city["name"] not in UNUSUAL
                and set(city["name"]) <= set(CHARACTERS)
                and all(math.dist(place(city), other) >= apart for other in near.around(place(city)))
            ):
                chosen.append((city["name"], place(city), rank))
                near.add(place(city), place(city))
                added += 1
    return chosen
