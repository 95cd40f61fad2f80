"""The live map page with its layers, list and trails, run by Streamlit's own test runner."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import streamlit as st

from dashboard.fleet.export import file_name
from dashboard.ui.map import density, trails
from tests.dashboard.catena import (
    TRAILER_LOCATIONS,
    TRAILERS,
    Histories,
    fleet,
    location,
    trailer_row,
    vehicle,
)
from tests.dashboard.ui.map.test_live_map import (  # noqa: F401 - a fixture
    asked,
    deck,
    late,
    layer,
    run,
    said,
    service,
)
from tests.dashboard.waiting import until


@pytest.fixture
def catena():
    """Vehicle a drove for an hour, b stood, c has no position; 21 more stand around."""
    made, now = Histories(), datetime.now(UTC)
    made.rows["/v2/orgs/fleets"] = [fleet("fleet-1"), fleet("fleet-2")]
    others = [f"v{n:02}" for n in range(21)]
    made.rows["/v2/telematics/vehicles"] = [
        *map(vehicle, "abc"),
        *(vehicle(name, fleet_id="fleet-2", vehicle_name=f"Spare {name}") for name in others),
    ]
    made.rows[TRAILER_LOCATIONS] = [
        trailer_row("l", 0, trailer_id="trailer-0", occurred_at=now.isoformat(), location=None)
    ]
    made.rows[TRAILERS] = []
    made.locations(
        [
            *(
                location("a", lon=-88 + n * 0.01, at=(now - timedelta(minutes=60 - n)).isoformat())
                for n in range(60)
            ),
            location("b", lon=-90.0, speed=0.0, at=now.isoformat()),
            location("c", location=None, at=now.isoformat()),
            *(location(name, fleet_id="fleet-2", at=now.isoformat()) for name in others),
        ]
    )
    return made


@pytest.fixture
def open_page(service):  # noqa: F811
    def opened(**query):
        service.poller.poll_once()
        until(lambda: service.poller.directory.names.vehicles)
        service.poller.poll_once()
        app = run(**query)
        assert not app.exception
        return app

    return opened


def button(app, label):
    (found,) = (button for button in app.button if button.label == label)
    return found


def labels(app):
    return {button.label for button in app.button}


def table(app):
    (found,) = app.dataframe
    return found.value


def words(app):
    """What the page says, without Markdown's escapes."""
    return re.sub(r"\\(.)", r"\1", said(app))


def loaded(app):
    """Run on until the trails asked for have been fetched."""
    held = app.session_state["trail_set"]
    until(lambda: held.progress.finished)
    app.run()
    assert not app.exception
    return held


# Hexagons


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


# Trailers


def test_trailers_are_not_asked_for_until_somebody_wants_them(open_page, service, catena):  # noqa: F811
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


def test_trailers_that_cannot_be_read_are_said_so(open_page, service, catena):  # noqa: F811
    catena.failing[TRAILER_LOCATIONS] = (403, {"code": 403, "message": "Forbidden", "detail": None})
    app = open_page(trailers="1")
    until(lambda: service.trailers.state.problem)
    app.run()
    assert "No trailers yet." in words(app)
    assert re.search(r"Trying again in (30|29) s", words(app).replace("\\", ""))
    assert layer(app, "vehicles"), "the map itself is not affected"


def test_trailers_that_no_row_tells_of_are_counted(open_page, service, catena):  # noqa: F811
    catena.rows[TRAILER_LOCATIONS] = ["no row"]
    app = open_page(trailers="1")
    until(lambda: service.trailers.state.snapshot is not None)
    app.run()
    assert "**0** trailers. Not placeable: 1 (unreadable answer)." in words(app)


# The list


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
    monkeypatch.setattr("dashboard.ui.map.export._build", lambda *given: built.append(given))
    app = open_page(fleet="fleet-1")
    offered = app.get("download_button")
    assert [element.proto.label for element in offered] == [
        "CSV, for spreadsheets",
        "GeoJSON, for maps",
        "Parquet, for analysis",
    ]
    assert "3 vehicles, as the filters leave them" in words(app)
    assert not built


def test_a_file_holds_the_moment_that_its_name_says(open_page, service, catena, monkeypatch):  # noqa: F811
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


# Trails


def test_a_trail_is_shown_replayed_and_put_away(open_page):
    app = open_page(vehicle="a")
    button(app, "Show trail").click().run()
    held = loaded(app)
    assert held.names == {"a": "Truck a"}
    assert {"trails", "trail_stops", "replay"} <= {found["id"] for found in deck(app)["layers"]}
    assert layer(app, "vehicles")["opacity"] < 0.5
    assert not layer(app, "vehicles")["pickable"]
    assert layer(app, "chosen") is None, "the ring marks where the vehicle is now"
    (spot,) = layer(app, "replay")["data"]
    assert spot["name"] == "Truck a"
    numbers = " ".join(element.proto.body for element in app.get("html"))
    assert "Truck a</th><td>30.3 mi</td><td>59 min</td><td>0</td><td>45 mph</td>" in numbers

    first = held.trails["a"].times[0].item()
    app.slider(key="trail_moment").set_value(first + timedelta(minutes=15)).run()
    (spot,) = layer(app, "replay")["data"]
    assert spot["p"][0] == pytest.approx(-88 + 0.15, abs=1e-3)
    button(app, "Play").click().run()
    assert "Pause" in labels(app)
    assert app.session_state["trail_play"].since is not None
    button(app, "Pause").click().run()
    assert app.session_state["trail_play"].at >= (first + timedelta(minutes=15)).replace(tzinfo=UTC)

    button(app, "Close trails").click().run()
    assert layer(app, "trails") is None
    assert layer(app, "vehicles")["opacity"] == 1
    assert "Close trails" not in labels(app)


def test_a_busy_browser_that_sends_an_older_moment_back_moves_nothing(open_page):
    app = open_page(vehicle="a")
    button(app, "Show trail").click().run()
    held = loaded(app)
    first, end = (held.trails["a"].times[place].item() for place in (0, -1))
    half = first + timedelta(minutes=30)

    def moved(to: datetime) -> datetime:
        app.slider(key="trail_moment").set_value(to).run()
        return app.session_state["trail_play"].at.replace(tzinfo=None)

    assert moved(first) == first
    assert moved(end) == end, "moved by hand, there and back"
    button(app, "Play").click().run()
    assert first <= moved(end) < half, "what the slider showed before it began"
    assert "Pause" in labels(app)
    assert half <= moved(half) < end, "moved by hand, it plays on from there"
    assert "Pause" in labels(app)


def with_trail(app):
    (found,) = (widget for widget in app.multiselect if widget.label.startswith("Vehicles with a trail"))
    return found


def test_trails_come_together_and_can_be_taken_away_one_by_one(open_page):
    app = open_page(vehicle="a")
    button(app, "Show trail").click().run()
    loaded(app)
    app.query_params["vehicle"] = "b"
    app.run()
    before = late(app)
    button(app, "Add to trails").click().run()
    assert list(loaded(app).names) == ["a", "b"]
    app._run(before)  # a busy browser still shows the trail of one
    assert list(loaded(app).names) == ["a", "b"]
    assert len(layer(app, "replay")["data"]) == 2
    with_trail(app).set_value(["b"]).run()
    assert list(loaded(app).names) == ["b"]
    with_trail(app).set_value([]).run()
    assert layer(app, "trails") is None


def test_another_span_of_hours_is_fetched_anew(open_page):
    app = open_page(vehicle="a")
    button(app, "Show trail").click().run()
    assert loaded(app).hours == trails.USUAL_HOURS
    (hours,) = (group for group in app.button_group if group.label == "Look back")
    hours.set_value(24).run()
    assert loaded(app).hours == 24


def test_a_history_that_fails_or_is_empty_is_said_in_a_sentence(open_page, catena):
    app = open_page(vehicle="c")
    catena.locations(
        [row for row in catena.rows["/v2/telematics/vehicle-locations"] if row["vehicle_id"] != "c"]
    )
    button(app, "Show trail").click().run()
    loaded(app)
    assert "Truck c reported nothing in the last 6 hours." in words(app)
    assert not app.slider

    app.query_params["vehicle"] = "b"
    app.run()
    catena.failing["/v2/telematics/vehicle-locations"] = (503, {"message": "down"})
    button(app, "Add to trails").click().run()
    loaded(app)
    assert "The history of Truck b could not be fetched, the others are not affected" in words(app)


def test_no_more_than_20_vehicles_have_trails(open_page):
    app = open_page()
    ids = [f"v{n:02}" for n in range(21)]
    app.query_params["vehicle"] = ids[0]
    app.run()
    button(app, "Show trail").click().run()
    for vehicle_id in ids[1:]:
        loaded(app)
        app.query_params["vehicle"] = vehicle_id
        app.run()
        button(app, "Add to trails").click().run()
    assert "Trails can be shown for 20 vehicles at once." in words(app)
    assert len(app.session_state["trail_set"].names) == 20


def test_fetching_can_be_cancelled_and_what_has_come_is_kept(open_page, service, monkeypatch):  # noqa: F811
    app = open_page(vehicle="a")
    monkeypatch.setattr(service.history._pool, "submit", lambda *_: None)
    button(app, "Show trail").click().run()
    assert "Cancel" in labels(app)
    assert layer(app, "trails") is None
    button(app, "Cancel").click().run()
    loaded(app)
    assert "Cancelled: the history of 1 of 1 vehicles was not fetched." in words(app)
