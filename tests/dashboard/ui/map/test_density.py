"""Hexagons on the page: what they count is said."""

import pytest

from dashboard.ui.map import density
from tests.dashboard.ui.map.drives import catena_with_histories
from tests.dashboard.ui.map.page import asked, button, labels, layer


@pytest.fixture
def catena():
    return catena_with_histories()


def test_hexagons_take_the_place_of_vehicles_and_say_what_they_count(open_page):
    app = open_page(hex="medium")
    assert layer(app, "vehicles") is None
    assert layer(app, "hexagons")["data"].startswith("feed/hexagons.json?")
    assert "23 vehicles in 1 hexagon." in " ".join(element.proto.body for element in app.get("html"))
    assert layer(open_page(), "hexagons") is None


def test_hexagons_are_suggested_when_there_are_many_vehicles(open_page, monkeypatch):
    assert "Many vehicles: show hexagons" not in labels(open_page())
    monkeypatch.setattr(density, "SUGGESTED_ABOVE", 20)
    app = open_page()
    button(app, "Many vehicles: show hexagons").click().run()
    assert asked(app, "hex") == ["coarse"]
    assert layer(app, "hexagons")
    assert "Many vehicles: show hexagons" not in labels(app)
