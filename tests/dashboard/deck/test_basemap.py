"""The built-in basemap: its files, its layers, and that it asks nobody outside for anything."""

import gzip
import json
import math
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pydeck as pdk
import pytest

from dashboard.deck import assets, basemap
from dashboard.fleet.colours import Theme

FOLDER = assets.FOLDER / "basemap"
GOLDEN = Path(__file__).parent / "layers_light.json"
KINDS = {"land", "lake", "county", "state", "country"}


def tiles(series: str) -> dict[tuple[int, ...], list[dict[str, Any]]]:
    lines = (FOLDER / f"{series}.tiles").read_text().splitlines()
    pairs = (line.split(" ", 1) for line in lines)
    return {tuple(map(int, key.split("/"))): json.loads(text)["features"] for key, text in pairs}


def points(coordinates: Any) -> Iterator[list[float]]:
    if isinstance(coordinates[0], (int, float)):
        yield coordinates
    else:
        for part in coordinates:
            yield from points(part)


def spec(layers: list[pdk.Layer]) -> list[dict[str, Any]]:
    return json.loads(pdk.Deck(layers=layers, map_provider=None).to_json())["layers"]


def longitudes(tile: tuple[int, ...]) -> tuple[float, float]:
    z, x, _ = tile
    side = 360 / 2**z
    return x * side - 180, (x + 1) * side - 180


def test_shapes_lie_in_their_tiles() -> None:
    kinds = set()
    for tile, features in tiles("shapes").items():
        west, east = longitudes(tile)
        air = (east - west) * 0.011 + 0.01
        for feature in features:
            kind, geometry = feature["properties"]["k"], feature["geometry"]
            kinds.add(kind)
            assert geometry["type"] == ("MultiPolygon" if kind in ("land", "lake") else "MultiLineString")
            if geometry["type"] == "MultiPolygon":
                for lon, lat in points(geometry["coordinates"]):
                    assert west - air <= lon <= east + air
                    assert -85.1 <= lat <= 90
                for ring in (ring for polygon in geometry["coordinates"] for ring in polygon):
                    assert len(ring) >= 4
                    assert ring[0] == ring[-1]
            else:
                assert all(len(line) > 1 for line in geometry["coordinates"])
                assert all(
                    abs(a[0] - b[0]) < 180 for line in geometry["coordinates"] for a, b in pairwise(line)
                )
    assert kinds == KINDS


def test_what_one_view_loads_stays_small() -> None:
    """Twelve tiles of 512 px cover a screen of 1920 by 1080 even at their smallest."""
    for series, limit in (("shapes", 50_000), ("names", 4_000)):
        for line in (FOLDER / f"{series}.tiles").read_bytes().splitlines():
            assert len(gzip.compress(line, 6)) < limit, line[:20]
    assert sum(path.stat().st_size for path in FOLDER.glob("*.tiles")) < 5_000_000


def test_names_can_be_drawn_and_cover_the_continent() -> None:
    names = [feature["properties"] for features in tiles("names").values() for feature in features]
    assert {c for name in names for c in name["n"]} <= set(basemap.CHARACTERS)
    known = {(name["k"], name["n"]) for name in names}
    for name in (
        ("country", "Mexico"),
        ("state", "TX"),
        ("state", "ON"),
        ("city", "Chicago"),
        ("city", "Montréal"),
    ):
        assert name in known
    assert len({name for kind, name in known if kind == "state"}) > 55
    assert len({name for kind, name in known if kind == "city"}) > 400


def test_names_lie_in_their_tiles() -> None:
    for tile, features in tiles("names").items():
        west, east = longitudes(tile)
        assert all(west <= feature["geometry"]["coordinates"][0] <= east for feature in features)


@pytest.mark.parametrize("zoom", range(1, basemap.MAX_ZOOM + 1))
def test_names_keep_clear_of_each_other(zoom: int) -> None:
    placed = []
    for (z, _, _), features in tiles("names").items():
        if z == zoom:
            for feature in features:
                lon, lat = feature["geometry"]["coordinates"]
                y = math.degrees(math.asinh(math.tan(math.radians(lat))))
                placed.append((lon, y, len(feature["properties"]["n"])))
    pixel = 360 / (512 * 2**zoom * 0.71)  # degrees, where a tile is drawn smallest
    for (ax, ay, an), (bx, by, bn) in combinations(placed, 2):
        assert abs(ay - by) > 12 * pixel or abs(ax - bx) > (an + bn) / 2 * 6 * pixel


def test_licences_are_noted() -> None:
    text = (FOLDER / "LICENSE.md").read_text()
    for word in ("Natural Earth", "Census", "ISC", "GeoNames", "CC BY 4.0", "Michael Bostock"):
        assert word in text


def test_layers_are_exactly_these() -> None:
    """A golden copy of what deck.gl gets: an upgrade of pydeck that changes it shows here.

    To accept a change, write the new value into layers_light.json.
    """
    assert spec(basemap.layers("light", "assets/")) == json.loads(GOLDEN.read_text())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_layers_ask_nobody_outside_and_stay_the_same(theme: Theme) -> None:
    layers = spec(basemap.layers(theme, "../assets/"))
    assert "http" not in json.dumps(layers)
    assert layers == spec(basemap.layers(theme, "../assets/"))
    assert len({layer["id"] for layer in layers}) == len(layers)
    assert not any(layer["pickable"] for layer in layers)
    assert [layer["data"].partition("?")[0] for layer in layers[1:]] == [
        "../assets/basemap/shapes/{z}/{x}/{y}.json",
        "../assets/basemap/names/{z}/{x}/{y}.json",
    ]


def test_themes_differ_in_colour_alone() -> None:
    light, dark = spec(basemap.layers("light", "")), spec(basemap.layers("dark", ""))
    assert light != dark
    assert [layer["id"] for layer in light] == [layer["id"] for layer in dark]


@pytest.mark.parametrize(
    ("setting", "theme", "expected"),
    [
        ("", "light", (None, None)),
        ("", "dark", (None, None)),
        ("carto", "light", ("carto", pdk.map_styles.CARTO_LIGHT)),
        ("carto", "dark", ("carto", pdk.map_styles.CARTO_DARK)),
        ("https://tiles.example.com/style.json", "light", ("carto", "https://tiles.example.com/style.json")),
    ],
)
def test_style(setting: str, theme: Theme, expected: tuple[str | None, str | None]) -> None:
    assert basemap.style(setting, theme) == expected


def test_a_deck_with_the_built_in_style_names_no_map() -> None:
    provider, style = basemap.style("", "light")
    deck = pdk.Deck(layers=basemap.layers("light", ""), map_provider=provider, map_style=style)
    assert "http" not in deck.to_json()
