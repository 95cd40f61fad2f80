"""The key of the shapes: each shape of the map is explained, in both themes."""

import base64
import re
import xml.etree.ElementTree as ET

import pytest

from dashboard.deck import icons
from dashboard.ui.map import shapes
from tests.dashboard.catena import FLEETS, VEHICLES, Catena, fleet, location, vehicle
from tests.dashboard.ui.map.page import run


@pytest.fixture
def catena():
    made = Catena()
    made.rows[FLEETS], made.rows[VEHICLES] = [fleet("fleet-1")], [vehicle("a")]
    made.locations([location("a")])
    return made


def test_every_shape_is_explained_and_none_that_is_not_drawn():
    assert shapes.MEANINGS.keys() == icons.SHAPES.keys()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("shape", icons.SHAPES)
def test_the_key_shows_the_pictures_of_the_map(shape, theme):
    inside = icons.picture(shape, theme).partition(">")[2].removesuffix("</svg>")
    assert inside
    assert inside in icons.atlas(theme)


def test_the_key_is_beside_the_legend_with_a_text_for_each_picture(service):
    service.poller.poll_once()
    html = "".join(element.proto.body for element in run().get("html"))
    items = re.findall(r'<li><img alt="" src="data:image/svg\+xml;base64,([^"]+)">([^<]+)</li>', html)
    assert [text for _, text in items] == list(shapes.MEANINGS.values())
    for picture, _ in items:
        ET.fromstring(base64.b64decode(picture))
