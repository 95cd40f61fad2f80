"""Trails on the page: fetched, replayed, put away."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.runtime.workers import Workers
from dashboard.ui.map import trails
from tests.dashboard.catena import VEHICLES, vehicle
from tests.dashboard.ui.map.drives import catena_with_histories
from tests.dashboard.ui.map.page import button, deck, labels, late, layer, loaded, words


@pytest.fixture
def catena():
    return catena_with_histories()


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


def test_trails_stay_when_their_vehicles_get_other_names(open_page, service, monkeypatch):
    app = open_page(trail=["a", "b"], hours="6")
    held = loaded(app)
    before = late(app)
    monkeypatch.setattr(service.feed.trail_sets, "names", lambda *_: {"a": "Truck 7", "b": "Truck b"})
    held.named = -1  # as after a start, when names come a moment after positions
    app.run()
    assert held.names == {"a": "Truck 7", "b": "Truck b"}
    app._run(before)
    assert app.session_state["trail_set"] is held
    assert with_trail(app).value == ["a", "b"]
    monkeypatch.undo()
    with_trail(app).set_value(["b"]).run()
    assert list(loaded(app).names) == ["b"]


def test_of_two_vehicles_with_one_name_one_can_be_taken_away(open_page, catena):
    catena.rows[VEHICLES] = [vehicle(name, vehicle_name="Unit 7") for name in ("a", "b", "c")]
    app = open_page(trail=["a", "b", "c"], hours="6")
    assert loaded(app).names == {name: f"Unit 7 ({name})" for name in "abc"}
    with_trail(app).set_value(["a", "c"]).run()
    assert list(loaded(app).names) == ["a", "c"]


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
    ids = [f"v{n:02}" for n in range(21)]
    app = open_page(trail=ids[:19], hours="6", vehicle=ids[19])
    loaded(app)
    button(app, "Add to trails").click().run()
    loaded(app)
    app.query_params["vehicle"] = ids[20]
    app.run()
    button(app, "Add to trails").click().run()
    assert "Trails can be shown for 20 vehicles at once." in words(app)
    assert list(app.session_state["trail_set"].names) == ids[:20]


def test_fetching_can_be_cancelled_and_what_has_come_is_kept(open_page, service, monkeypatch):
    app = open_page(vehicle="a")
    monkeypatch.setattr(Workers, "submit", lambda *_: None)
    button(app, "Show trail").click().run()
    assert "Cancel" in labels(app)
    assert layer(app, "trails") is None
    button(app, "Cancel").click().run()
    loaded(app)
    assert "Cancelled: the history of 1 of 1 vehicles was not fetched." in words(app)
