"""Snapshots: stable rows, the newest fix of each vehicle, nothing lost."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catena_client import Fleet
from dashboard.names import display_name, unique_names
from dashboard.polling.directory import Names, VehicleFacts
from dashboard.polling.fixes import Coordinates, Fix, Point
from dashboard.snapshot import SnapshotBuilder, counts

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
def test_of_two_fixes_of_one_vehicle_the_newest_wins_and_the_other_is_counted(order):
    old = fix("a", occurred_at=NOW.replace(hour=9), connection_id="c1", lon=1.0)
    new = fix("a", occurred_at=NOW, connection_id="c2", lon=2.0)
    snapshot = SnapshotBuilder().build([old, new][::order], Names(), NOW)
    assert list(snapshot.vehicles["lon"]) == [2.0]
    assert snapshot.superseded == 1


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
    frame = builder.build([fix("b", lon=-87.99), fix("a")], Names(), NOW).vehicles
    assert np.isnan(frame["heading"].iloc[0])
    assert frame["heading"].iloc[1] == pytest.approx(90, abs=0.1)


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
