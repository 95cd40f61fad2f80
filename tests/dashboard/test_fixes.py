"""Fetching the latest fixes: complete, parallel by fleet, and honest about what cannot be placed."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catena_client import Retry, ServerError
from dashboard.polling.fixes import Concurrency, Location, fetch, pack, place
from tests.dashboard.catena import Catena, location


def test_one_page_is_one_request():
    catena = Catena()
    catena.locations([location("a"), location("b", fleet_id=None)])
    assert {fix.vehicle for fix in fetch(catena.client(), {"fleet-1": 1}, 4)} == {"a", "b"}
    assert catena.asked["/v2/telematics/vehicle-locations"] == 1


def test_many_pages_are_fetched_by_fleet():
    catena = Catena(page_size=10)
    catena.locations([location(f"{f}-{n}", fleet_id=f"fleet-{f}") for f in range(4) for n in range(10)])
    fixes = fetch(catena.client(), {f"fleet-{f}": 10 for f in range(4)}, 4)
    assert len({fix.vehicle for fix in fixes}) == len(fixes) == 40
    # The first page that tells the total, and one page for each of the four fleets.
    assert catena.asked["/v2/telematics/vehicle-locations"] == 5


def test_fleets_that_no_list_names_are_still_found():
    catena = Catena(page_size=10)
    rows = [location(f"known-{n}", fleet_id="fleet-1") for n in range(15)]
    rows += [location(f"unlisted-{n}", fleet_id="fleet-2") for n in range(15)]
    rows += [location("fleetless", fleet_id=None)]
    catena.locations(rows)
    fixes = fetch(catena.client(), {"fleet-1": 15}, 4)
    assert len(fixes) == 31
    assert len({fix.vehicle for fix in fixes}) == 31


def test_no_listed_fleet_at_all():
    catena = Catena(page_size=10)
    catena.locations([location(f"v{n}") for n in range(25)])
    assert len(fetch(catena.client(), {}, 4)) == 25


def test_a_failing_page_fails_the_whole():
    catena = Catena()
    catena.failing["/v2/telematics/vehicle-locations"] = (500, {"message": "Internal Server Error"})
    with pytest.raises(ServerError):
        fetch(catena.client(), {}, 4)


def test_a_row_without_vehicle_id_is_kept_under_its_source_id():
    catena = Catena()
    catena.locations([location(None, source_vehicle_id="truck-9")])
    assert fetch(catena.client(), {}, 1)[0].vehicle == "connection-1/truck-9"


@pytest.mark.parametrize(
    ("given_location", "reason"),
    [
        (None, "no position reported"),
        ({}, "position unreadable"),
        ([1, 2], "position unreadable"),
        ("POINT(1 2)", "position unreadable"),
        (7, "position unreadable"),
        (True, "position unreadable"),
        ({"type": "Point", "coordinates": {"lon": 1}}, "position unreadable"),
        ({"type": "Point", "coordinates": []}, "position unreadable"),
        ({"type": "Point", "coordinates": None}, "position unreadable"),
        ({"type": "Point", "coordinates": [1]}, "position unreadable"),
        ({"type": "Point", "coordinates": [None, None]}, "position unreadable"),
        ({"type": "Point", "coordinates": ["1", "2"]}, "position unreadable"),
        ({"type": "Point", "coordinates": [True, False]}, "position unreadable"),
        ({"type": "Point", "coordinates": [181, 0]}, "coordinates out of range"),
        ({"type": "Point", "coordinates": [42, -91]}, "coordinates out of range"),
        ({"type": "Point", "coordinates": [1e400, 0]}, "coordinates out of range"),
        ({"type": "Point", "coordinates": [0, 0]}, "position 0, 0 (no GPS signal)"),
        ({"type": "Point", "coordinates": [0.0, -0.0, 12]}, "position 0, 0 (no GPS signal)"),
        ({"type": "Point", "coordinates": [10, 90]}, "too near a pole to draw"),
        ({"type": "Point", "coordinates": [10, -86]}, "too near a pole to draw"),
        ({"type": "Point", "coordinates": [0, 51.5]}, ""),
        ({"type": "Point", "coordinates": [-78.5, 0]}, ""),
        ({"type": "Point", "coordinates": [180, -17]}, ""),
        ({"type": "Point", "coordinates": [-180, 60, 4.2]}, ""),
    ],
)
def test_place(given_location, reason):
    lon, lat, why = place(msgspec.convert(given_location, Location))
    assert why == reason
    assert math.isnan(lon) == math.isnan(lat) == bool(reason)


@given(st.dictionaries(st.text(min_size=1), st.integers(0, 50_000), max_size=60), st.integers(1, 8))
def test_pack_keeps_each_fleet_once_and_balances(sizes, groups):
    packed = pack(sizes, groups)
    assert sorted(fleet for group in packed for fleet in group) == sorted(sizes)
    assert len(packed) <= groups
    if packed:
        loads = [sum(max(1, sizes[fleet]) for fleet in group) for group in packed]
        assert max(loads) - min(loads) <= max(max(1, size) for size in sizes.values())


def retry(status):
    return Retry("GET /x", "reason", status, 1.0, 1)


def test_each_429_halves_and_a_clean_poll_restores():
    concurrency = Concurrency(4)
    for expected in (2, 1, 1):
        concurrency.on_retry(retry(429))
        assert concurrency.current == expected
    concurrency.poll_done()
    assert concurrency.current == 1, "the poll under way was limited"
    for expected in (2, 3, 4, 4):
        concurrency.poll_done()
        assert concurrency.current == expected


@pytest.mark.parametrize("status", [500, 503, None])
def test_other_retries_do_not_halve(status):
    concurrency = Concurrency(4)
    concurrency.on_retry(retry(status))
    assert concurrency.current == 4
