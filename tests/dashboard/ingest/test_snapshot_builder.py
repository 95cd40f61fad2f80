"""Snapshots: stable rows, the newest fix of each vehicle, nothing lost."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet.names import Names, VehicleFacts
from dashboard.fleet.snapshot import counts
from dashboard.ingest.snapshot_builder import SnapshotBuilder
from dashboard.runtime.refusals import Refusal
from tests.dashboard.frames import NOW, few, fix

CATEGORIES = (
    "fleet_id", "fleet", "fleet_ref", "source", "tsp_slug", "provider", "connection_id", "position_error",
)  # fmt: skip


@few
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
    frame = snapshot.vehicles.drop(columns=["ordinal", "heading", "moves"]).astype(
        dict.fromkeys(CATEGORIES, "str")
    )
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


@few
@given(st.lists(POLLS, min_size=2, max_size=4))
def test_nothing_of_an_earlier_poll_shows_in_a_later_one(polls):
    builder = SnapshotBuilder()
    for fixes, names in polls:
        found, fresh = builder.build(fixes, names, NOW), SnapshotBuilder().build(fixes, names, NOW)
        pd.testing.assert_frame_equal(said(found), said(fresh))


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_fixes_of_one_vehicle_the_newest_wins(order):
    old = fix("a", occurred_at=NOW.replace(hour=9), connection_id="c1", lon=1.0)
    new = fix("a", occurred_at=NOW, connection_id="c2", lon=2.0)
    snapshot = SnapshotBuilder().build([old, new][::order], Names(), NOW)
    assert list(snapshot.vehicles["lon"]) == [2.0]


def test_a_fix_without_time_loses_to_one_with_time():
    snapshot = SnapshotBuilder().build([fix("a", occurred_at=None, lon=1.0), fix("a", lon=2.0)], Names(), NOW)
    assert list(snapshot.vehicles["lon"]) == [2.0]


def test_vehicles_without_any_fix_are_rows_too():
    names = Names(
        vehicles={"b": VehicleFacts(name="Parked", fleet_id="f2", source="samsara", tsp_slug="samsara")}
    )
    frame = SnapshotBuilder().build([fix("a")], names, NOW).vehicles
    assert list(frame["vehicle_id"]) == ["a", "b"]
    assert list(frame["position_error"]) == ["", "no position reported"]
    assert list(frame["source"]) == ["geotab", "samsara"]


def test_no_vehicles_at_all():
    frame = SnapshotBuilder().build([], Names(), NOW).vehicles
    assert len(frame) == 0
    assert counts(frame, "fleet_id") == {}


def test_who_moves_is_told_by_speed_and_by_place_while_it_is_live():
    builder, at = SnapshotBuilder(), {"occurred_at": NOW}
    first = [fix("parked", speed=0, **at), fix("drives", speed=9, **at), fix("pushed", speed=0, **at)]
    later = [
        fix("parked", speed=0, **at),
        fix("drives", speed=0, **at),
        fix("pushed", lon=-88.1, speed=0, **at),
    ]
    old = fix("old", speed=9, occurred_at=NOW - timedelta(hours=1))
    assert builder.build([*first, old], Names(), NOW).vehicles["moves"].tolist() == [-1, 0, -1, -1]
    assert builder.build([*later, old], Names(), NOW).vehicles["moves"].tolist() == [-1, 0, 1, -1]


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
        assert row["position_error"] == ""
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
    assert list(frame.vehicles["position_error"]) == ["", "coordinates out of range"]
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
