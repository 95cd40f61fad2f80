"""Pages: complete, without repetition, in both directions, and bound to their query."""

import functools
import operator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox import Fault
from tests.sandbox.conftest import Rig

LISTS = (
    "/v2/orgs/fleets",
    "/v2/orgs/invitations",
    "/v2/orgs/share-agreements",
    "/v2/integrations/connections",
    "/v2/integrations/tsps",
    "/v2/telematics/vehicles",
    "/v2/telematics/users",
    "/v2/telematics/vehicle-locations",
    "/v2/telematics/engine-statuses",
    "/v2/telematics/trailers",
    "/v2/telematics/trailer-locations",
    "/v2/telematics/analytics/vehicles",
    "/v2/telematics/analytics/vehicles/live-locations",
    "/v2/telematics/analytics/trailers/live-locations",
    "/v2/telematics/analytics/fleets",
)
VEHICLES = "/v2/telematics/vehicles"


def key(item):
    return str(sorted((k, str(v)) for k, v in item.items()))


@pytest.mark.parametrize("path", LISTS)
def test_small_pages_give_what_one_page_gives(shared: Rig, path: str) -> None:
    whole = shared.api.every(path, size=1000)
    parts = shared.api.every(path, size=max(1, len(whole) // 7))
    assert parts == whole
    assert len({key(one) for one in parts}) == len(parts)
    if "integrations" not in path:
        assert shared.api.get(path, size=1)["total"] == len(whole)


@settings(max_examples=8)
@given(size=st.integers(1, 1000))
def test_every_size_walks_forward_and_back(shared: Rig, size: int) -> None:
    if size < 20:
        size += 100  # enough pages as it is
    page, ids, pages = shared.api.get(VEHICLES, size=size), [], 0
    while True:
        assert len(page["items"]) <= size
        ids += [one["id"] for one in page["items"]]
        pages += 1
        again = shared.api.get(VEHICLES, size=size, cursor=page["current_page"])
        assert again["items"] == page["items"]
        assert (
            shared.api.get(VEHICLES, size=len(page["items"]), cursor=page["current_page_backwards"])["items"]
            == page["items"]
        )
        if page["next_page"] is None:
            break
        page = shared.api.get(VEHICLES, size=size, cursor=page["next_page"])
    back = [[one["id"] for one in page["items"]]]
    while page["previous_page"] is not None:
        page = shared.api.get(VEHICLES, size=size, cursor=page["previous_page"])
        back.insert(0, [one["id"] for one in page["items"]])
    assert functools.reduce(operator.iadd, back, []) == ids
    assert len(back) == pages
    assert len(set(ids)) == len(ids) == 1200


@pytest.mark.parametrize("cursor", ["x", "AAAA", "ä", "a" * 500, "../..", "ag=="])
def test_a_damaged_cursor_is_refused(shared: Rig, cursor: str) -> None:
    response = shared.api("GET", VEHICLES, params={"cursor": cursor})
    assert (response.status_code, response.json()["code"]) == (400, 400)


def test_an_altered_cursor_is_refused(shared: Rig) -> None:
    cursor = shared.api.get(VEHICLES, size=10)["next_page"]
    altered = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
    assert shared.api("GET", VEHICLES, params={"cursor": altered}).status_code == 400


def test_a_cursor_belongs_to_its_filters_but_not_to_its_size(shared: Rig) -> None:
    cursor = shared.api.get(VEHICLES, size=10)["next_page"]
    assert len(shared.api.get(VEHICLES, size=20, cursor=cursor)["items"]) == 20
    for other in ({"fleet_refs": "demo"}, {"sort_by": "vin"}):
        assert shared.api("GET", VEHICLES, params={**other, "cursor": cursor}).status_code == 400
    assert shared.api("GET", "/v2/telematics/users", params={"cursor": cursor}).status_code == 400


def test_a_page_may_repeat_its_cursor(rig: Rig) -> None:
    rig.sandbox.faults = [Fault("repeat-cursor", 1.0)]
    page = rig.api.get(VEHICLES, size=10)
    again = rig.api.get(VEHICLES, size=10, cursor=page["next_page"])
    assert again["items"] == page["items"]
    assert again["next_page"] == page["next_page"]


@pytest.mark.parametrize(("field", "by"), [("vehicle_name", "vehicle_name"), ("vin", "vin")])
def test_vehicles_are_sorted(shared: Rig, field: str, by: str) -> None:
    up = [one[field] for one in shared.api.every(VEHICLES, size=500, sort_by=by)]
    down = [one[field] for one in shared.api.every(VEHICLES, size=500, sort_by=by, sort_order="desc")]
    assert up == sorted(up)
    assert down == sorted(up, reverse=True)


def test_filters_narrow_and_combine(shared: Rig) -> None:
    api = shared.api
    fleets = api.get("/v2/orgs/fleets")["items"]
    for path in (VEHICLES, "/v2/telematics/vehicle-locations", "/v2/telematics/trailers"):
        parts = [api.get(path, fleet_ids=fleet["id"])["total"] for fleet in fleets]
        assert sum(parts) == api.get(path)["total"]
        assert api.get(path, fleet_ids=[fleet["id"] for fleet in fleets])["total"] == sum(parts)
    both = [fleet for fleet in fleets if fleet["fleet_ref"] == "blue-mesa-group"]
    assert len(both) == 2
    merged = api.get(VEHICLES, fleet_refs="blue-mesa-group")["total"]
    assert merged == sum(api.get(VEHICLES, fleet_ids=fleet["id"])["total"] for fleet in both)
    connections = api.get("/v2/integrations/connections", fleet_ids=fleets[0]["id"])["items"]
    assert len(connections) == 2
    by_connection = [api.get(VEHICLES, connection_id=one["id"])["total"] for one in connections]
    assert sum(by_connection) == api.get(VEHICLES, fleet_ids=fleets[0]["id"])["total"]
    one = api.get(VEHICLES, size=1, cursor=api.get(VEHICLES, size=700)["next_page"])["items"][0]
    found = api.get(VEHICLES, vehicle_ids=one["id"].upper())["items"]
    assert found == [one]
    assert api.get(VEHICLES, source_ids=one["source_id"])["items"] == [one]
    assert api.get(VEHICLES, fleet_refs="nobody")["total"] == 0
