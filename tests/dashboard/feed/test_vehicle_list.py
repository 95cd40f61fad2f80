"""The list of vehicles: the map's rows, searched, sorted and cut into pages."""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access.viewer import EVERYTHING
from dashboard.feed import vehicle_list
from dashboard.feed.frames import Frames
from dashboard.feed.vehicle_list import COLUMNS, ListQuery, VehicleLists
from dashboard.fleet.filters import Filters
from dashboard.fleet.snapshot import Snapshot
from tests.dashboard.feeds import NORTH
from tests.dashboard.frames import NOW, few, vehicles


def snapshot_of(*rows, version=1, taken_at=NOW):
    return Snapshot(version, taken_at, vehicles(*rows))


FLEET = snapshot_of(
    {"name": "Truck 10", "fleet_id": "f1", "fleet": "North", "speed": 20.0, "age": 30, "lon": 1.0, "lat": 1.0},
    {"name": "truck 9", "fleet_id": "f1", "fleet": "North", "speed": 0.0, "age": 60, "lon": 1.0, "lat": 1.0,
     "plate": "AB-123"},
    {"name": "", "fleet_id": "f2", "fleet": "South", "age": 90, "position_error": "position 0, 0 (no GPS signal)"},
    {"name": "<b>Boss</b>", "fleet_id": "f2", "fleet": "South", "speed": 30.0, "lon": 1.0, "lat": 1.0, "driver": "Zoë"},
)  # fmt: skip


def names(query, snapshot=FLEET):
    rows = VehicleLists(lambda: snapshot, Frames()).rows(snapshot, query)
    return snapshot.vehicles["name"].iloc[rows].tolist()


@pytest.mark.parametrize(
    ("by", "descending", "expected"),
    [
        ("name", False, ["<b>Boss</b>", "truck 9", "Truck 10", ""]),
        ("name", True, ["Truck 10", "truck 9", "<b>Boss</b>", ""]),
        ("speed", False, ["truck 9", "Truck 10", "<b>Boss</b>", ""]),
        ("speed", True, ["<b>Boss</b>", "Truck 10", "truck 9", ""]),
        ("fix", False, ["Truck 10", "truck 9", "", "<b>Boss</b>"]),
        ("fix", True, ["", "truck 9", "Truck 10", "<b>Boss</b>"]),
        ("drawn", True, ["", "Truck 10", "truck 9", "<b>Boss</b>"]),
    ],
)
def test_order(by, descending, expected):
    """Numbers by their value, case ignored, what is unknown last either way, equals in the map's order."""
    assert names(ListQuery(EVERYTHING, by=by, descending=descending)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("truck", {"Truck 10", "truck 9"}),
        ("ab123", {"truck 9"}),
        ("ZOE", {"<b>Boss</b>"}),
        ("south boss", {"<b>Boss</b>"}),
        ("x", set()),
    ],
)
def test_search(text, expected):
    assert set(names(ListQuery(EVERYTHING, text=text))) == expected


def test_rows_are_those_that_filters_and_access_leave_also_without_a_position():
    assert names(ListQuery(EVERYTHING, Filters(fleets=("f2",)))) == ["<b>Boss</b>", ""]
    assert set(names(ListQuery(NORTH))) == {"Truck 10", "truck 9"}
    assert names(ListQuery(NORTH, Filters(fleets=("f2",)))) == []


@few
@given(
    st.lists(
        st.sampled_from(["Truck 1", "Truck 02", "truck 10", "é", "", "12345678901234567890", "<i>"]),
        max_size=40,
    ),
    st.sampled_from(list(COLUMNS)),
    st.booleans(),
    st.sampled_from([1, 7, 500]),
)
def test_the_pages_hold_each_vehicle_once(found, by, descending, size):
    snapshot = snapshot_of(
        *({"name": name, "lon": 1.0, "lat": 1.0, "age": n} for n, name in enumerate(found))
    )
    lists, query = (
        VehicleLists(lambda: snapshot, Frames()),
        ListQuery(EVERYTHING, by=by, descending=descending),
    )
    first = lists.page(snapshot, query, 0, size, metric=False)
    pages = [lists.page(snapshot, query, number, size, metric=False) for number in range(first.pages)]
    ids = [vehicle for page in pages for vehicle in page.ids]
    assert sorted(ids) == sorted(snapshot.vehicles["vehicle_id"])
    assert all(len(page.ids) == len(page.cells) <= size for page in pages)
    for number, page in enumerate(pages):
        assert all(lists.page_of(snapshot, query, vehicle, size) == number for vehicle in page.ids)


@few
@given(st.lists(st.from_regex(r"[a-c ]{0,2}[0-9]{0,4}", fullmatch=True), max_size=25))
def test_names_are_in_natural_order(found):
    snapshot = snapshot_of(*({"name": name} for name in found))

    def natural(name):
        return [
            (part.isdigit(), part.zfill(18) if part.isdigit() else part)
            for part in re.split(r"([0-9]+)", name)
        ]

    said = [name for name in names(ListQuery(EVERYTHING), snapshot) if name]
    padded = ["".join(part for _, part in natural(name)) for name in said]
    assert padded == sorted(padded)


def test_a_page_is_never_larger_than_500_rows_and_never_missing():
    snapshot = snapshot_of(*({"name": str(n)} for n in range(1200)))
    lists, query = VehicleLists(lambda: snapshot, Frames()), ListQuery(EVERYTHING)
    page = lists.page(snapshot, query, 99, 10_000, metric=False)
    assert (page.total, page.pages, page.number, len(page.ids)) == (1200, 3, 2, 200)
    assert (
        lists.page(snapshot, ListQuery(EVERYTHING, text="nothing like it"), 5, 100, metric=False).pages == 1
    )


def test_cells_are_words_and_say_why_a_vehicle_is_not_drawn():
    cells = vehicle_list.cells(FLEET.vehicles, NOW, COLUMNS, metric=True)
    assert list(cells.columns) == list(COLUMNS.values())
    assert all(isinstance(value, str) for column in cells for value in cells[column])
    rows = cells.set_index("Vehicle")
    assert rows.loc["Unnamed vehicle", "On the map"] == "no: position 0, 0 (no GPS signal)"
    assert rows.loc["Unnamed vehicle", "Speed"] == "unknown"
    assert rows.loc["truck 9", "Speed"] == "0 km/h"
    assert rows.loc["<b>Boss</b>", "Last fix"] == ""
    assert rows.loc["Truck 10", ["Last fix", "State", "On the map"]].tolist() == [
        "30 s ago, live",
        "moving",
        "yes",
    ]


def test_one_snapshot_serves_all_lists_until_it_is_old_or_somebody_asks(monkeypatch):
    now = datetime.now(UTC)
    made = [snapshot_of(version=n, taken_at=now) for n in range(4)]
    newest = iter(made)
    lists = VehicleLists(lambda: next(newest), Frames())
    assert lists.snapshot().version == lists.snapshot().version == 0
    assert lists.snapshot(refresh=True).version == lists.snapshot().version == 1

    class Later(datetime):
        @classmethod
        def now(cls, _zone):
            return now + timedelta(seconds=vehicle_list.KEPT_SECONDS + 1)

    monkeypatch.setattr(vehicle_list, "datetime", Later)
    assert lists.snapshot().version == 2


def test_people_with_the_same_list_share_its_order(monkeypatch):
    counted = []
    order = vehicle_list.ordered
    monkeypatch.setattr(vehicle_list, "ordered", lambda *given: counted.append(1) or order(*given))
    lists = VehicleLists(lambda: FLEET, Frames())
    for number in range(3):
        lists.page(FLEET, ListQuery(EVERYTHING), number, 1, metric=bool(number % 2))
        lists.page_of(FLEET, ListQuery(EVERYTHING), "v1", 1)
    assert len(counted) == 1
    lists.page(FLEET, ListQuery(EVERYTHING, by="speed"), 0, 1, metric=False)
    assert len(counted) == 2


def test_what_a_browser_is_sent_does_not_grow_with_the_fleet():
    sent = []
    for count in (1_000, 20_000):
        snapshot = Snapshot(1, NOW, vehicles({"name": "Truck 1", "lon": 1.0, "lat": 1.0}))
        frame = snapshot.vehicles.loc[np.zeros(count, dtype=int)].reset_index(drop=True)
        frame["ordinal"] = np.arange(count, dtype=np.int32)
        page = VehicleLists(lambda: None, Frames()).page(
            Snapshot(1, NOW, frame), ListQuery(EVERYTHING), 0, 100, metric=False
        )
        sent.append(page.cells.memory_usage(deep=True).sum())
    assert sent[0] == sent[1]
