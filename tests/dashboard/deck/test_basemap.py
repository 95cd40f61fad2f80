"""The built-in basemap: its files, its layers, and that it asks nobody outside for anything."""

import functools
import gzip
import json
import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pydeck as pdk
import pytest

from dashboard.deck import assets, basemap
from dashboard.fleet.colours import Theme

FOLDER = assets.FOLDER / "basemap"
GOLDEN = Path(__file__).parent / "layers_light.json"
KINDS = {
    "shapes": {"land", "lake", "state", "country"},
    "lines": {"county", "road", "main"},
    "names": {"country", "state", "hub", "city"},
}


SERIES = ("shapes", "lines", "names")


def content(series: str) -> bytes:
    return gzip.decompress((FOLDER / f"{series}.tiles.gz").read_bytes())


@functools.cache
def tiles(series: str) -> dict[tuple[int, ...], list[dict[str, Any]]]:
    pairs = (line.split(" ", 1) for line in content(series).decode().splitlines())
    return {tuple(map(int, key.split("/"))): json.loads(text)["features"] for key, text in pairs}


def points(coordinates: Any) -> Iterator[list[float]]:
    if isinstance(coordinates[0], (int, float)):
        yield coordinates
    else:
        for part in coordinates:
            yield from points(part)


def spec(layers: list[pdk.Layer]) -> list[dict[str, Any]]:
    return json.loads(pdk.Deck(layers=layers, map_provider=None).to_json())["layers"]


def layers(theme: Theme, assets_url: str) -> list[pdk.Layer]:
    return [*basemap.ground(theme, assets_url), basemap.names(theme, assets_url)]


def longitudes(tile: tuple[int, ...]) -> tuple[float, float]:
    z, x, _ = tile
    side = 360 / 2**z
    return x * side - 180, (x + 1) * side - 180


@pytest.mark.parametrize("series", SERIES)
def test_tiles_are_of_known_zooms_and_kinds(series: str) -> None:
    found = tiles(series)
    assert max(z for z, _, _ in found) == basemap.MAX_ZOOM[series]
    assert all(0 <= x < 2**z and 0 <= y < 2**z for z, x, y in found)
    assert {feature["properties"]["k"] for tile in found.values() for feature in tile} == KINDS[series]


@pytest.mark.parametrize("series", ["shapes", "lines"])
def test_shapes_lie_in_their_tiles(series: str) -> None:
    for tile, features in tiles(series).items():
        west, east = longitudes(tile)
        air = (east - west) * 0.011 + 0.01
        for feature in features:
            kind, geometry = feature["properties"]["k"], feature["geometry"]
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
                assert all(
                    min(a[0], b[0]) <= east + air and max(a[0], b[0]) >= west - air
                    for line in geometry["coordinates"]
                    for a, b in pairwise(line)
                )


def test_what_one_view_loads_stays_small() -> None:
    """Twelve tiles of 512 px cover a screen of 1920 by 1080 even at their smallest."""
    for series, limit in (("shapes", 50_000), ("lines", 20_000), ("names", 4_000)):
        for line in content(series).splitlines():
            assert len(gzip.compress(line, 6)) < limit, line[:20]
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 6_000_000


def kilometres(zoom: int, kind: str) -> float:
    """Of all roads of a kind at a zoom."""
    return sum(
        math.hypot((a[0] - b[0]) * math.cos(math.radians(a[1])), a[1] - b[1]) * 111.2
        for (z, _, _), features in tiles("lines").items()
        if z == zoom
        for feature in features
        if feature["properties"]["k"] == kind
        for line in feature["geometry"]["coordinates"]
        for a, b in pairwise(line)
    )


def test_there_are_more_roads_the_closer_one_looks() -> None:
    """Main roads from zoom 4, some others from 6, all from 8: about as long as the source's 313,000 km in all."""
    assert min(z for z, _, _ in tiles("lines")) == basemap.ROADS_FROM_ZOOM == 4
    assert 40_000 < kilometres(4, "main") < 80_000
    assert kilometres(5, "road") == 0
    assert 10_000 < kilometres(6, "road") < kilometres(8, "road") / 2
    # A stretch that crosses the edge of a tile is in both.
    assert 313_000 < kilometres(8, "main") + kilometres(8, "road") < 375_000


def stretches(tile: tuple[int, ...]) -> int:
    """How many straight pieces a tile has: what a computer without a graphics card has to draw."""
    return sum(
        len(line) - 1
        for series in ("shapes", "lines")
        for feature in tiles(series).get(tile, [])
        if feature["geometry"]["type"] == "MultiLineString"
        for line in feature["geometry"]["coordinates"]
    )


@pytest.mark.parametrize("zoom", range(basemap.ROADS_FROM_ZOOM, basemap.MAX_ZOOM["lines"] + 1))
def test_roads_leave_a_tile_light(zoom: int) -> None:
    """With all counties and roads from zoom 6, one tile there had up to 4,316 and drew half the frames."""
    assert max(stretches(tile) for tile in {**tiles("shapes"), **tiles("lines")} if tile[0] == zoom) < 1_000


def places(zoom: int) -> int:
    return sum(len(features) for (z, _, _), features in tiles("names").items() if z == zoom)


def test_there_are_more_names_the_closer_one_looks() -> None:
    counts = [places(zoom) for zoom in range(2, basemap.MAX_ZOOM["names"] + 1)]
    assert counts == sorted(set(counts))
    assert counts[-1] > 10_000


def test_names_can_be_drawn_and_cover_the_continent() -> None:
    names = [feature["properties"] for features in tiles("names").values() for feature in features]
    assert {c for name in names for c in name["n"]} <= set(basemap.CHARACTERS)
    known = {(name["k"], name["n"]) for name in names}
    for name in (
        ("country", "Mexico"),
        ("state", "TX"),
        ("state", "ON"),
        ("hub", "Chicago"),
        ("hub", "Montréal"),
        ("city", "Québec"),
    ):
        assert name in known
    assert len({name for kind, name in known if kind == "state"}) > 55
    assert len({name for kind, name in known if kind == "city"}) > 400


def test_names_lie_in_their_tiles() -> None:
    for tile, features in tiles("names").items():
        west, east = longitudes(tile)
        off = 0.006 if tile[0] < 8 else 0.0006  # by rounding
        assert all(west - off <= feature["geometry"]["coordinates"][0] <= east + off for feature in features)


@pytest.mark.parametrize("zoom", range(1, basemap.MAX_ZOOM["names"] + 1))
def test_names_keep_clear_of_each_other(zoom: int) -> None:
    placed: list[tuple[float, float, int]] = []
    for (z, _, _), features in tiles("names").items():
        if z == zoom:
            for feature in features:
                lon, lat = feature["geometry"]["coordinates"]
                y = math.degrees(math.asinh(math.tan(math.radians(lat))))
                placed.append((lon, y, len(feature["properties"]["n"])))
    pixel = 360 / (512 * 2**zoom * 0.71)  # degrees, where a tile is drawn smallest
    placed.sort(key=lambda name: name[1])
    for i, (ax, ay, an) in enumerate(placed):
        for bx, by, bn in placed[i + 1 :]:
            if by - ay > 12 * pixel:
                break
            assert abs(ax - bx) > (an + bn) / 2 * 6 * pixel, (ax, bx, by)


def test_licences_are_noted() -> None:
    text = (FOLDER / "LICENSE.md").read_text()
    for word in ("Natural Earth", "Census", "ISC", "GeoNames", "CC BY 4.0", "Michael Bostock", "Roads"):
        assert word in text


def test_layers_are_exactly_these() -> None:
    """A golden copy of what deck.gl gets: an upgrade of pydeck that changes it shows here.

    To accept a change, write the new value into layers_light.json.
    """
    assert spec(layers("light", "assets/")) == json.loads(GOLDEN.read_text())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_layers_ask_nobody_outside_and_stay_the_same(theme: Theme) -> None:
    found = spec(layers(theme, "../assets/"))
    assert "http" not in json.dumps(found)
    assert found == spec(layers(theme, "../assets/"))
    assert len({layer["id"] for layer in found}) == len(found)
    assert not any(layer["pickable"] for layer in found)
    assert [layer["data"].partition("?")[0] for layer in found[1:]] == [
        "../assets/basemap/shapes/{z}/{x}/{y}.json",
        "../assets/basemap/lines/{z}/{x}/{y}.json",
        "../assets/basemap/names/{z}/{x}/{y}.json",
    ]


def test_themes_differ_in_colour_alone() -> None:
    light, dark = spec(layers("light", "")), spec(layers("dark", ""))
    assert light != dark
    assert [layer["id"] for layer in light] == [layer["id"] for layer in dark]


def test_roads_are_asked_for_only_where_there_are_some() -> None:
    found = {layer["id"]: layer for layer in spec(layers("light", ""))}
    assert found["basemap-lines"]["minZoom"] == basemap.ROADS_FROM_ZOOM
    assert found["basemap-shapes"]["minZoom"] == found["basemap-names"]["minZoom"] == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_roads_are_seen_but_quieter_than_anything_to_read(theme: Theme) -> None:
    colours = basemap.COLOURS[theme]
    against_land = [
        contrast(colour, colours.land)
        for colour in (colours.road, colours.main_road, colours.state_text, colours.city_text)
    ]
    assert against_land == sorted(against_land)
    assert against_land[0] > 1.2
    assert contrast(colours.city_text, colours.main_road) > 3


def contrast(one: basemap.Rgba, other: basemap.Rgba) -> float:
    """As WCAG counts."""

    def light(colour: basemap.Rgba) -> float:
        parts = [c / 255 / 12.92 if c < 11 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05

    dark, bright = sorted((light(one), light(other)))
    return bright / dark


def test_no_end_of_the_ocean_comes_into_sight() -> None:
    """In a window of 3840 pixels that looks at either end of the world from as far out as one can."""
    half_a_window = 3840 / 2 / (512 * 2**basemap.FARTHEST_ZOOM) * 360
    for end in (-180, 180):
        assert min(lon for lon, _ in basemap.OCEAN) <= end - half_a_window
        assert max(lon for lon, _ in basemap.OCEAN) >= end + half_a_window
    assert min(abs(lat) for _, lat in basemap.OCEAN) > 85.06  # beyond Mercator's world


@pytest.mark.parametrize(
    ("setting", "zoom"), [("", 12), ("carto", 20), ("https://tiles.example.com/style.json", 20)]
)
def test_closest_zoom(setting: str, zoom: float) -> None:
    assert basemap.closest_zoom(setting) == zoom


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
    deck = pdk.Deck(layers=layers("light", ""), map_provider=provider, map_style=style)
    assert "http" not in deck.to_json()
