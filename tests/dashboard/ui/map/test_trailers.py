"""Trailers on the page: only when wanted, and why there are none."""

import re

import pytest

from tests.dashboard.catena import (
    TRAILER_LOCATIONS,
)
from tests.dashboard.ui.map.drives import catena_with_histories
from tests.dashboard.ui.map.page import (
    asked,
    layer,
    words,
)
from tests.dashboard.waiting import until


@pytest.fixture
def catena():
    return catena_with_histories()


def test_trailers_are_not_asked_for_until_somebody_wants_them(open_page, service, catena):
    app = open_page()
    assert catena.asked[TRAILER_LOCATIONS] == 0
    (switch,) = (toggle for toggle in app.toggle if toggle.label == "Trailers")
    assert not switch.value
    switch.set_value(True).run()
    assert asked(app, "trailers") == ["1"]
    until(lambda: service.trailers.state.snapshot is not None)
    app.run()
    assert layer(app, "trailers")["data"].startswith("feed/trailers.json?")
    assert "**0** trailers." in words(app)
    assert layer(app, "vehicles")


def test_trailers_that_cannot_be_read_are_said_so(open_page, service, catena):
    catena.failing[TRAILER_LOCATIONS] = (403, {"code": 403, "message": "Forbidden", "detail": None})
    app = open_page(trailers="1")
    until(lambda: service.trailers.state.problem)
    app.run()
    assert "No trailers yet." in words(app)
    assert re.search(r"Trying again in (30|29) s", words(app).replace("\\", ""))
    assert layer(app, "vehicles"), "the map itself is not affected"


def test_trailers_that_no_row_tells_of_are_counted(open_page, service, catena):
    catena.rows[TRAILER_LOCATIONS] = ["no row"]
    app = open_page(trailers="1")
    until(lambda: service.trailers.state.snapshot is not None)
    app.run()
    assert "**0** trailers. Without position: 1 (unreadable answer)." in words(app)
