"""The default world shows what the records show."""

import re
from collections import Counter
from datetime import datetime

import pytest

from sandbox.world.names import _VIN_CHARACTERS, _VIN_VALUES, _VIN_WEIGHTS, fleet_name
from sandbox.world.providers import PROVIDERS
from sandbox.world.seed import _split
from tests.sandbox.conftest import START, Rig

LOCATIONS = "/v2/telematics/vehicle-locations"


@pytest.fixture(scope="module")
def rows(shared: Rig):
    return shared.api.every(LOCATIONS, size=1000)


@pytest.fixture(scope="module")
def vehicles(shared: Rig):
    return shared.api.every("/v2/telematics/vehicles", size=1000)


def age(row) -> float:
    return START - datetime.fromisoformat(row["occurred_at"]).timestamp()


def test_counts(shared: Rig, rows, vehicles) -> None:
    fleets = shared.api.get("/v2/orgs/fleets")
    assert fleets["total"] == len(fleets["items"]) == 6
    assert len(vehicles) == 1200
    assert 1100 < len(rows) < 1200, "some vehicles have no location row"
    overview = shared.api.get("/v2/telematics/analytics/overview")
    assert (overview["fleets"], overview["vehicles"]) == (6, 1200)


def test_gaps_as_in_the_records(rows) -> None:
    share = {key: sum(row[key] is None for row in rows) / len(rows) for key in rows[0]}
    assert 0.1 < share["speed"] < 0.3
    assert 0.05 < share["odometer"] < 0.4
    assert 0.2 < share["fuel_level"] < 0.8
    assert 0.02 < share["driver_id"] < 0.12
    assert share["inferred_address"] > 0
    assert any(row["inferred_address"] == dict.fromkeys(("city", "province", "country_code")) for row in rows)
    assert any(row["inferred_address"] and row["inferred_address"]["city"] for row in rows)


def test_ages_reach_from_seconds_to_months(rows) -> None:
    ages = [age(row) for row in rows]
    assert min(ages) >= 0
    assert sum(one < 300 for one in ages) > 0.5 * len(ages)
    assert sum(5 * 3600 <= one < 24 * 3600 for one in ages) >= 10
    assert sum(one >= 24 * 3600 for one in ages) >= 10
    assert max(ages) > 100 * 24 * 3600


def test_most_vehicles_move(shared: Rig, rows) -> None:
    moving = sum((row["speed"] or 0) > 1 for row in rows)
    assert 0.4 * len(rows) < moving < 0.9 * len(rows)


def test_providers(shared: Rig, rows) -> None:
    pairs = {(row["source_name"], row["tsp_slug"]) for row in rows}
    assert ("catena_simulator", "groundhog") in pairs
    assert {("samsara", "samsara"), ("samsara", "samsara-api-key"), ("hos247", "3pl-tek")} <= pairs
    live = shared.api.every("/v2/telematics/analytics/vehicles/live-locations", size=1000)
    assert ("groundhog", "groundhog") in {(row["source_name"], row["tsp_slug"]) for row in live}
    tsps = shared.api.get("/v2/orgs/tsps")
    assert len(tsps) == len(PROVIDERS) >= 25
    assert any(tsp["is_sandbox"] for tsp in tsps)
    assert all(tsp["logo_url"] is None for tsp in tsps)
    assert {tsp["id"] for tsp in tsps} >= {row["tsp_id"] for row in rows}


def test_one_provider_is_42_minutes_late_and_its_vehicles_with_it(shared: Rig, rows) -> None:
    freshness = shared.api.get("/v2/integrations/connections/data-freshness")
    behind = {
        row["connection_id"]: START - datetime.fromisoformat(row["last_successful_execution_at"]).timestamp()
        for row in freshness
        if row["resource"] == "vehicle_location"
    }
    late = [one for one, seconds in behind.items() if 41 * 60 < seconds < 44 * 60]
    assert len(late) == 1
    assert min(age(row) for row in rows if row["connection_id"] == late[0]) >= 42 * 60
    assert sum(row["connection_id"] == late[0] for row in rows) > 50


def test_connection_states(shared: Rig, rows) -> None:
    connections = {one["id"]: one for one in shared.api.get("/v2/integrations/connections")["items"]}
    assert Counter(one["status"] for one in connections.values()).keys() == {
        "active",
        "paused",
        "failed",
        "stale",
    }
    youngest: dict[str, float] = {}
    for row in rows:
        status = connections[row["connection_id"]]["status"]
        youngest[status] = min(youngest.get(status, 1e9), age(row))
    assert youngest["paused"] < 60, "a paused connection may well deliver"
    assert youngest["failed"] >= 3 * 3600
    assert youngest["stale"] >= 26 * 3600


def test_names_alike_references_shared_and_a_default_fleet_name(shared: Rig, vehicles) -> None:
    names = Counter((one["fleet_id"], one["vehicle_name"]) for one in vehicles)
    assert max(names.values()) >= 2
    fleets = shared.api.get("/v2/orgs/fleets")["items"]
    assert max(Counter(fleet["fleet_ref"] for fleet in fleets).values()) == 2
    assert [f for f in fleets if f["name"] == f"Fleet {f['invitation_id']}" and f["display_name"] is None]


def test_two_providers_report_the_same_truck_at_the_same_place(shared: Rig, vehicles, rows) -> None:
    twice = [vin for vin, count in Counter(one["vin"] for one in vehicles).items() if count == 2]
    assert len(twice) == 8
    places = {row["vehicle_id"]: row["location"]["coordinates"] for row in rows if age(row) < 400}
    compared = 0
    for vin in twice:
        same = [one for one in vehicles if one["vin"] == vin]
        assert len({one["connection_id"] for one in same}) == 2
        near = [places[one["id"]] for one in same if one["id"] in places]
        if len(near) == 2:
            compared += 1
            assert abs(near[0][0] - near[1][0]) + abs(near[0][1] - near[1][1]) < 0.2
    assert compared >= 3


def test_vins_are_valid(vehicles) -> None:
    values = dict(zip(_VIN_CHARACTERS.tolist(), _VIN_VALUES.tolist(), strict=True))
    for vin in {one["vin"] for one in vehicles}:
        assert re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}", vin)
        check = sum(values[c] * w for c, w in zip(vin, _VIN_WEIGHTS.tolist(), strict=True) if w) % 11
        assert vin[8] == ("X" if check == 10 else str(check))


def test_no_person_has_a_name(shared: Rig) -> None:
    users = shared.api.every("/v2/telematics/users", size=1000)
    assert all(re.fullmatch(r"Driver \d{4}", f"{u['first_name']} {u['last_name']}") for u in users)


def test_a_paused_agreement_hides_its_fleet_until_it_is_activated(rig: Rig) -> None:
    agreements = rig.api.get("/v2/orgs/share-agreements", share_agreement_status="paused")["items"]
    assert len(agreements) == 1
    fleet = agreements[0]["fleet_id"]
    assert rig.api("GET", f"/v2/orgs/fleets/{fleet}").status_code == 404
    assert rig.api.get(LOCATIONS, fleet_ids=fleet)["total"] == 0
    rig.api("POST", f"/v2/orgs/share-agreements/{agreements[0]['id']}/activate")
    assert rig.api.get(f"/v2/orgs/fleets/{fleet}")["id"] == fleet
    assert rig.api.get(LOCATIONS, fleet_ids=fleet)["total"] > 0


def test_the_same_seed_gives_the_same_world_but_for_the_secrets(rows) -> None:
    again, other = Rig(token_seconds=10_000), Rig(seed=8)
    try:
        assert again.api.every(LOCATIONS, size=1000) == rows
        assert {r["vehicle_id"] for r in other.api.every(LOCATIONS, size=1000)}.isdisjoint(
            r["vehicle_id"] for r in rows
        )
    finally:
        again.close()
        other.close()


@pytest.mark.parametrize(("vehicles", "fleets"), [(0, 0), (0, 3), (1, 1), (7, 40), (5000, 300)])
def test_worlds_of_any_size(vehicles: int, fleets: int) -> None:
    rig = Rig(vehicles=vehicles, fleets=fleets)
    try:
        assert rig.api.get("/v2/telematics/vehicles")["total"] == vehicles
        assert rig.api.get("/v2/orgs/fleets")["total"] == fleets
        assert rig.api.get(LOCATIONS)["total"] <= vehicles
        assert rig.api.get("/v2/telematics/trailer-locations")["total"] <= vehicles
        assert isinstance(rig.api.get("/v2/integrations/connections/data-freshness"), list)
    finally:
        rig.close()


def test_vehicles_are_split_exactly() -> None:
    for total in (0, 1, 7, 1200):
        assert sum(_split(total, [0.34, 0.22, 0.16, 0.13, 0.10, 0.05])) == total


def test_fleet_names_differ() -> None:
    assert len({fleet_name(number) for number in range(1000)}) == 1000


def test_a_connection_that_goes_stale_and_recovers(rig: Rig) -> None:
    context = rig.sandbox.context
    connection = rig.sandbox.world.connections[0]

    def newest() -> float:
        rows = rig.api.every(LOCATIONS, connection_id=connection.id)
        return max(datetime.fromisoformat(row["occurred_at"]).timestamp() for row in rows)

    def freshness() -> dict[str, str]:
        rows = rig.api.get("/v2/integrations/connections/data-freshness")
        return next(row for row in rows if row["connection_id"] == connection.id)

    rig.clock.now += 20
    context.set_status(connection, "stale")
    stopped, mark = newest(), freshness()["last_successful_execution_at"]
    rig.clock.now += 200
    assert newest() == stopped
    assert freshness()["last_successful_execution_at"] == mark
    assert freshness()["schedule_status"] == "stale"
    context.set_status(connection, "active")
    assert newest() > stopped + 100
    assert freshness()["schedule_status"] == "active"
