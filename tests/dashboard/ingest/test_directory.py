"""Names: each list in its own time, tried again sooner when it is refused, and never again and again in vain."""

import threading
from itertools import pairwise

import pytest

from dashboard.ingest.directory import CONNECTIONS, DRIVERS, FEW, FLEETS, PROVIDERS, VEHICLES, Directory
from tests.dashboard import catena as api
from tests.dashboard.catena import Catena, fleet, full_catena, vehicle
from tests.dashboard.waiting import until

PATHS = {
    CONNECTIONS: api.FRESHNESS,
    DRIVERS: api.USERS,
    PROVIDERS: api.TSPS,
    VEHICLES: api.VEHICLES,
    FLEETS: api.FLEETS,
}


class Desk:
    """A directory with a clock that only the test moves on."""

    def __init__(self, catena):
        self.catena, self.now = catena, 1000.0
        self.directory = Directory(catena.client(), clock=lambda: self.now)
        self.changes = 0

    def look(self, vehicle_ids=(), *, seconds=0):
        """One poll `seconds` after the last one, and what it started."""
        self.now += seconds
        self.directory.refresh_fleets()
        self.directory.refresh_when_due(vehicle_ids, self.changed)
        until(lambda: not self.directory.busy)
        return self.directory.names

    def changed(self):
        self.changes += 1


@pytest.fixture
def catena():
    return full_catena()


@pytest.fixture
def desk(catena):
    made = Desk(catena)
    yield made
    made.directory.close()


def test_unknown_vehicles_are_asked_for_by_id_once(desk, catena):
    desk.look(["a"])
    before = catena.asked[api.VEHICLES]
    catena.rows[api.VEHICLES].append(vehicle("late"))
    assert "late" in desk.look(["a", "late", "nobody", "c/made-up"], seconds=20).vehicles
    assert catena.asked[api.VEHICLES] == before + 1
    for _ in range(5):
        desk.look(["a", "late", "nobody", "c/made-up"], seconds=20)
    assert catena.asked[api.VEHICLES] == before + 1, "a vehicle without a name is not asked for again"


def test_many_vehicles_that_no_list_names_do_not_make_everything_be_read_again(desk, catena):
    nobody = [f"v{n}" for n in range(FEW + 1)]
    for _ in range(29):
        desk.look(nobody, seconds=20)
    assert catena.asked[api.VEHICLES] == 1
    catena.rows[api.VEHICLES].append(vehicle("v7"))
    desk.look(nobody, seconds=40)
    assert catena.asked[api.VEHICLES] == 2, "with the next full reading"
    assert desk.directory.names.vehicles["v7"].name == "Truck v7"


def test_many_vehicles_that_appear_at_once_are_read_with_all_others_once(desk, catena):
    desk.look(["a"])
    nobody = [f"v{n}" for n in range(FEW + 1)]
    for _ in range(5):
        desk.look(nobody, seconds=20)
    assert catena.asked[api.VEHICLES] == 2


@pytest.mark.parametrize("what", [PROVIDERS, VEHICLES, DRIVERS, CONNECTIONS])
@pytest.mark.parametrize("status", [403, 500])
def test_a_refused_list_costs_only_what_it_names_and_is_tried_again_sooner_but_ever_later(
    desk, catena, what, status
):
    path = PATHS[what]
    catena.failing[path] = (status, {"message": "no"})
    asked = []
    for _ in range(90):
        before = catena.asked[path]
        names = desk.look(["a", "new"], seconds=10)
        assert catena.asked[path] - before <= 1
        if catena.asked[path] > before:
            asked.append(desk.now)
    pauses = [later - sooner for sooner, later in pairwise(asked)]
    assert pauses == [30, 60, 120, 240, 300]
    assert set(desk.directory.refused) == {what}
    assert str(status) in desk.directory.refused[what].error
    others = {PROVIDERS: names.providers, VEHICLES: names.vehicles, DRIVERS: names.drivers}
    assert all(found for other, found in others.items() if other != what)
    del catena.failing[path]
    desk.look(seconds=300)
    assert not desk.directory.refused


def test_a_list_that_asks_for_a_longer_pause_gets_it(desk, catena):
    catena.failing[api.USERS] = (429, {"code": 429, "detail": {"retry_after_seconds": 3600}})
    for _ in range(59):
        desk.look(seconds=60)
    assert catena.asked[api.USERS] == 1
    assert catena.asked[api.TSPS] == 6


def test_a_refused_list_of_fleets_keeps_the_last_one_and_is_not_asked_at_every_poll(desk, catena):
    names = desk.look()
    catena.failing[api.FLEETS] = (403, {"message": "no"})
    before = catena.asked[api.FLEETS]
    for _ in range(8):
        assert desk.look(seconds=15).fleets == names.fleets
    assert catena.asked[api.FLEETS] == before + 3
    assert set(desk.directory.refused) == {FLEETS}


def test_references_are_kept_as_names_are(desk, catena):
    catena.rows[api.FLEETS] = [
        fleet("fleet-1"),
        fleet("fleet-2", fleet_ref=" both "),
        fleet("fleet-3", fleet_ref=None),
    ]
    assert desk.look().refs == {"fleet-1": "ref-fleet-1", "fleet-2": "both"}
    catena.rows[api.FLEETS] = [fleet("fleet-1", fleet_ref="new"), fleet("fleet-2", fleet_ref=""), {"id": 7}]
    assert desk.look(seconds=15).refs == {"fleet-1": "new"}, "what is listed counts"
    catena.rows[api.FLEETS] = [fleet("fleet-2", fleet_ref="both"), {"id": 7}]
    names = desk.look(seconds=15)
    assert names.refs == {"fleet-1": "new", "fleet-2": "both"}, (
        "one that is missing may be among the unreadable"
    )
    catena.failing[api.FLEETS] = (403, {"message": "no"})
    assert desk.look(seconds=15).refs == names.refs
    del catena.failing[api.FLEETS]
    catena.rows[api.FLEETS] = [fleet("fleet-2", fleet_ref="both")]
    assert desk.look(seconds=3600).refs == {"fleet-2": "both"}


def test_a_fleet_that_withdrew_is_forgotten_with_the_next_list_of_fleets(desk, catena):
    assert "never-located" in desk.look(["a"]).vehicles
    catena.failing[api.VEHICLES] = (403, {"message": "no"})
    catena.rows[api.FLEETS] = [fleet("fleet-1")]
    names = desk.look(["a"], seconds=15)
    assert "never-located" not in names.vehicles
    assert "a" in names.vehicles
    assert set(names.fleets) == {"fleet-1"}
    assert names.withdrawn == {"fleet-2"}
    assert "never-located" not in desk.look(["a"], seconds=3600).vehicles
    catena.rows[api.FLEETS] = [fleet("fleet-1"), fleet("fleet-2")]
    del catena.failing[api.VEHICLES]
    assert "never-located" in desk.look(["a"], seconds=3600).vehicles, "it came back"


@pytest.mark.parametrize("many", [2, FEW + 1])
def test_a_fleet_that_withdrew_but_still_sends_positions_is_not_asked_about_again_and_again(
    desk, catena, many
):
    ids = [f"v{n}" for n in range(many)]
    catena.rows[api.VEHICLES] += [vehicle(vehicle_id, fleet_id="fleet-2") for vehicle_id in ids]
    desk.look(ids)
    catena.rows[api.FLEETS] = [fleet("fleet-1")]
    before = catena.asked[api.VEHICLES]
    for _ in range(25):
        assert "v0" not in desk.look(ids, seconds=20).vehicles
    assert catena.asked[api.VEHICLES] <= before + 2
    catena.rows[api.FLEETS].append(fleet("fleet-2"))
    assert "v0" in desk.look(ids, seconds=20).vehicles, "it came back"


def test_a_list_of_vehicles_read_before_a_fleet_withdrew_does_not_bring_it_back(desk, catena):
    desk.look(["a"])
    catena.rows[api.FLEETS] = [fleet("fleet-1")]
    assert "never-located" not in desk.look(["a"], seconds=700).vehicles


def test_names_are_read_in_the_background_and_called_back_only_when_theychanged(desk):
    desk.look(["a"])
    assert desk.changes == 1
    desk.look(["a"], seconds=60)  # the connections alone
    assert desk.changes == 1


@pytest.mark.parametrize("what", [PROVIDERS, VEHICLES, DRIVERS, CONNECTIONS])
def test_a_list_that_is_never_answered_holds_up_no_other(desk, catena, monkeypatch, what):
    answer, ended, hung = catena.respond, threading.Event(), threading.Event()

    def hangs(request):
        if request.url.path == PATHS[what]:
            hung.set()
            ended.wait(30)
        return answer(request)

    monkeypatch.setattr(catena, "respond", hangs)
    for _ in range(3):
        desk.now += 20
        desk.directory.refresh_when_due(["a"], desk.changed)
    assert hung.wait(10)
    others = {
        PROVIDERS: lambda: desk.directory.names.providers,
        VEHICLES: lambda: desk.directory.names.vehicles,
        DRIVERS: lambda: desk.directory.names.drivers,
        CONNECTIONS: lambda: catena.asked[api.FRESHNESS],
    }
    try:
        until(lambda: all(found() for other, found in others.items() if other != what), seconds=3)
        assert catena.asked[PATHS[what]] == 1
    finally:
        ended.set()
    until(lambda: desk.changes == 1)


def test_a_defect_in_reading_one_list_costs_no_other(desk, monkeypatch):
    monkeypatch.setattr("dashboard.ingest.directory.full_name", lambda _user: 1 / 0)
    names = desk.look(["a"])
    assert names.vehicles
    assert set(desk.directory.refused) == {DRIVERS}


def test_a_list_of_fleets_that_is_never_answered_is_waited_for_only_a_little(monkeypatch):
    monkeypatch.setattr("dashboard.ingest.directory.FLEETS_WAIT_SECONDS", 0.05)
    catena = Catena()
    ended = []
    monkeypatch.setattr(catena, "respond", lambda _request: until(lambda: ended, seconds=30))
    desk = Desk(catena)
    desk.directory.refresh_fleets()
    desk.directory.refresh_fleets()
    assert catena.asked.total() <= 1, "and not asked for a second time meanwhile"
    ended.append(True)
    desk.directory.close()
