"""Vehicle icons: inside the atlas, and each a shape of its own."""

import base64
from xml.etree import ElementTree as ET

from dashboard import icons

NAMES = {
    "moving",
    "moving_unknown",
    "stopped",
    "unknown",
    "late",
    "moving_late",
    "silent",
    "trailer",
    "selected",
}


def test_mapping_lies_inside_the_atlas_without_overlap() -> None:
    root = ET.fromstring(icons.SVG)
    width, height = int(root.attrib["width"]), int(root.attrib["height"])
    seen: set[int] = set()
    for cell in icons.MAPPING.values():
        assert 0 <= cell["x"] <= width - cell["width"]
        assert 0 <= cell["y"] <= height - cell["height"]
        columns = set(range(cell["x"], cell["x"] + cell["width"]))
        assert not columns & seen
        seen |= columns
        assert cell["anchorX"] * 2 == cell["width"]
        assert cell["anchorY"] * 2 == cell["height"]
        assert cell["mask"]


def test_every_state_has_an_icon_of_its_own() -> None:
    assert set(icons.MAPPING) == NAMES
    root = ET.fromstring(icons.SVG)
    shapes = [ET.tostring(group[0]) + b"".join(map(ET.tostring, group[1:])) for group in root]
    assert len(set(shapes)) == len(NAMES)


def test_the_atlas_is_an_address_without_a_request() -> None:
    prefix = "data:image/svg+xml;base64,"
    assert icons.ATLAS.startswith(prefix)
    assert base64.b64decode(icons.ATLAS.removeprefix(prefix)).decode() == icons.SVG
