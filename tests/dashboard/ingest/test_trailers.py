"""Trailers are asked for only while somebody looks at them."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from dashboard.fleet.names import Names
from dashboard.ingest import polling
from dashboard.ingest import trailers as module
from dashboard.ingest.trailers import TrailerPoller, newest, trailers_frame
from tests.dashboard.catena import T0, TOKEN, TRAILER_LOCATIONS, TRAILERS, Catena, trailer_row
from tests.dashboard.frames import NOW
from tests.dashboard.trailers import trailer
from tests.dashboard.waiting import running, until


@pytest.fixture
def catena():
    made = Catena(page_size=2)
    made.rows[TRAILERS] = [trailer_row("trailer", n, trailer_name=f"Trailer {n}") for n in range(5)]
    made.rows[TRAILER_LOCATIONS] = [
        trailer_row(
            "l",
            n,
            trailer_id=f"trailer-{n}",
            occurred_at=T0,
            location={"type": "Point", "coordinates": [n, 42.0]},
        )
        for n in range(5)
    ]
    return made


@pytest.fixture
def clock():
    """A clock that only the test moves on."""
    return SimpleNamespace(now=1000.0)


@pytest.fixture
def poller(catena, clock):
    made = TrailerPoller(catena.client(), lambda: Names(fleets={"f1": "North"}), lambda: clock.now)
    yield made
    made.close()


def test_nothing_is_asked_before_somebody_looks(catena, poller):
    assert poller.state.snapshot is None
    assert not catena.asked


def test_who_looks_first_starts_it_and_all_pages_are_read(catena, poller):
    poller.watch()
    until(lambda: poller.state.snapshot is not None)
    frame = poller.state.snapshot.trailers
    assert frame["name"].tolist() == [f"Trailer {n}" for n in range(5)]
    assert set(frame["fleet"]) == {"North"}
    assert catena.asked[TRAILER_LOCATIONS] == 3
    for _ in range(5):
        poller.watch()
    assert catena.asked[TRAILER_LOCATIONS] == 3, "looking often does not ask more often"


def test_it_ends_when_nobody_looks_any_more_and_starts_again(catena, poller, clock, monkeypatch):
    monkeypatch.setattr(polling, "WAKE_SPACING_SECONDS", 0.05)
    others = running("trailers")
    poller.watch()
    until(lambda: poller.state.snapshot is not None)
    clock.now += module.IDLE_SECONDS + 1
    poller.wake()
    until(lambda: running("trailers") <= others)
    assert poller.state.snapshot is None, "old places are not kept to be shown later"
    asked = catena.asked[TRAILER_LOCATIONS]
    poller.watch()
    until(lambda: poller.state.snapshot is not None)
    assert catena.asked[TRAILER_LOCATIONS] == asked + 3
    assert len(running("trailers") - others) == 1


def test_a_failed_poll_keeps_the_last_trailers_and_says_why(catena, poller):
    poller.poll_once()
    good = poller.state.snapshot
    catena.failing[TRAILER_LOCATIONS] = (503, {"message": "down"})
    poller.poll_once()
    assert poller.state.snapshot is good
    assert poller.state.problem
    del catena.failing[TRAILER_LOCATIONS]
    poller.poll_once()
    assert (poller.state.problem, poller.state.snapshot.version) == ("", good.version + 1)


def test_the_newest_location_of_a_trailer_counts_within_an_answer_and_over_all_of_them():
    old, new = trailer("t", lon=1.0, at=NOW - timedelta(hours=1)), trailer("t", lon=2.0)
    timeless, ahead = trailer("t", lon=3.0, at=None), trailer("t", lon=4.0, at=NOW + timedelta(hours=1))
    for rows in ([old, new], [new, old], [old, new, timeless], [ahead, new]):
        assert newest(rows, {}, NOW)["t"].location == new.location
    for before, now, kept in ((new, old, new), (old, new, new), (new, timeless, timeless), (ahead, new, new)):
        assert newest([now], {"t": before}, NOW)["t"] is kept


def test_of_two_polls_the_newer_location_wins(catena, poller):
    poller.poll_once()
    older = T0.replace("12:00", "11:00")
    for moved in catena.rows[TRAILER_LOCATIONS]:
        moved["location"] = {"type": "Point", "coordinates": [77.0, 42.0]}
    catena.rows[TRAILER_LOCATIONS][0]["occurred_at"] = older
    poller.poll_once()
    assert poller.state.snapshot.trailers["lon"].tolist() == [0.0, 77.0, 77.0, 77.0, 77.0]


def test_refused_names_cost_no_positions_and_are_tried_again_ever_later(catena, poller, clock):
    catena.failing[TRAILERS] = (403, {"message": "no"})
    catena.rows[TRAILER_LOCATIONS][0]["trailer_id"] = "1a2b3c4d-5e6f"
    assert poller.poll_once() == module.POLL_SECONDS
    assert poller.state.problem == ""
    assert poller.state.snapshot.trailers["name"].tolist()[:2] == ["Trailer 1a2b3c4d", "Trailer trailer-"]
    for _ in range(5):
        poller.poll_once()
    assert catena.asked[TRAILERS] == 1
    clock.now += 30
    del catena.failing[TRAILERS]
    poller.poll_once()
    assert poller.state.snapshot.trailers["name"].tolist()[1] == "Trailer 1"


def test_while_polls_fail_one_request_is_made_and_the_pause_grows(catena, poller):
    catena.failing[TRAILER_LOCATIONS] = (500, {"message": "down"})
    pauses = []
    for _ in range(6):
        catena.requests.clear()
        pauses.append(poller.poll_once())
        assert [path for path, _query in catena.requests if path != TOKEN] == [TRAILER_LOCATIONS]
    assert pauses == [30, 60, 120, 240, 300, 300]
    assert poller.state.retry_at > datetime.now(UTC) + timedelta(seconds=280)
    catena.failing.clear()
    assert poller.poll_once() == 30
    assert poller.state.retry_at is None
    catena.failing[TRAILER_LOCATIONS] = (429, {"code": 429, "detail": {"retry_after_seconds": 3600}})
    assert poller.poll_once() == pytest.approx(3600, rel=0.01)


@pytest.mark.parametrize(
    "odd",
    [
        {"source_name": None},
        {"connection_id": None, "trailer_id": None},
        {"occurred_at": "0001-01-01T00:00:00+14:00"},
        {"occurred_at": "9999-12-31T23:59:59-12:00"},
        {"location": "near Topeka"},
        {"h3_index_11": -1},
        {"fleet_id": 7},
    ],
    ids=str,
)
def test_an_odd_row_costs_no_other(catena, poller, odd):
    catena.rows[TRAILER_LOCATIONS][0] |= odd
    catena.rows[TRAILER_LOCATIONS].append("a row")
    poller.poll_once()
    assert poller.state.problem == ""
    assert len(poller.state.snapshot.trailers) == 5
    assert poller.state.snapshot.unreadable == 1


@pytest.mark.parametrize(
    "given",
    [{"lon": 0.0, "lat": 0.0}, {"lat": 89.0}, {"lon": 181.0}, {"deleted_at": NOW}],
)
def test_what_cannot_be_drawn_has_no_place(given):
    frame = trailers_frame([trailer("t", **given)], {}, Names())
    assert np.isnan(frame[["lon", "lat"]].to_numpy(dtype=float)).all()


def test_no_trailers_are_a_frame_without_rows():
    assert len(trailers_frame([], {}, Names())) == 0


def test_a_trailer_without_a_name_is_called_by_its_plate_which_is_known_as_such(catena, poller):
    catena.rows[TRAILERS] = [
        trailer_row("trailer", 0, trailer_name="Box", license_plate_number=" AB-1 ", vin="VIN0"),
        trailer_row("trailer", 1, license_plate_number="AB-2"),
        trailer_row("trailer", 2),
    ]
    poller.poll_once()
    frame = poller.state.snapshot.trailers.head(4)
    assert frame["name"].tolist() == ["Box", "AB-2", "", "Trailer trailer-"]
    assert frame["plate"].tolist() == ["AB-1", "AB-2", "", ""]
    assert frame["vin"].tolist() == ["VIN0", "", "", ""]
