"""The list below the map, and the files of what it holds."""

from datetime import UTC, datetime

import pytest
import streamlit as st

from dashboard.fleet.export import file_name
from dashboard.ui.map import export
from tests.dashboard.catena import (
    location,
)
from tests.dashboard.ui.map.drives import catena_with_histories
from tests.dashboard.ui.map.page import button, table, words


@pytest.fixture
def catena():
    return catena_with_histories()


def test_the_list_holds_the_maps_rows_and_those_that_cannot_be_drawn(open_page):
    app = open_page()
    rows = table(app)
    assert len(rows) == 24
    assert "**24** vehicles · page 1 of 1" in words(app)
    assert rows.set_index("Vehicle").loc["Truck c", "On the map"] == "no: no position reported"
    filtered = table(open_page(fleet="fleet-1"))
    assert set(filtered["Fleet"]) == {"Line fleet-1"}


def test_the_list_marks_the_vehicle_chosen_on_the_map_and_says_where_it_is(open_page):
    app = open_page(vehicle="b")
    rows = table(app)
    assert rows.loc[rows["Chosen"] == "chosen", "Vehicle"].tolist() == ["Truck b"]
    assert "Chosen on the map: **Truck b** is on page 1." in words(app)
    app.text_input(key="list_text").set_value("spare").run()
    assert "**Truck b** is not in this list." in words(app)


def test_search_sort_and_pages(open_page):
    app = open_page()
    app.text_input(key="list_text").set_value("spare v1").run()
    assert table(app)["Vehicle"].tolist() == [f"Spare v{n}" for n in range(10, 20)]
    (down,) = (toggle for toggle in app.toggle if toggle.label == "Descending")
    down.set_value(True).run()
    assert table(app)["Vehicle"].tolist()[0] == "Spare v19"
    app.text_input(key="list_text").set_value("nobody like this").run()
    assert "No vehicle matches the filters and the search." in words(app)


def test_a_page_of_the_list_can_be_turned(open_page, catena):
    extra = [location(f"x{n:03}", at=datetime.now(UTC).isoformat()) for n in range(30)]
    catena.locations([*catena.rows["/v2/telematics/vehicle-locations"], *extra])
    app = open_page()
    app.selectbox(key="list_size").set_value(25).run()
    assert "page 1 of 3" in words(app)
    assert len(table(app)) == 25
    assert button(app, "Previous page").disabled
    button(app, "Next page").click().run()
    button(app, "Next page").click().run()
    assert len(table(app)) == 54 - 50
    assert button(app, "Next page").disabled
    app.text_input(key="list_text").set_value("truck").run()
    assert "page 1 of 1" in words(app), "a search begins at its first page"


def test_files_are_offered_but_not_built(open_page, monkeypatch):
    built = []
    for kind, (label, media_type, _) in export.FORMATS.items():
        monkeypatch.setitem(export.FORMATS, kind, (label, media_type, built.append))
    app = open_page(fleet="fleet-1")
    offered = app.get("download_button")
    assert [element.proto.label for element in offered] == [
        "CSV, for spreadsheets",
        "GeoJSON, for maps",
        "Parquet, for analysis",
    ]
    assert "3 vehicles, as the filters leave them" in words(app)
    assert not built


def test_a_file_holds_the_moment_that_its_name_says(open_page, service, catena, monkeypatch):
    offered = {}
    monkeypatch.setattr(
        st, "download_button", lambda _label, data, *, file_name, **_rest: offered.update({file_name: data})
    )
    open_page()
    said = service.feed.lists.snapshot().taken_at
    catena.locations([])
    service.poller.poll_once()
    service.feed.lists.snapshot(refresh=True)
    write = offered[file_name(said, "csv")]
    assert b",-88,42," in write(), "not of the newer snapshot, in which no vehicle has a place"
