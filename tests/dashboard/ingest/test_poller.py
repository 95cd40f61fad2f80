"""The poller: what it publishes, what stays when it fails, and what it asks for."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from catena_client import RetryPolicy
from dashboard.fleet.notices import reasons
from dashboard.ingest import polling
from dashboard.ingest.concurrency import Concurrency
from dashboard.ingest.poller import Poller
from dashboard.ingest.snapshot_builder import SnapshotBuilder
from tests.dashboard.catena import (
    FLEETS,
    FRESHNESS,
    LOCATIONS,
    TOKEN,
    TSPS,
    USERS,
    VEHICLES,
    fleet,
    full_catena,
    location,
    vehicle,
)
from tests.dashboard.waiting import running, until


def poller_of(catena, seconds=15.0, **options):
    return Poller(catena.client(**options), Concurrency(), seconds)


def test_names_join_positions():
    catena = full_catena()
    poller = poller_of(catena)
    poller.poll_once()
    until(lambda: poller.directory.names.drivers)
    poller.poll_once()
    rows = poller.state.snapshot.vehicles.set_index("vehicle_id")
    assert list(rows["name"]) == ["Truck a", "Truck b", "Truck never-located"]
    assert list(rows["fleet"]) == ["Line fleet-1", "Line fleet-2", "Line fleet-2"]
    assert list(rows["provider"]) == ["Geotab"] * 3
    assert list(rows["driver"]) == ["Driver 0001", "Driver 0001", ""]
    assert list(rows["position_error"]) == ["", "", "no position reported"]
    poller.close()


def test_a_list_that_may_not_be_read_costs_only_its_own_names():
    catena = full_catena()
    catena.failing["/v2/telematics/users"] = (403, {"code": 403, "message": "Forbidden", "detail": None})
    poller = poller_of(catena)
    poller.poll_once()
    until(lambda: poller.directory.names.vehicles)
    poller.poll_once()
    assert poller.state.problem == ""
    assert list(poller.state.snapshot.vehicles["name"])[:2] == ["Truck a", "Truck b"]
    poller.close()


def test_failure_keeps_the_last_snapshot_and_says_why():
    catena = full_catena()
    poller = poller_of(catena)
    poller.poll_once()
    good = poller.state.snapshot
    catena.failing["/v2/telematics/vehicle-locations"] = (503, {"message": "down"})
    poller.poll_once()
    assert poller.state.snapshot is good
    assert "503" in poller.state.problem
    since = poller.state.failing_since
    poller.poll_once()
    assert poller.state.failing_since == since
    del catena.failing["/v2/telematics/vehicle-locations"]
    poller.poll_once()
    assert poller.state.problem == ""
    assert poller.state.snapshot.version == good.version + 1
    poller.close()


def test_wrong_credentials_cause_one_attempt_and_a_pause():
    catena = full_catena()
    catena.failing["/realms/catena/protocol/openid-connect/token"] = (401, {"error": "invalid_client"})
    poller = poller_of(catena, seconds=2)
    assert poller.poll_once() >= polling.CREDENTIALS_PAUSE_SECONDS
    poller.poll_once()
    assert catena.asked["/realms/catena/protocol/openid-connect/token"] == 1
    assert "refused" in poller.state.problem
    assert "secret" in poller.state.problem
    poller.close()


def test_a_defect_of_ours_is_not_the_end(monkeypatch):
    poller = poller_of(full_catena())
    monkeypatch.setattr(SnapshotBuilder, "build", lambda *_, **__: 1 / 0)
    poller.poll_once()
    assert poller.state.problem.startswith("The dashboard could not read")
    monkeypatch.undo()
    poller.poll_once()
    assert poller.state.problem == ""
    poller.close()


def test_waking_polls_early_and_closing_ends_the_thread(monkeypatch):
    monkeypatch.setattr(polling, "WAKE_SPACING_SECONDS", 0.05)
    catena = full_catena()
    others = running("positions")
    poller = poller_of(catena, seconds=3600)
    poller.start()
    assert len(running("positions") - others) == 1
    until(lambda: poller.state.snapshot is not None)
    first = poller.state.snapshot.version
    poller.wake()
    until(lambda: poller.state.snapshot.version > first)
    poller.close()
    assert running("positions") <= others


class Life:
    """A poller's life in fast motion: pauses, and the client's waits, move a clock of its own."""

    def __init__(self, catena, seconds=15.0):
        self.catena, self.now = catena, 0.0
        retry = RetryPolicy(sleep=self._pass)
        self.poller = Poller(catena.client(retry=retry), Concurrency(), seconds, clock=lambda: self.now)
        self.calls = []

    def _pass(self, seconds):
        self.now += seconds

    def live(self, seconds):
        """Poll until so much time has passed, and note when each request was made."""
        end = self.now + seconds
        while self.now < end:
            before = self.catena.asked.total()
            pause = self.poller.poll_once()
            until(lambda: not self.poller.directory.busy)
            self.calls += [self.now] * (self.catena.asked.total() - before)
            self.now += pause

    def most_a_minute(self, since):
        return max(
            sum(start <= call < start + 60 for call in self.calls) for start in self.calls if start >= since
        )


def answers(status, **detail):
    body = {"code": status, "message": "no", "detail": detail or None}
    return dict.fromkeys((FLEETS, LOCATIONS, VEHICLES, USERS, TSPS, FRESHNESS), (status, body))


@pytest.mark.parametrize(
    ("failing", "began", "seconds"),
    [
        pytest.param(answers(429), True, 2, id="429"),
        pytest.param(answers(429, retry_after_seconds=0.05), True, 15, id="429 with a time"),
        pytest.param(answers(429), False, 15, id="429 from the start"),
        pytest.param(answers(500), True, 2, id="500"),
        pytest.param(answers(500), False, 15, id="500 from the start"),
        pytest.param(answers(403), True, 15, id="403"),
        pytest.param(answers(200), True, 15, id="answers that are none"),
        pytest.param({TOKEN: (503, {})}, False, 15, id="no token"),
    ],
)
def test_a_lasting_failure_is_asked_about_ever_less(failing, began, seconds):
    catena = full_catena()
    life = Life(catena, seconds)
    if began:
        life.live(1)
        life.now, life.calls = 0.0, []
    catena.failing = failing
    life.live(1800)
    assert life.poller.state.problem
    assert life.most_a_minute(since=120) <= 6
    assert life.most_a_minute(since=1000) <= 1, "at last one call in five minutes"
    catena.failing = {}
    life.live(300)
    assert life.poller.state.problem == ""
    assert len(life.poller.state.snapshot.vehicles) >= 2
    life.poller.close()


def test_while_polls_fail_only_one_request_is_made_and_once():
    catena = full_catena()
    life = Life(catena)
    life.live(1)
    catena.failing = answers(500)
    life.live(1)
    catena.requests.clear()
    for _ in range(4):
        life.live(1)
        ((path, _query),) = catena.requests
        assert path == LOCATIONS
        catena.requests.clear()
    life.poller.close()


def test_the_pause_after_failures_doubles_up_to_five_minutes_and_ends_with_the_first_success():
    catena = full_catena()
    poller = poller_of(catena)
    catena.failing[LOCATIONS] = (503, {"message": "down"})
    assert [poller.poll_once() for _ in range(7)] == [15, 30, 60, 120, 240, 300, 300]
    assert poller_of(catena, seconds=900).poll_once() == 900, "never more often than usual"
    catena.failing.clear()
    assert poller.poll_once() == 15
    catena.failing[LOCATIONS] = (503, {"message": "down"})
    assert poller.poll_once() == 15
    poller.close()


def test_nobody_asks_sooner_than_the_api_allows_and_the_state_says_when():
    catena = full_catena()
    catena.failing |= answers(429, retry_after_seconds=3600)
    others = running("positions")
    poller = poller_of(catena, seconds=0.01)
    poller.start()
    until(lambda: poller.state.problem)
    asked = catena.asked.total()
    in_an_hour = datetime.now(UTC) + timedelta(seconds=3600)
    assert abs((poller.state.retry_at - in_an_hour).total_seconds()) < 10
    for _ in range(20):
        poller.wake()
        time.sleep(0.01)
    assert catena.asked.total() == asked
    poller.close()
    assert running("positions") <= others


@pytest.mark.parametrize("part", ["prepare", "published"])
def test_a_defect_in_what_goes_with_a_snapshot_stops_nobodys_map(part):
    poller = Poller(full_catena().client(), Concurrency(), 15.0, **{part: lambda *_snapshot: 1 / 0})
    for version in (1, 2):
        poller.poll_once()
        assert poller.state.problem == ""
        assert poller.state.snapshot.version == version
    poller.close()


def test_the_state_says_since_when_a_poll_is_under_way(monkeypatch):
    catena, seen = full_catena(), []
    respond = catena.respond
    poller = poller_of(catena)
    monkeypatch.setattr(
        catena, "respond", lambda request: seen.append(poller.state.started_at) or respond(request)
    )
    before = datetime.now(UTC)
    poller.poll_once()
    assert all(before <= moment <= datetime.now(UTC) for moment in seen)
    assert poller.state.started_at is None
    catena.failing[LOCATIONS] = (503, {"message": "down"})
    poller.poll_once()
    assert poller.state.started_at is None
    poller.close()


def test_a_slow_down_of_one_list_slows_no_positions():
    catena = full_catena()
    life = Life(catena)
    life.live(1)
    catena.failing[VEHICLES] = (429, {"code": 429, "detail": {"retry_after_seconds": 3600}})
    version = life.poller.state.snapshot.version
    life.live(900)
    assert life.poller.state.snapshot.version >= version + 60
    assert life.poller.state.problem == ""
    assert catena.asked[VEHICLES] <= 1 + 6
    life.poller.close()


def small_pages():
    """Two fleets with ten vehicles each, on pages so small that they are read by fleet."""
    catena = full_catena()
    catena.page_size = 5
    rows = [location(f"{f}-{n}", fleet_id=f"fleet-{f}") for f in (1, 2) for n in range(10)]
    catena.locations(rows)
    catena.rows[VEHICLES] = [vehicle(row["vehicle_id"], fleet_id=row["fleet_id"]) for row in rows]
    return catena


def test_a_fleet_that_cannot_be_read_at_all_stays_where_it_was_and_is_said_to_be_old():
    catena = small_pages()
    life = Life(catena)
    life.live(20)
    catena.refused |= {"fleet-2": 403, "": 500}
    for row in catena.rows[LOCATIONS]:
        row["location"]["coordinates"][0] = -70.0
        row["occurred_at"] = "2026-05-04T12:01:00Z"
    life.live(1)
    assert life.poller.state.problem == ""
    snapshot = life.poller.state.snapshot
    assert {(row.fleet_id, row.lon) for row in snapshot.vehicles.itertuples()} == {
        ("fleet-1", -70.0),
        ("fleet-2", -88.0),
    }
    assert set(snapshot.held) == {"fleet-2", ""}
    stale = [notice for notice in snapshot.notices if notice.stale]
    told = "The positions of Line fleet-2 could not be read"
    assert any(told in notice.sentence(snapshot.taken_at) for notice in stale)
    assert not any("403" in notice.sentence(snapshot.taken_at) for notice in stale), "why stands apart"
    assert any(told in why and "403" in why for why in reasons(stale))
    catena.refused.clear()
    life.live(600)
    snapshot = life.poller.state.snapshot
    assert set(snapshot.vehicles["lon"]) == {-70.0}
    assert (dict(snapshot.held), snapshot.notices) == ({}, ())
    life.poller.close()


def test_a_fleet_that_withdrew_is_gone_with_the_next_poll_though_its_vehicles_list_is_refused():
    catena = small_pages()
    life = Life(catena)
    life.live(20)
    assert len(life.poller.state.snapshot.vehicles) == 20
    catena.rows[FLEETS] = [fleet("fleet-1")]
    catena.failing[VEHICLES] = (403, {"message": "no"})
    catena.refused["fleet-2"] = 403
    catena.locations([row for row in catena.rows[LOCATIONS] if row["fleet_id"] == "fleet-1"])
    life.live(1)
    snapshot = life.poller.state.snapshot
    assert set(snapshot.vehicles["fleet_id"]) == {"fleet-1"}
    assert "fleet-2" not in life.poller.directory.names.fleets
    life.live(900)
    assert len(life.poller.state.snapshot.vehicles) == 10
    life.poller.close()
