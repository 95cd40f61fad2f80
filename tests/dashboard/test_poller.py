"""The poller: what it publishes, what stays when it fails, and what it asks for."""

import time

from dashboard.polling.concurrency import Concurrency
from dashboard.polling.poller import CREDENTIALS_PAUSE_SECONDS, Poller
from tests.dashboard.catena import T0, Catena, fleet, location, vehicle


def poller_of(catena, seconds=15.0):
    return Poller(catena.client(), Concurrency(), seconds)


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def full_catena():
    catena = Catena()
    catena.rows["/v2/orgs/fleets"] = [fleet("fleet-1"), fleet("fleet-2")]
    catena.rows["/v2/orgs/tsps"] = [
        {"id": "tsp-1", "name": "Geotab", "slug": "geotab", "source_name": "geotab", "created_at": T0,
         "updated_at": T0, "is_sandbox": False, "status": "active", "conn_type": "api_key"}
    ]  # fmt: skip
    catena.rows["/v2/telematics/vehicles"] = [
        vehicle("a"),
        vehicle("b"),
        vehicle("never-located", fleet_id="fleet-2"),
    ]
    catena.rows["/v2/telematics/users"] = [
        {"id": "driver-1", "fleet_id": "fleet-1", "first_name": "Driver", "last_name": "0001", "connection_id": "c",
         "source_name": "geotab", "source_id": "s", "source_data_hash": "0", "created_at": T0, "updated_at": T0}
    ]  # fmt: skip
    catena.locations([location("a"), location("b", lon=-87.0, fleet_id="fleet-2")])
    return catena


def test_names_join_positions():
    catena = full_catena()
    poller = poller_of(catena)
    poller.poll_once()
    until(lambda: poller._directory.names.drivers)
    poller.poll_once()
    rows = poller.state.snapshot.vehicles.set_index("vehicle_id")
    assert list(rows["name"]) == ["Truck a", "Truck b", "Truck never-located"]
    assert list(rows["fleet"]) == ["Line fleet-1", "Line fleet-2", "Line fleet-2"]
    assert list(rows["provider"]) == ["Geotab"] * 3
    assert list(rows["driver"]) == ["Driver 0001", "Driver 0001", ""]
    assert list(rows["unplaceable"]) == ["", "", "no position reported"]
    poller.close()


def test_a_list_that_may_not_be_read_costs_only_its_own_names():
    catena = full_catena()
    catena.failing["/v2/telematics/users"] = (403, {"code": 403, "message": "Forbidden", "detail": None})
    poller = poller_of(catena)
    poller.poll_once()
    until(lambda: poller._directory.names.vehicles)
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
    assert poller.poll_once() >= CREDENTIALS_PAUSE_SECONDS
    poller.poll_once()
    assert catena.asked["/realms/catena/protocol/openid-connect/token"] == 1
    assert "refused" in poller.state.problem
    assert "secret" in poller.state.problem
    poller.close()


def test_a_defect_of_ours_is_not_the_end(monkeypatch):
    poller = poller_of(full_catena())
    monkeypatch.setattr(poller._builder, "build", lambda *_: 1 / 0)
    poller.poll_once()
    assert poller.state.problem.startswith("The dashboard could not read")
    monkeypatch.undo()
    poller.poll_once()
    assert poller.state.problem == ""
    poller.close()


def test_waking_polls_early_and_closing_ends_the_thread():
    catena = full_catena()
    poller = poller_of(catena, seconds=3600)
    poller.start()
    until(lambda: poller.state.polls >= 1)
    polls = poller.state.polls
    poller.wake()
    until(lambda: poller.state.polls > polls)
    poller.close()
    assert not poller._thread.is_alive()


def test_unknown_vehicles_are_asked_for_by_id_once():
    catena = full_catena()
    poller = poller_of(catena)
    poller.poll_once()
    until(lambda: poller._directory.names.drivers)
    catena.locations([location("a"), location("new")])
    before = catena.asked["/v2/telematics/vehicles"]
    poller._directory._unknown_at = float("-inf")
    poller.poll_once()
    until(lambda: catena.asked["/v2/telematics/vehicles"] == before + 1)
    until(lambda: "new" in poller._directory.names.vehicles)
    poller._directory._unknown_at = float("-inf")
    poller.poll_once()
    assert catena.asked["/v2/telematics/vehicles"] == before + 1, (
        "a vehicle without a name is not asked for again"
    )
    poller.close()
