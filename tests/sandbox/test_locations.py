"""Latest rows and histories: one function of time behind both, and the rules for asking."""

from datetime import UTC, datetime

import h3
import pytest

from sandbox import Fault
from tests.sandbox.conftest import START, Rig

LOCATIONS = "/v2/telematics/vehicle-locations"
HOUR = 3600.0


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def at(row) -> float:
    return datetime.fromisoformat(row["occurred_at"]).timestamp()


@pytest.fixture(scope="module")
def moving(shared: Rig):
    rows = shared.api.every(LOCATIONS, size=1000)
    return next(row for row in rows if (row["speed"] or 0) > 10 and row["driver_id"])


def history(rig: Rig, vehicle: str, **params):
    return rig.api.every(LOCATIONS, size=1000, only_latest="false", vehicle_ids=vehicle, **params)


def test_the_latest_row_is_the_end_of_the_history(shared: Rig, moving) -> None:
    last = history(shared, moving["vehicle_id"])[-1]
    book_keeping = {"id", "created_at", "source_id", "source_data_hash"}
    assert {k: v for k, v in last.items() if k not in book_keeping} == {
        k: v for k, v in moving.items() if k not in book_keeping
    }


def test_history_does_not_change_as_time_goes_on(rig: Rig) -> None:
    rows = rig.api.every(LOCATIONS, size=1000)
    vehicle = next(row["vehicle_id"] for row in rows if (row["speed"] or 0) > 10)
    window = {"from_datetime": iso(START - 5 * HOUR), "to_datetime": iso(START - HOUR)}
    before = history(rig, vehicle, **window)
    rig.clock.now += 7 * HOUR
    rig.api.sign_in(rig.sandbox)
    assert history(rig, vehicle, **window) == before
    assert len(before) > 100


def test_a_latest_row_is_updated_in_place(rig: Rig) -> None:
    rows = {row["vehicle_id"]: row for row in rig.api.every(LOCATIONS, size=1000)}
    rig.clock.now += 60
    later = {row["vehicle_id"]: row for row in rig.api.every(LOCATIONS, size=1000)}
    moved = [v for v in rows if later[v]["location"] != rows[v]["location"]]
    assert len(moved) > 0.3 * len(rows)
    assert all(later[v]["id"] == rows[v]["id"] for v in rows)
    assert all(later[v]["created_at"] == rows[v]["created_at"] for v in rows)
    assert all(at(later[v]) >= at(rows[v]) for v in rows)


def test_history_keeps_to_its_window_and_order(shared: Rig, moving) -> None:
    start, end = at(moving) - 600, at(moving)
    rows = history(shared, moving["vehicle_id"], from_datetime=iso(start), to_datetime=iso(end))
    times = [at(row) for row in rows]
    assert times == sorted(times)
    assert start <= times[0]
    assert times[-1] < end, "the end is exclusive"
    more = history(shared, moving["vehicle_id"], from_datetime=iso(times[0]), to_datetime=iso(end))
    assert [row["id"] for row in more] == [row["id"] for row in rows], "the beginning is inclusive"
    assert len({row["id"] for row in rows}) == len(rows)


def test_the_window_is_the_last_day_by_default(shared: Rig, moving) -> None:
    times = [at(row) for row in history(shared, moving["vehicle_id"])]
    assert START - 24 * HOUR <= times[0] < START - 20 * HOUR
    assert times[-1] > START - 120


def test_many_pages_of_history(shared: Rig, moving) -> None:
    window = {"from_datetime": iso(START - 4 * 24 * HOUR), "to_datetime": iso(START)}
    page = shared.api.get(
        LOCATIONS, size=1000, only_latest="false", vehicle_ids=moving["vehicle_id"], **window
    )
    assert page["total"] > 10_000
    rows = history(shared, moving["vehicle_id"], **window)
    assert len(rows) == page["total"] == len({at(row) for row in rows})


def test_a_cursor_keeps_the_window_of_its_first_page(rig: Rig) -> None:
    vehicle = rig.api.get(LOCATIONS)["items"][0]["vehicle_id"]
    asked = {"only_latest": "false", "vehicle_ids": vehicle, "size": 10}
    page = rig.api.get(LOCATIONS, **asked)
    rig.clock.now += 200
    assert rig.api.get(LOCATIONS, **asked, cursor=page["next_page"])["total"] == page["total"]


def test_by_driver(shared: Rig, moving) -> None:
    rows = shared.api.every(LOCATIONS, size=1000, only_latest="false", driver_ids=moving["driver_id"])
    assert rows == history(shared, moving["vehicle_id"])


@pytest.mark.parametrize("filters", ["none", "two vehicles", "a vehicle and a driver", "a fleet"])
def test_history_needs_exactly_one_vehicle_or_driver(shared: Rig, moving, filters: str) -> None:
    other = shared.api.get(LOCATIONS)["items"][5]["vehicle_id"]
    params = {
        "none": {},
        "two vehicles": {"vehicle_ids": [moving["vehicle_id"], other]},
        "a vehicle and a driver": {"vehicle_ids": moving["vehicle_id"], "driver_ids": moving["driver_id"]},
        "a fleet": {"fleet_ids": moving["fleet_id"]},
    }[filters]
    for path in (LOCATIONS, "/v2/telematics/engine-statuses"):
        response = shared.api("GET", path, params={"only_latest": "false", **params})
        assert response.status_code == 422
        assert response.json()["detail"][0]["path"] == "query.only_latest"


def test_spans(shared: Rig, moving) -> None:
    asked = {"only_latest": "false", "vehicle_ids": moving["vehicle_id"], "to_datetime": iso(START)}
    for days, status in ((45, 200), (45.01, 422)):
        params = {**asked, "from_datetime": iso(START - days * 24 * HOUR)}
        assert shared.api("GET", LOCATIONS, params=params).status_code == status
    backwards = {**asked, "from_datetime": iso(START + HOUR)}
    assert shared.api.get(LOCATIONS, **backwards)["total"] == 0


def test_a_window_is_ignored_for_latest_rows(shared: Rig) -> None:
    window = {"from_datetime": "2001-01-01T00:00:00Z", "to_datetime": "2002-01-01T00:00:00Z"}
    assert shared.api.get(LOCATIONS, **window)["total"] == shared.api.get(LOCATIONS)["total"]


def test_cells_are_exact(shared: Rig) -> None:
    for row in shared.api.every(LOCATIONS, size=1000):
        lon, lat = row["location"]["coordinates"]
        assert row["h3_index_11"] == h3.str_to_int(h3.latlng_to_cell(lat, lon, 11))
        assert row["h3_index_11"] > 2**53


def test_unknown_vehicles_and_vehicles_without_rows(shared: Rig) -> None:
    located = {row["vehicle_id"] for row in shared.api.every(LOCATIONS, size=1000)}
    silent = [
        v["id"] for v in shared.api.every("/v2/telematics/vehicles", size=1000) if v["id"] not in located
    ]
    assert silent
    for vehicle in (silent[0], "00000000-0000-4000-8000-000000000000"):
        assert shared.api.get(LOCATIONS, vehicle_ids=vehicle)["items"] == []
        assert history(shared, vehicle) == []


def test_trailers_follow_their_trucks_or_stand_where_they_were_dropped(shared: Rig) -> None:
    path = "/v2/telematics/trailer-locations"
    rows = shared.api.every(path, size=1000)
    hooked = [row for row in rows if row["vehicle_id"]]
    dropped = [row for row in rows if not row["vehicle_id"]]
    assert hooked
    assert dropped
    window = {"only_latest": "false", "from_datetime": iso(START - 6 * HOUR), "to_datetime": iso(START)}
    still = shared.api.every(path, size=1000, trailer_ids=dropped[0]["trailer_id"], **window)
    assert len(still) >= 20
    assert at(still[-1]) == at(dropped[0])
    assert len({row["id"] for row in still}) == len(still)
    pair = [hooked[0]["trailer_id"], hooked[-1]["trailer_id"]]
    both = shared.api.every(path, size=7, trailer_ids=pair, **window)
    apart = [shared.api.every(path, size=1000, trailer_ids=one, **window) for one in pair]
    assert sorted(row["id"] for row in both) == sorted(row["id"] for part in apart for row in part)


@pytest.mark.parametrize("kind", ["null-coordinates", "bad-coordinates", "future-clock"])
def test_vehicle_faults_hit_their_share(rig: Rig, kind: str) -> None:
    rig.sandbox.faults = [Fault(kind, 0.2)]

    def wrong(row) -> bool:
        if kind == "null-coordinates":
            return row["location"] is None
        if kind == "future-clock":
            return at(row) > START
        lon, lat = row["location"]["coordinates"]
        return not (-180 <= lon <= 180 and -90 <= lat <= 90)

    hit = {row["vehicle_id"] for row in rig.api.every(LOCATIONS) if wrong(row)}
    assert 8 <= len(hit) <= 45
    assert hit == {row["vehicle_id"] for row in rig.api.every(LOCATIONS) if wrong(row)}, (
        "always the same ones"
    )


def test_an_older_fix_takes_a_vehicle_back_in_time_and_place(rig: Rig) -> None:
    def fixes():
        return {row["vehicle_id"]: row for row in rig.api.every(LOCATIONS)}

    before = fixes()
    rig.sandbox.faults = [Fault("older-fix", 0.2)]
    after = fixes()
    assert after.keys() == before.keys()
    moved = {one for one in before if after[one] != before[one]}
    assert 10 <= len(moved) <= 40
    for one in moved:
        assert at(before[one]) - at(after[one]) >= 600
    for one in [one for one in moved if at(after[one]) > START - HOUR]:
        there = history(rig, one, from_datetime=after[one]["occurred_at"])[0]
        assert (there["occurred_at"], there["location"]) == (
            after[one]["occurred_at"],
            after[one]["location"],
        )


@pytest.mark.parametrize("kind", ["null-coordinates", "bad-coordinates", "future-clock", "older-fix"])
@pytest.mark.parametrize("seed", range(4))
def test_the_smallest_share_hits_one_vehicle_that_is_seen(kind: str, seed: int) -> None:
    rig = Rig(vehicles=12, fleets=2, seed=seed)
    before = rig.api.get(LOCATIONS)["items"]
    rig.sandbox.faults = [Fault(kind, 1e-9)]
    changed = [old != new for old, new in zip(before, rig.api.get(LOCATIONS)["items"], strict=True)]
    assert sum(changed) == 1
    rig.close()
