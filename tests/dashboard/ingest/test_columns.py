"""Columns: typed, honest about what is unknown, and whole whatever the fixes hold."""

import json
from datetime import datetime, timedelta, timezone

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from catena_client import Page
from catena_client.call import Answer, Call
from catena_client.decoding import decode
from dashboard.feed.frames import drawable
from dashboard.feed.summary import coloured
from dashboard.feed.vehicle_rows import write
from dashboard.feed.words import exact_ages
from dashboard.fleet.colours import ColourAssignments
from dashboard.fleet.names import Names, VehicleFacts
from dashboard.fleet.snapshot import counts
from dashboard.ingest.fixes import Fix
from dashboard.ingest.snapshot_builder import SnapshotBuilder
from dashboard.runtime.refusals import Refusal
from tests.dashboard.feeds import ALL, summary_of
from tests.dashboard.frames import NOW, fix


def test_columns_and_their_types():
    frame = SnapshotBuilder().build([fix("a")], Names(), NOW).vehicles
    assert frame["h3"].dtype == np.uint64
    assert int(frame["h3"].iloc[0]) == 626692562405187583
    assert str(frame["occurred_at"].dtype) == "datetime64[us, UTC]"
    assert np.isnan(frame["speed"].iloc[0]), "an unknown speed is not zero"
    assert frame["ordinal"].dtype == np.int32


def test_times_in_other_zones_become_utc():
    there = datetime(2026, 5, 4, 7, tzinfo=timezone(timedelta(hours=-5)))
    frame = SnapshotBuilder().build(
        [fix("a", occurred_at=there), fix("b"), fix("c", occurred_at=None)], Names(), NOW
    )
    assert list(frame.vehicles["occurred_at"].iloc[:2]) == [NOW, NOW]
    assert frame.vehicles["occurred_at"].isna().tolist() == [False, False, True]


def test_unplaceable_rows_stay_with_their_reason_and_without_coordinates():
    gone = fix("a", deleted_at=NOW)
    frame = SnapshotBuilder().build([gone, fix("b")], Names(), NOW).vehicles
    assert np.isnan(frame["lon"].iloc[0])
    assert counts(frame, "position_error") == {"deleted by the provider": 1, "": 1}


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
        snapshot = builder.build(
            page.items,
            Names(),
            NOW,
            unreadable=page.unreadable,
            held={"": Refusal("GET /x was answered 403.", NOW)},
        )
        frame = snapshot.vehicles
        assert len(frame) >= len({fix.vehicle for fix in page.items if fix.vehicle})
        numbers = frame[
            ["speed", "odometer", "fuel_level", "engine_hours", "coolant_temperature", "lon", "lat"]
        ]
        assert not np.isinf(numbers.to_numpy(np.float64)).any()
        assert (frame["lon"].isna() == (frame["position_error"] != "")).all()
        assert snapshot.unreadable >= page.unreadable
        summary = summary_of(snapshot)
        assert summary.unplaceable.get("unreadable answer", 0) >= snapshot.unreadable
        kept = drawable(frame)
        colours = coloured(frame[kept], ALL, NOW, ColourAssignments())
        written = write(frame, np.flatnonzero(kept), NOW, metric=False, age=exact_ages)
        drawn = json.loads(written.cut(kept, colours).json())
        assert len(drawn) == kept.sum()
        assert all(isinstance(number, float) for row in drawn for number in row["p"])
