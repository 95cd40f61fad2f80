"""One page, all pages, all rows; and lists of filter values of any length."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catena_client import CatenaClient, RepeatedCursor, VehicleLocation
from catena_client.paging import MAX_FILTER_VALUES, split
from tests.client.fake import FakeCatena, fleet_row, page, source_row

# Many of them above 100 and 200, with repeats: drawn by number, as drawn lists are mostly short.
ids = st.builds(
    lambda number, again: [f"row-{n}" for n in (*range(number), *range(again))],
    st.integers(0, 300),
    st.integers(0, 120),
)


def paged(rows: list[dict[str, Any]], size: int) -> Callable[[httpx.Request], httpx.Response]:
    """Serve rows in pages, the cursor being the next row's number."""

    def answer(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params.get("cursor", "0"))
        following = start + size
        return page(rows[start:following], str(following) if following < len(rows) else None, total=len(rows))

    return answer


@given(number=st.integers(0, 60), size=st.integers(1, 20))
@settings(max_examples=40)
def test_iterating_gives_every_row_once_and_in_order(number: int, size: int) -> None:
    rows = [fleet_row(n) for n in range(number)]
    fake = FakeCatena(answer=paged(rows, size))
    with CatenaClient("a", "b", transport=httpx.MockTransport(fake)) as client:
        assert [fleet.id for fleet in client.fleets.iterate(size=size)] == [row["id"] for row in rows]
    assert len(fake.requests) == max(1, -(-number // size))


def test_filters_and_size_stay_the_same_while_the_cursor_moves(
    client: CatenaClient, fake: FakeCatena
) -> None:
    fake.answer = paged([source_row(n) for n in range(5)], 2)
    pages = list(client.vehicles.pages(fleet_refs=["a", "b"], connection_id="c", size=2))
    assert [len(one.items) for one in pages] == [2, 2, 1]
    assert [one.total for one in pages] == [5, 5, 5]
    kept = {"fleet_refs": ["a", "b"], "connection_id": ["c"], "size": ["2"]}
    assert fake.queries() == [kept, {**kept, "cursor": ["2"]}, {**kept, "cursor": ["4"]}]


def test_pages_are_fetched_only_as_they_are_wanted(client: CatenaClient, fake: FakeCatena) -> None:
    fake.answer = paged([fleet_row(n) for n in range(6)], 2)
    rows = client.fleets.iterate()
    assert not fake.requests
    assert [next(rows).id, next(rows).id] == ["fleet-0", "fleet-1"]
    assert len(fake.requests) == 1


def test_an_empty_page_in_between_does_not_end_the_list(client: CatenaClient, fake: FakeCatena) -> None:
    answers = iter([page([fleet_row(1)], "a"), page([], "b"), page([fleet_row(2)])])
    fake.answer = lambda _: next(answers)
    assert [fleet.id for fleet in client.fleets.iterate()] == ["fleet-1", "fleet-2"]


@pytest.mark.parametrize("cursors", [["a", "a"], ["a", "b", "a"], ["a", "b", "c", "b"], ["", ""]])
def test_a_repeated_cursor_is_an_error_that_does_not_show_it(
    client: CatenaClient, fake: FakeCatena, cursors: list[str]
) -> None:
    answers = iter(cursors)
    fake.answer = lambda _: page([], f"cursor-{next(answers)}")
    with pytest.raises(RepeatedCursor, match=r"GET /v2/orgs/fleets named a cursor again") as caught:
        list(client.fleets.pages())
    assert "cursor-" not in str(caught.value)
    assert len(fake.requests) == len(cursors)


def test_one_page_can_be_asked_for_by_its_cursor(client: CatenaClient, fake: FakeCatena) -> None:
    fake.answer = paged([fleet_row(n) for n in range(5)], 2)
    middle = client.fleets.page(cursor="2", size=2)
    assert ([fleet.id for fleet in middle.items], middle.next_page, middle.total) == (
        ["fleet-2", "fleet-3"],
        "4",
        5,
    )


def test_a_list_can_be_read_on_from_a_cursor(client: CatenaClient, fake: FakeCatena) -> None:
    fake.answer = paged([fleet_row(n) for n in range(5)], 2)
    assert [fleet.id for fleet in client.fleets.iterate(cursor="2", size=2)] == [
        "fleet-2",
        "fleet-3",
        "fleet-4",
    ]
    values = [str(n) for n in range(101)]
    with pytest.raises(ValueError, match="A cursor belongs to one request, of at most 100 values per filter"):
        client.vehicles.pages(vehicle_ids=values, cursor="2")


@given(fleet_ids=ids, fleet_refs=st.none() | ids)
@settings(max_examples=60)
def test_splitting_asks_for_each_combination_once(fleet_ids: list[str], fleet_refs: list[str] | None) -> None:
    requests = split({"fleet_ids": fleet_ids, "fleet_refs": fleet_refs, "connection_id": "c"})
    asked = [
        pair
        for request in requests
        for pair in product(request["fleet_ids"], [None] if fleet_refs is None else request["fleet_refs"])
    ]
    wanted = set(product(fleet_ids, [None] if fleet_refs is None else fleet_refs))
    assert len(asked) == len(wanted)
    assert set(asked) == wanted
    assert all(
        0 < len(values) <= MAX_FILTER_VALUES
        for request in requests
        for values in request.values()
        if type(values) is list
    )
    assert all(request["connection_id"] == "c" for request in requests)


@given(wanted=ids)
@settings(max_examples=20, deadline=None)
def test_more_than_100_values_give_the_rows_of_all_once(wanted: list[str]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        values = request.url.params.get_list("vehicle_ids")
        assert 0 < len(values) <= 100
        rows = [source_row(n) for n in range(301) if f"row-{n}" in values]
        return paged([*rows, source_row(999)], 40)(request)  # one row that every request brings

    fake = FakeCatena(answer=answer)
    with CatenaClient("a", "b", transport=httpx.MockTransport(fake)) as client:
        found = [vehicle.id for vehicle in client.vehicles.iterate(vehicle_ids=wanted)]
    assert len(found) == len(set(found))
    assert set(found) == (set(wanted) | {"row-999"} if wanted else set())


def test_an_empty_list_matches_nothing_and_asks_nothing(client: CatenaClient, fake: FakeCatena) -> None:
    assert list(client.vehicles.iterate(vehicle_ids=[])) == []
    assert client.vehicles.page(vehicle_ids=[]).items == []
    assert client.connections.data_freshness(fleet_ids=[]) == []
    assert client.analytics.overview(fleet_ids=[]).vehicles == 0
    assert not fake.requests


def test_one_page_cannot_take_more_than_100_values(client: CatenaClient) -> None:
    values = [str(n) for n in range(101)]
    with pytest.raises(ValueError, match=r"at most 100 values per filter; use pages\(\) or iterate\(\)"):
        client.vehicles.page(vehicle_ids=values)
    client.vehicles.page(vehicle_ids=[*values[:100], values[0]])


def test_fleet_summaries_cannot_be_split_by_fleet(client: CatenaClient, fake: FakeCatena) -> None:
    values = [str(n) for n in range(101)]
    with pytest.raises(ValueError, match="fleet_ids takes at most 100 values here"):
        client.analytics.fleets.iterate(fleet_ids=values)
    list(client.analytics.fleets.iterate(fleet_refs=values))
    assert [len(query["fleet_refs"]) for query in fake.queries()] == [100, 1]


@pytest.mark.parametrize(
    ("filters", "error", "message"),
    [
        ({"fleet_id": "x"}, TypeError, "unexpected keyword argument 'fleet_id'"),
        ({"fleet_ids": "abc"}, TypeError, r"fleet_ids takes a list of texts, e\.g\. fleet_ids=\[\.\.\.\]"),
        ({"fleet_ids": 5}, TypeError, "fleet_ids takes a list of texts"),
        ({"fleet_ids": [None]}, TypeError, "fleet_ids does not take a value of type NoneType"),
        ({"size": 0}, ValueError, "from 1 to 1000"),
        ({"size": 1001}, ValueError, "from 1 to 1000"),
        ({"only_latest": False}, ValueError, "exactly one vehicle_ids or one driver_ids value"),
        ({"only_latest": False, "vehicle_ids": ["a", "b"]}, ValueError, "exactly one"),
        ({"only_latest": False, "vehicle_ids": ["a"], "driver_ids": ["b"]}, ValueError, "exactly one"),
        (
            {"from_datetime": datetime.now(UTC)},
            ValueError,
            "from_datetime would be ignored by the API: add only_latest",
        ),
        (
            {"only_latest": False, "vehicle_ids": ["a"], "from_datetime": datetime(2026, 1, 1)},  # noqa: DTZ001
            ValueError,
            "from_datetime has no time zone",
        ),
    ],
)
def test_a_wrong_argument_is_one_sentence(
    client: CatenaClient, fake: FakeCatena, filters: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        list(client.vehicle_locations.iterate(**filters))
    assert not fake.requests


class Short(msgspec.Struct, kw_only=True):
    id: str
    speed: float | None = None


def test_rows_can_be_read_as_a_model_of_the_caller(client: CatenaClient, fake: FakeCatena) -> None:
    rows = [source_row(n, speed=n / 2) for n in range(5)]
    fake.answer = paged(rows, 2)
    pages = list(client.vehicle_locations.pages_as(Short, only_latest=True, size=2))
    assert [one.items for one in pages] == [
        [Short(id=row["id"], speed=row["speed"]) for row in rows[start : start + 2]] for start in (0, 2, 4)
    ]
    assert [query["only_latest"] for query in fake.queries()] == [["true"]] * 3
    assert isinstance(client.vehicle_locations.page(size=2).items[0], VehicleLocation), "others are as before"


def test_values_are_written_as_the_contract_has_them(client: CatenaClient, fake: FakeCatena) -> None:
    east = timezone(timedelta(hours=2))
    client.vehicle_locations.page(
        only_latest=False,
        vehicle_ids=["a", "a"],
        from_datetime=datetime(2026, 4, 1, 2, 30, tzinfo=east),
        to_datetime=datetime(2026, 4, 2, 0, 0, 0, 5, tzinfo=UTC),
    )
    client.users.page(is_driver=True, sort_by="last name", sort_order="desc", fleet_refs=["a&b=c", "é 🚚"])
    assert fake.queries() == [
        {
            "only_latest": ["false"],
            "vehicle_ids": ["a"],
            "from_datetime": ["2026-04-01T00:30:00Z"],
            "to_datetime": ["2026-04-02T00:00:00.000005Z"],
        },
        {
            "is_driver": ["true"],
            "sort_by": ["last name"],
            "sort_order": ["desc"],
            "fleet_refs": ["a&b=c", "é 🚚"],
        },
    ]
