"""The built-in basemap: its files, its layers, and that it asks nobody outside for anything."""

import gzip
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pydeck as pdk
import pytest

from dashboard import basemap

FOLDER = Path(basemap.__file__).parent / "assets" / "basemap"
GOLDEN = Path(__file__).parent / "layers_light.json"
SHAPES = ("land", "lakes", "countries", "states", "counties")


def points(coordinates: Any) -> Iterator[list[float]]:
    if isinstance(coordinates[0], (int, float)):
        yield coordinates
    else:
        for part in coordinates:
            yield from points(part)


def spec(layers: list[pdk.Layer]) -> list[dict[str, Any]]:
    return json.loads(pdk.Deck(layers=layers, map_provider=None).to_json())["layers"]


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_are_geojson_within_the_world(name: str) -> None:
    feature = json.loads((FOLDER / f"{name}.json").read_text())
    assert feature["type"] == "Feature"
    assert feature["geometry"]["type"] in ("MultiPolygon", "MultiLineString")
    count = 0
    for lon, lat in points(feature["geometry"]["coordinates"]):
        assert -180 <= lon <= 180
        assert -90 <= lat <= 90
        count += 1
    assert count > 1000


@pytest.mark.parametrize("name", ["land", "lakes"])
def test_rings_are_closed_and_do_not_cross_the_antimeridian(name: str) -> None:
    for polygon in json.loads((FOLDER / f"{name}.json").read_text())["geometry"]["coordinates"]:
        for ring in polygon:
            assert len(ring) >= 4
            assert ring[0] == ring[-1]
            assert all(abs(a[0] - b[0]) < 180 for a, b in pairwise(ring))


def test_the_files_stay_small() -> None:
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 6)) for path in FOLDER.glob("*.json")}
    assert set(sizes) == {f"{name}.json" for name in (*SHAPES, "labels")}
    assert sum(sizes.values()) < 600_000, sizes


def test_names_can_be_drawn_and_cover_the_continent() -> None:
    labels = json.loads((FOLDER / "labels.json").read_text())
    assert {c for label in labels for c in label["n"]} <= set(basemap.CHARACTERS)
    names = {(label["k"], label["n"]) for label in labels}
    for name in (
        ("country", "Mexico"),
        ("state", "TX"),
        ("state", "ON"),
        ("city", "Chicago"),
        ("city", "Montréal"),
    ):
        assert name in names
    assert sum(label["k"] == "state" for label in labels) == 50 + 13
    assert all(-180 <= label["x"] <= 180 and -85 <= label["y"] <= 85 for label in labels)


def test_the_most_important_names_come_last_because_the_later_one_stays() -> None:
    labels = json.loads((FOLDER / "labels.json").read_text())
    ranks = [label["r"] for label in labels if label["k"] == "city"]
    assert ranks == sorted(ranks, reverse=True)
    assert labels[-1]["n"] == "New York"


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
def test_layers_ask_nobody_outside_and_stay_the_same(theme: basemap.Theme) -> None:
    layers = spec(basemap.layers(theme, "../assets/"))
    assert "http" not in json.dumps(layers)
    assert layers == spec(basemap.layers(theme, "../assets/"))
    assert len({layer["id"] for layer in layers}) == len(layers)
    assert not any(layer["pickable"] for layer in layers)
    for layer in layers[1:]:
        assert layer["data"].startswith("../assets/basemap/")


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
def test_style(setting: str, theme: basemap.Theme, expected: tuple[str | None, str | None]) -> None:
    assert basemap.style(setting, theme) == expected


def test_a_deck_with_the_built_in_style_names_no_map() -> None:
    provider, style = basemap.style("", "light")
    deck = pdk.Deck(layers=basemap.layers("light", ""), map_provider=provider, map_style=style)
    assert "http" not in deck.to_json()
