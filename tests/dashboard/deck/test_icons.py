"""Vehicle icons: inside the atlas, in every colour, and each a shape of its own."""

import json
import xml.etree.ElementTree as ET

import pytest

from dashboard.deck import assets, icons
from dashboard.feed.vehicle_rows import VEHICLE_SHAPES
from dashboard.fleet.colours import PALETTES

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_icon_lies_in_the_atlas_and_is_drawn(theme):
    root = ET.fromstring(icons.atlas(theme))
    width, height = int(root.attrib["width"]), int(root.attrib["height"])
    drawn = {group.attrib["transform"] for group in root.findall(f"{SVG}g") if len(group)}
    for cell in icons.mapping(theme).values():
        assert 0 <= cell["x"] <= width - cell["width"]
        assert 0 <= cell["y"] <= height - cell["height"]
        assert f"translate({cell['x']} {cell['y']})" in drawn


@pytest.mark.parametrize(("theme", "palette"), PALETTES.items())
def test_every_shape_comes_in_every_colour(theme, palette):
    mapped = icons.mapping(theme)
    every = (*palette.categories, *palette.steps, *palette.states, palette.other, palette.wrong)
    for colour in every:
        for shape in VEHICLE_SHAPES:
            assert icons.name(shape, colour) in mapped
    assert icons.name("selected", icons.MARK[theme]) in mapped


def test_no_two_shapes_are_alike():
    assert len(set(icons.SHAPES.values())) == len(icons.SHAPES)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_atlas_and_mapping_are_served(theme):
    assert assets.url("assets/", f"icons/{theme}.svg").startswith(f"assets/icons/{theme}.svg?v=")
    assert json.loads(icons.files()[f"icons/{theme}.json"]) == icons.mapping(theme)


def test_every_shape_that_can_be_pointed_at_is_there_in_its_middle():
    root = ET.fromstring(icons.atlas("light"))
    cells = {group.attrib["transform"]: group for group in root.findall(f"{SVG}g")}
    for name, cell in icons.mapping("light").items():
        ground = cells[f"translate({cell['x']} {cell['y']})"][0].attrib
        filled = ground.get("cx") == ground.get("cy") == "48" and float(ground.get("fill-opacity", 0)) > 0.05
        assert filled == (not name.startswith("selected-")), name
