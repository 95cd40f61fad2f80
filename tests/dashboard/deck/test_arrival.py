"""A fleet's vehicles as they come onto the map."""

from typing import Any

import pytest

from dashboard.deck.arrival import NAME_LETTERS, NAMED, fleet_layers


def truck(name: str, lon: float = -88.0, lat: float = 42.0) -> dict[str, Any]:
    return {"p": [lon, lat], "shape": "moving", "angle": -90, "name": name}


def drawn(*vehicles: dict[str, Any], glide_ms: int = 0, gathered: bool = False) -> dict[str, Any]:
    layers = fleet_layers(vehicles, theme="light", assets_url="assets/", glide_ms=glide_ms, gathered=gathered)
    return {str(layer.id): layer for layer in layers}


def test_gathered_they_are_in_their_middle_and_have_no_names_yet() -> None:
    layers = drawn(truck("A", -90, 40), truck("B", -80, 42), gathered=True)
    assert list(layers) == ["arrived_rings", "arrived"]
    assert {tuple(row["p"]) for layer in layers.values() for row in layer.data} == {(-85.0, 41.0)}


def test_apart_they_have_rings_and_names_that_glide_along() -> None:
    layers = drawn(truck("A", -90), truck("🚚 B|" + "x" * 90, -80), glide_ms=1500)
    assert list(layers) == ["names", "arrived_rings", "arrived"]
    assert all(layer.transitions == {"getPosition": 1500} for layer in layers.values())
    assert [row["p"] for row in layers["arrived"].data] == [[-90, 42.0], [-80, 42.0]]
    named, ring = layers["names"], layers["arrived_rings"]
    left = named.get_pixel_offset[0] - named.background_padding[0]
    assert left > ring.get_radius + ring.get_line_width / 2, "no letter lies under the ring"
    grown = named.collision_test_props["padding"][0]
    assert grown > named.get_pixel_offset[0], "or deck.gl, which looks at the vehicle's place, draws no name"
    assert max(len(row["name"]) for row in named.data) == NAME_LETTERS
    letters = {letter for row in named.data for letter in row["name"]}
    assert letters <= set(str(named.character_set)), "what is not in the set is not drawn"


@pytest.mark.parametrize(
    ("vehicles", "layers"),
    [
        ([], ["arrived_rings", "arrived"]),
        ([truck("")], ["arrived_rings", "arrived"]),
        ([truck("A")] * (NAMED + 1), ["arrived"]),
    ],
    ids=["none", "unnamed", "many"],
)
def test_what_has_no_name_or_too_many_have_none(vehicles: list[dict[str, Any]], layers: list[str]) -> None:
    assert list(drawn(*vehicles)) == layers
