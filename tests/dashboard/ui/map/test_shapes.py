"""The key of the shapes: each shape of the map is explained, in both themes."""

import re

import pytest

from dashboard.deck import assets, icons
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


def test_the_key_is_beside_the_legend_with_a_picture_of_the_atlas_for_each_text(service):
    service.poller.poll_once()
    html = "".join(element.proto.body for element in run().get("html"))
    items = re.findall(r'<li><img alt="" src="([^"#]+)#svgView\(viewBox\(([\d,]+)\)\)">([^<]+)</li>', html)
    assert [text for _, _, text in items] == list(shapes.MEANINGS.values())
    assert {address for address, _, _ in items} == {assets.url(assets.FROM_PAGES, "icons/light.svg")}
    cells = icons.mapping("light")
    for shape, (_, place, _) in zip(shapes.MEANINGS, items, strict=True):
        cell = cells[icons.name(shape, icons.MARK["light"])]
        assert [int(number) for number in place.split(",")] == [
            cell[side] for side in ("x", "y", "width", "height")
        ]
