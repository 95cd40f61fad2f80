"""When a page looks for the next snapshot: once for each, and sooner where what is said changes meanwhile."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from dashboard.door.connections import Connections
from dashboard.fleet.counters import CYCLE_SECONDS
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest.polling import PollState
from dashboard.ui.map import pulse, status
from tests.dashboard.catena import FLEETS, LOCATIONS, Catena
from tests.dashboard.ui.map.page import run

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def catena():
    return Catena()


def taken(seconds):
    return Snapshot(1, NOW - timedelta(seconds=seconds), pd.DataFrame())


def told(app):
    """What the page has told its pulse."""
    (element,) = (
        one.proto for one in app.get("bidi_component") if one.proto.js_source_path.endswith("pulse.js")
    )
    return json.loads(element.json)


@pytest.mark.parametrize(
    ("state", "turn", "seconds"),
    [
        (PollState(taken(0)), 0, 16),
        (PollState(taken(0)), 2, 18),
        (PollState(taken(0)), 9, 23.5),
        (PollState(taken(4)), 1, 13),
        (PollState(taken(17)), 0.5, 5),
        (PollState(taken(17), published_at=NOW - timedelta(seconds=14)), 0.5, 2.5),
        (PollState(taken(0), poll_seconds=5), 0, 6),
        (PollState(taken(0), poll_seconds=5), 9, 8.5),
        (PollState(taken(0), poll_seconds=2), 9, 3.4),
        (PollState(taken(3.6), poll_seconds=2), 9, 2),
        (PollState(taken(0), poll_seconds=3600), 0, 30),
        (PollState(taken(46)), 0, 5),
        (PollState(taken(1), problem="503."), 0, 5),
        (PollState(taken(1), poll_seconds=2, problem="503."), 0, 2),
        (PollState(), 0, 5),
    ],
    ids=[
        "a little after the next one",
        "in its turn",
        "the last of very many",
        "from its age on",
        "it is late: again after a while",
        "it takes long to be made",
        "polls of 5 s",
        "polls of 5 s, the last of very many",
        "polls of 2 s, the last of very many",
        "polls of 2 s, late",
        "polls of an hour",
        "interrupted",
        "the last poll failed",
        "the last of quick polls failed",
        "nothing yet",
    ],
)
def test_when_a_page_looks_again(state, turn, seconds):
    assert pulse.due(state, NOW, turn) == pytest.approx(seconds)


def test_a_page_always_asks_in_its_turn(service, monkeypatch):
    monkeypatch.setattr(Connections, "__len__", lambda _: 100)
    service.poller.poll_once()
    service.poller.state = PollState(replace(service.poller.state.snapshot, taken_at=datetime.now(UTC)))
    app = run()
    share = app.session_state["map_pulse_share"]
    assert 0 <= share < 1
    assert told(app)["age"] + told(app)["due"] == pytest.approx(16 + 3 * share)
    app.run()
    assert told(app)["age"] + told(app)["due"] == pytest.approx(16 + 3 * share)
    assert told(app)["retry"] == 5


@pytest.mark.parametrize("kiosk", ["", "1"], ids=["map", "wall"])
def test_a_page_asks_on_during_an_outage_and_before_the_first_answer(service, catena, kiosk):
    assert told(run(kiosk=[kiosk]))["due"] == 5
    for path in (LOCATIONS, FLEETS):
        catena.failing[path] = (503, {"message": "down"})
    service.poller.poll_once()
    assert told(run(kiosk=[kiosk])) == {"age": None, "due": 5, "retry": 5, "texts": {}}


def test_a_page_asks_on_after_a_defect(service, monkeypatch):
    service.poller.poll_once()
    monkeypatch.setattr(status, "numbers", None)
    app = run()
    assert "defect" in app.error[0].value
    assert told(app)["due"] > 0


def test_the_wall_draws_the_next_fleet_in_its_turn(service):
    service.poller.poll_once()
    app = run(kiosk=["cycle"])
    assert not app.exception
    assert 0 < told(app)["due"] <= CYCLE_SECONDS


def test_until_the_first_trailers_have_come_they_are_looked_for(service, monkeypatch):
    service.poller.poll_once()
    service.poller.state = PollState(replace(service.poller.state.snapshot, taken_at=datetime.now(UTC)))
    monkeypatch.setattr(service.trailers, "start", lambda: None)
    assert told(run(trailers=["1"]))["due"] == 5
