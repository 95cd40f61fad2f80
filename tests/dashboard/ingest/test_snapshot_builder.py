"""Snapshots: stable rows, the newest fix of each vehicle, nothing lost."""

import json
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catena_client import Fleet, Page
from catena_client.call import Answer, Call
from catena_client.decoding import decode
from dashboard.feed.summary import coloured, placeable
from dashboard.feed.vehicle_rows import vehicle_rows
from dashboard.fleet.colours import ColourAssignments
from dashboard.fleet.names import Names, VehicleFacts, display_name, unique_names
from dashboard.fleet.snapshot import counts
from dashboard.ingest.fixes import Coordinates, Fix, Point
from dashboard.ingest.snapshot_builder import SnapshotBuilder
from dashboard.runtime.refusals import Refusal
from tests.dashboard.feeds import ALL, summary_of

CATEGORIES = (
    "fleet_id", "fleet", "fleet_ref", "source", "tsp_slug", "provider", "connection_id", "unplaceable",
)  # fmt: skip
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def fix(vehicle_id, *, lon=-88.0, lat=42.0, **changes):
    """A fix at a position; none at all when `lon` is None."""
    position = None if lon is None else Point(Coordinates(lon, lat))
    base = {
        "id": f"row-{vehicle_id}", "vehicle_id": vehicle_id, "fleet_id": "f1", "fleet_ref": "ref",
        "connection_id": "c1",
        "tsp_slug": "geotab", "source_name": "geotab", "occurred_at": NOW, "location": position,
        "h3_index_11": 626692562405187583,
    }  # fmt: skip
    return Fix(**(base | changes))


def test_columns_and_their_types():
    frame = SnapshotBuilder().build([fix("a")], Names(), NOW).vehicles
    assert frame["h3"].dtype == np.uint64
    assert int(frame["h3"].iloc[0]) == 626692562405187583
    assert str(frame["occurred_at"].dtype) == "datetime64[us, UTC]"
    assert np.isnan(frame["speed"].iloc[0]), "an unknown speed is not zero"
    assert frame["ordinal"].dtype == np.int32


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True), min_size=1, max_size=8))
def test_a_vehicle_keeps_its_ordinal_and_its_place_among_others(polls):
    builder, ordinals = SnapshotBuilder(), {}
    for poll in polls:
        frame = builder.build([fix(vehicle_id) for vehicle_id in poll], Names(), NOW).vehicles
        assert sorted(frame["vehicle_id"]) == sorted(poll)
        assert frame["ordinal"].is_monotonic_increasing
        for vehicle_id, ordinal in zip(frame["vehicle_id"], frame["ordinal"], strict=True):
            assert ordinals.setdefault(vehicle_id, ordinal) == ordinal
    assert len(set(ordinals.values())) == len(ordinals)


def said(snapshot):
    """What a snapshot says of each vehicle, whatever the row order and what only a process knows."""
    frame = snapshot.vehicles.drop(columns=["ordinal", "heading"]).astype(dict.fromkeys(CATEGORIES, "str"))
    return frame.sort_values("vehicle_id", ignore_index=True)


POLLS = st.tuples(
    st.lists(
        st.builds(
            fix,
            st.sampled_from("abcd"),
            fleet_id=st.sampled_from(["f1", "f2", None]),
            fleet_ref=st.sampled_from(["ref", None]),
            tsp_slug=st.sampled_from(["geotab", "samsara"]),
            source_name=st.sampled_from(["geotab", "platform"]),
            connection_id=st.sampled_from(["c1", "c2"]),
            driver_id=st.sampled_from(["d1", None]),
            deleted_at=st.sampled_from([NOW, None]),
            lon=st.sampled_from([None, -88.0, 181.0, 10]),
            speed=st.sampled_from([None, 3.5]),
        ),
        unique_by=lambda one: one.vehicle,
    ),
    st.builds(
        Names,
        fleets=st.sampled_from([{}, {"f1": "One"}, {"f1": "Renamed", "f2": "Two"}]),
        providers=st.sampled_from([{}, {"geotab": "Geotab"}]),
        vehicles=st.sampled_from(
            [{}, {"a": VehicleFacts(name="A")}, {"a": VehicleFacts(name="B"), "e": VehicleFacts()}]
        ),
        drivers=st.sampled_from([{}, {"d1": "Driver"}]),
    ),
)


@settings(max_examples=40)
@given(st.lists(POLLS, min_size=2, max_size=4))
def test_nothing_of_an_earlier_poll_shows_in_a_later_one(polls):
    builder = SnapshotBuilder()
    for fixes, names in polls:
        found, fresh = builder.build(fixes, names, NOW), SnapshotBuilder().build(fixes, names, NOW)
        pd.testing.assert_frame_equal(said(found), said(fresh))


def test_times_in_other_zones_become_utc():
    there = datetime(2026, 5, 4, 7, tzinfo=timezone(timedelta(hours=-5)))
    frame = SnapshotBuilder().build(
        [fix("a", occurred_at=there), fix("b"), fix("c", occurred_at=None)], Names(), NOW
    )
    assert list(frame.vehicles["occurred_at"].iloc[:2]) == [NOW, NOW]
    assert frame.vehicles["occurred_at"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_fixes_of_one_vehicle_the_newest_wins(order):
    old = fix("a", occurred_at=NOW.replace(hour=9), connection_id="c1", lon=1.0)
    new = fix("a", occurred_at=NOW, connection_id="c2", lon=2.0)
    snapshot = SnapshotBuilder().build([old, new][::order], Names(), NOW)
    assert list(snapshot.vehicles["lon"]) == [2.0]


def test_a_fix_without_time_loses_to_one_with_time():
    snapshot = SnapshotBuilder().build([fix("a", occurred_at=None, lon=1.0), fix("a", lon=2.0)], Names(), NOW)
    assert list(snapshot.vehicles["lon"]) == [2.0]


def test_unplaceable_rows_stay_with_their_reason_and_without_coordinates():
    gone = fix("a", deleted_at=NOW)
    frame = SnapshotBuilder().build([gone, fix("b")], Names(), NOW).vehicles
    assert np.isnan(frame["lon"].iloc[0])
    assert counts(frame, "unplaceable") == {"deleted by the provider": 1, "": 1}


def test_vehicles_without_any_fix_are_rows_too():
    names = Names(
        vehicles={"b": VehicleFacts(name="Parked", fleet_id="f2", source="samsara", tsp_slug="samsara")}
    )
    frame = SnapshotBuilder().build([fix("a")], names, NOW).vehicles
    assert list(frame["vehicle_id"]) == ["a", "b"]
    assert list(frame["unplaceable"]) == ["", "no position reported"]
    assert list(frame["source"]) == ["geotab", "samsara"]


def test_no_vehicles_at_all():
    frame = SnapshotBuilder().build([], Names(), NOW).vehicles
    assert len(frame) == 0
    assert counts(frame, "fleet_id") == {}


def test_headings_follow_a_vehicle_through_snapshots():
    builder = SnapshotBuilder()
    builder.build([fix("a"), fix("b")], Names(), NOW)
    then = NOW + timedelta(minutes=1)
    frame = builder.build([fix("b", lon=-87.99, occurred_at=then), fix("a")], Names(), then).vehicles
    assert np.isnan(frame["heading"].iloc[0])
    assert frame["heading"].iloc[1] == pytest.approx(90, abs=0.1)


LATER, SOONER = NOW + timedelta(minutes=1), NOW - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("first", "second", "wins"),
    [
        pytest.param({"occurred_at": NOW}, {"occurred_at": LATER}, "second", id="a newer one"),
        pytest.param({"occurred_at": NOW}, {"occurred_at": NOW}, "second", id="the same again, corrected"),
        pytest.param(
            {"occurred_at": NOW}, {"occurred_at": SOONER}, "first", id="an older one that came late"
        ),
        pytest.param(
            {"occurred_at": NOW}, {"occurred_at": None}, "second", id="one without a time: nobody is frozen"
        ),
        pytest.param({"occurred_at": None}, {"occurred_at": SOONER}, "second", id="after one without a time"),
        pytest.param(
            {"occurred_at": NOW + timedelta(hours=2)},
            {"occurred_at": NOW},
            "second",
            id="after one from the future",
        ),
        pytest.param(
            {"occurred_at": NOW}, {"occurred_at": SOONER, "deleted_at": NOW}, "second", id="a deletion"
        ),
    ],
)
def test_of_two_polls_the_newer_fix_of_a_vehicle_wins_whichever_came_last(first, second, wins):
    builder = SnapshotBuilder()
    others = [fix(name) for name in "xyz"]
    earlier = fix("a", lon=1.0, speed=1.0, driver_id="d1", **first)
    later = fix("a", lon=2.0, speed=None, fleet_id="f2", **second)
    builder.build([*others[:2], earlier], Names(), NOW)
    frame = builder.build([later, *others], Names(fleets={"f2": "Two"}), NOW).vehicles.set_index("vehicle_id")
    row = frame.loc["a"]
    assert row["fleet"] == "Two", "what a vehicle belongs to is as the last answer says"
    if wins == "first":
        assert (row["lon"], row["speed"], row["driver"], row["occurred_at"]) == (1.0, 1.0, "Driver d1", NOW)
        assert row["unplaceable"] == ""
    else:
        assert np.isnan(row["speed"])
        assert row["driver"] == ""
    assert list(frame.loc[["x", "y", "z"], "lon"]) == [-88.0] * 3


def test_an_older_fix_without_a_place_does_not_take_the_place_away():
    builder = SnapshotBuilder()
    builder.build([fix("a"), fix("b", lon=181.0)], Names(), NOW)
    frame = builder.build(
        [fix("a", lon=None, occurred_at=SOONER), fix("b", occurred_at=SOONER)], Names(), NOW
    )
    assert list(frame.vehicles["unplaceable"]) == ["", "coordinates out of range"]
    assert list(frame.vehicles["lon"].isna()) == [False, True]


def test_of_two_fixes_of_one_vehicle_one_from_the_future_loses():
    rows = [fix("a", occurred_at=NOW + timedelta(hours=2), lon=1.0), fix("a", lon=2.0)]
    for fixes in (rows, rows[::-1]):
        assert list(SnapshotBuilder().build(fixes, Names(), NOW).vehicles["lon"]) == [2.0]


def refusal():
    return Refusal("GET /x was answered 403.", NOW)


def test_vehicles_of_a_held_fleet_stay_where_they_were_and_no_others():
    builder, names = SnapshotBuilder(), Names(fleets={"f1": "One", "f2": "Two"})
    first = builder.build([fix("a"), fix("b", fleet_id="f2"), fix("c", fleet_id=None)], names, NOW).vehicles
    snapshot = builder.build([], names, LATER, held={"f2": refusal()})
    held = snapshot.vehicles.set_index("vehicle_id")
    assert list(held.index) == ["b"]
    before = first.set_index("vehicle_id").loc["b"]
    for column in (
        "fleet",
        "fleet_ref",
        "source",
        "provider",
        "connection_id",
        "lon",
        "lat",
        "h3",
        "occurred_at",
    ):
        assert held.loc["b", column] == before[column]
    assert snapshot.held["f2"].since == NOW
    again = builder.build([fix("a")], names, LATER, held={"f2": refusal()}).vehicles
    assert list(again["vehicle_id"]) == ["a", "b"], "held for as long as need be"
    assert list(builder.build([fix("a")], names, LATER).vehicles["vehicle_id"]) == ["a"], "and no longer"


def test_held_vehicles_of_no_listed_fleet_are_not_those_of_one_that_withdrew():
    builder = SnapshotBuilder()
    rows = [fix("a"), fix("b", fleet_id="unlisted"), fix("c", fleet_id=None), fix("d", fleet_id="gone")]
    builder.build(rows, Names(fleets={"f1": "One", "gone": "Gone"}), NOW)
    names = Names(fleets={"f1": "One"}, withdrawn=frozenset({"gone"}))
    frame = builder.build([], names, LATER, held={"": refusal()}).vehicles
    assert list(frame["vehicle_id"]) == ["b", "c"]


def test_rows_that_name_no_vehicle_are_counted_and_cost_nothing_else():
    nobody = fix(None, id=None)
    snapshot = SnapshotBuilder().build([nobody, fix("a"), fix(None, id="", source_vehicle_id="t")], Names(), NOW,
                                       unreadable=2)  # fmt: skip
    assert snapshot.unreadable == 3
    assert list(snapshot.vehicles["vehicle_id"]) == ["a", "c1/t"]


@pytest.mark.parametrize(
    ("given", "identity"),
    [
        ({"vehicle_id": "v"}, "v"),
        ({"vehicle_id": None, "source_vehicle_id": "t"}, "c1/t"),
        ({"vehicle_id": "", "source_vehicle_id": ""}, "c1/row"),
        ({"vehicle_id": None, "source_vehicle_id": "t", "connection_id": None}, "/row"),
        ({"vehicle_id": None, "id": None, "connection_id": None, "source_vehicle_id": "t"}, ""),
        ({"vehicle_id": None, "id": None}, ""),
    ],
)
def test_identity(given, identity):
    assert Fix(**({"connection_id": "c1", "id": "row"} | given)).vehicle == identity


def test_who_is_in_no_list_is_called_by_the_start_of_the_id():
    names = Names(vehicles={"named": VehicleFacts(name="Truck 9"), "unnamed": VehicleFacts()})
    rows = [
        fix("1a2b3c4d-5e6f", driver_id="9f8e7d6c-5b4a"),
        fix("named"),
        fix("unnamed"),
        fix(None, source_vehicle_id="t9"),
    ]
    frame = SnapshotBuilder().build(rows, names, NOW).vehicles
    assert list(frame["name"]) == ["Vehicle 1a2b3c4d", "Truck 9", "", "Vehicle t9"]
    assert list(frame["driver"]) == ["Driver 9f8e7d6c", "", "", ""]


ODD = {
    "id": [1, "", None],
    "vehicle_id": ["a", "b", "", None, 7],
    "source_vehicle_id": ["t", "", None, {}],
    "connection_id": ["c1", "", None, []],
    "fleet_id": ["f1", "", None, 3],
    "fleet_ref": ["ref", "", None],
    "tsp_slug": ["geotab", "", None, False],
    "source_name": ["geotab", "", None, 0.5],
    "driver_id": ["d", "", None],
    "occurred_at": [
        "2026-05-04T12:00:00Z", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00",
        "2026-05-04T12:00:00", "yesterday", "", None, 0, 1e300,
    ],
    "deleted_at": [None, "0001-01-01T00:00:00+14:00", "never"],
    "location": [
        None, [], {}, "x", 1e308, {"coordinates": [1e308, -1e308]}, {"coordinates": [-88.1, 42.2]},
        {"coordinates": [10**30, 1]}, {"coordinates": [None]}, {"coordinates": [[1], {}]},
    ],
    "h3_index_11": [626692562405187583, -1, 2**64, 2**63, "8b2a", None, 1.5],
    "speed": ["fast", 1e308, -1e308, 10**40, 20, None, True],
    "odometer": [1e300, -5, None, []],
    "fuel_level": [1e12, 50.5, None],
    "engine_hours": [None, 3],
    "coolant_temperature": [None, -1e300],
    "inferred_address": [None, {}, "Topeka", {"city": 3}, {"city": "", "country_code": None}],
}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(
            st.fixed_dictionaries(
                {}, optional={name: st.sampled_from(values) for name, values in ODD.items()}
            )
            | st.sampled_from([7, "row", None, []]),
            max_size=6,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_whatever_comes_the_columns_stand(answers):
    builder = SnapshotBuilder()
    for rows in answers:
        body = json.dumps({"items": rows, "total": len(rows), "next_page": None}).encode()
        page = decode(Call("GET", "/x"), Answer(200, {}, body), Page[Fix])
        snapshot = builder.build(page.items, Names(), NOW, unreadable=page.unreadable, held={"": refusal()})
        frame = snapshot.vehicles
        assert len(frame) >= len({fix.vehicle for fix in page.items if fix.vehicle})
        numbers = frame[
            ["speed", "odometer", "fuel_level", "engine_hours", "coolant_temperature", "lon", "lat"]
        ]
        assert not np.isinf(numbers.to_numpy(np.float64)).any()
        assert (frame["lon"].isna() == (frame["unplaceable"] != "")).all()
        assert snapshot.unreadable >= page.unreadable
        summary = summary_of(snapshot)
        assert summary.unplaceable.get("unreadable answer", 0) >= snapshot.unreadable
        placed = placeable(frame)
        colours = coloured(placed, ALL, NOW, ColourAssignments())
        drawn = json.loads(msgspec.json.encode(vehicle_rows(placed, colours, NOW, metric=False)))
        assert all(isinstance(number, float) for row in drawn for number in row["p"])


def a_fleet(**changes):
    base = {"id": "3a6cf33b-1fd1-4cee-8eea-db36182df590", "name": "Fleet 00000000-0000-7000-8000-000000000002",
            "fleet_ref": "", "created_at": NOW, "updated_at": NOW}  # fmt: skip
    return Fleet(**(base | changes))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"display_name": "Prairie Line", "fleet_ref": "P-1"}, "Prairie Line"),
        ({"display_name": "  ", "fleet_ref": "P-1"}, "P-1"),
        ({"display_name": None, "fleet_ref": None}, "Fleet …"),
        ({"name": "00000000-0000-7000-8000-000000000002"}, "Fleet 3a6cf33b"),
        ({"display_name": "X 00000000-0000-7000-8000-000000000002"}, "X …"),
        ({"display_name": "<b>Bold & Söhne</b>"}, "<b>Bold & Söhne</b>"),
    ],
)
def test_fleet_names_show_no_invitation_id(changes, expected):
    assert display_name(a_fleet(**changes)) == expected


def test_equal_names_are_told_apart():
    one, two = (
        a_fleet(fleet_ref="sandbox"),
        a_fleet(id="405f1ac5-1a52-4ac1-b149-248b96dd8a8b", fleet_ref="sandbox"),
    )
    assert unique_names([one, two]) == {one.id: "sandbox (3a6cf33b)", two.id: "sandbox (405f1ac5)"}
