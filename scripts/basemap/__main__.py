"""Build the built-in basemap as tiles: shapes, lines and names in dashboard/assets/basemap/.

A tile holds what can be seen at its zoom and no more, which keeps the map quick on weak graphics. Each line of a file
is one tile: `z/x/y`, a space, and GeoJSON. Tiles with nothing in them are left out.

Run once by hand when a source changes; its output is committed, so neither the dashboard nor its tests need it:

    python -m scripts.basemap ne_10m_roads_us.shp

It needs npm and pip on the path, and about 500 MB of temporary disk. The roads are Natural Earth's, of the United
States, as a shapefile on this machine. Sources and licences are listed in dashboard/assets/basemap/LICENSE.md.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from dashboard.deck.basemap import COUNTIES_FROM_ZOOM, MAX_ZOOM
from scripts.basemap import names, roads
from scripts.basemap.geometry import Line, inside, joined, tolerance
from scripts.basemap.sources import Topology, fetch, polygons_of, shapes
from scripts.basemap.tiles import Tile, cut, thinned, write_tiles

Shapes = list[list[Line]]
"""Polygons as lists of rings, or lines as lists of one line."""


def main() -> None:
    """Fetch the sources and write every file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("roads", type=Path, help="path of Natural Earth's ne_10m_roads as a shapefile (.shp)")
    path = parser.parse_args().roads
    if not path.is_file():
        parser.error(
            f"There are no roads at {path}: name the shapefile ne_10m_roads (.shp) of Natural Earth."
        )
    with tempfile.TemporaryDirectory() as folder:
        files = fetch(Path(folder))
    counties = Topology(files["counties-10m.json"])
    countries = Topology(files["countries-10m.json"])
    state_arcs = counties.shared_arcs("states", lambda g: g["id"])
    write_tiles("shapes", shape_tiles(counties, state_arcs, countries, files))
    towns = names.cities_by_rank(files["cities1000.json"])
    lines = county_tiles(counties, state_arcs)
    roads.add([line for parts in shapes(path.read_bytes()) for line in parts], towns, lines)
    write_tiles("lines", lines)
    write_tiles("names", names.tiles_of(names.labels(counties, countries, towns)))


def county_tiles(counties: Topology, state_arcs: set[int]) -> dict[Tile, list[Any]]:
    """Borders of counties, in the fine tiles of the roads: further in, a coarse one would draw many out of sight."""
    arcs = counties.shared_arcs("counties", lambda g: g["id"]) - state_arcs
    borders = [[line] for line in joined(counties.arcs[i] for i in sorted(arcs))]
    found: dict[Tile, list[Any]] = {}
    for zoom in range(COUNTIES_FROM_ZOOM, MAX_ZOOM["lines"] + 1):
        cut("county", thinned("county", borders, zoom, MAX_ZOOM["lines"]), zoom, found)
    return found


def shape_tiles(
    counties: Topology, state_arcs: set[int], countries: Topology, files: dict[str, bytes]
) -> dict[Tile, list[Any]]:
    """Land, lakes, and borders of countries and states."""
    (usa,) = [g for g in countries.objects["countries"]["geometries"] if g.get("id") == "840"]
    usa_shape = countries.polygons(usa)
    provinces = [
        part
        for parts in shapes(files["ne_10m_admin_1_states_provinces_lines.shp"])
        for part in parts
        if tolerance(part[0]) < 0.1 and part[0][1] > 14.3 and not inside(part[len(part) // 2], usa_shape)
    ]
    borders = countries.shared_arcs("countries", lambda g: g["properties"]["name"])
    layers: dict[str, tuple[int, Shapes]] = {  # kind: lowest zoom that shows it, shapes
        "land": (
            0,
            [p for parts in shapes(files["ne_10m_land.shp"]) for p in polygons_of(parts) if p[0][0][1] > -60],
        ),
        "lake": (2, [p for p in shapes(files["ne_10m_lakes.shp"]) if tolerance(p[0][0]) < 0.1]),
        "state": (
            3,
            [[line] for line in joined(counties.arcs[i] for i in sorted(state_arcs))]
            + [[line] for line in joined(provinces)],
        ),
        "country": (1, [[line] for line in joined(countries.arcs[i] for i in sorted(borders))]),
    }
    found: dict[Tile, list[Any]] = {}
    for kind, (lowest, whole) in layers.items():
        current = whole
        for zoom in range(MAX_ZOOM["shapes"], lowest - 1, -1):
            current = thinned(kind, current, zoom, MAX_ZOOM["shapes"])
            cut(kind, current, zoom, found)
    return found


if __name__ == "__main__":
    main()
