"""Numbers of vehicles that tell nothing of the others."""

from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access.viewer import EVERYTHING, Visibility
from dashboard.feed.frames import Frames
from dashboard.feed.numbering import Numbering
from dashboard.fleet.names import Names
from dashboard.ingest.snapshot_builder import SnapshotBuilder
from tests.dashboard.frames import few, fix

polls = st.lists(st.lists(st.integers(0, 11), unique=True, max_size=12), min_size=1, max_size=5)
"""The vehicles that successive polls tell of; those with an even number are of fleet f0, the others of f1."""
SEEN = Visibility(frozenset({"f0"}))


def snapshots(found, keep=lambda _vehicle: True):
    builder = SnapshotBuilder()
    for vehicles in found:
        fixes = [fix(f"v{n}", fleet_id=f"f{n % 2}") for n in vehicles if keep(n)]
        yield builder.build(fixes, Names(), datetime.now(UTC))


def numbers(frame):
    return dict(zip(frame["vehicle_id"], frame["ordinal"].tolist(), strict=True))


@few
@given(polls)
def test_a_number_is_a_vehicles_for_good_and_new_ones_are_appended(found):
    frames, known = Frames(), {}
    for snapshot in snapshots(found):
        frame = frames.visible(snapshot, SEEN)
        now = numbers(frame)
        assert list(now.values()) == sorted(now.values())
        assert {vehicle: now[vehicle] for vehicle in now if vehicle in known} == {
            vehicle: known[vehicle] for vehicle in now if vehicle in known
        }
        known |= now
        assert sorted(known.values()) == list(range(len(known)))


@few
@given(polls)
def test_numbers_are_as_if_there_were_no_other_vehicles(found):
    frames, alone = Frames(), Frames()
    for both, own in zip(snapshots(found), snapshots(found, lambda n: n % 2 == 0), strict=True):
        assert numbers(frames.visible(both, SEEN)) == numbers(alone.visible(own, SEEN))


def test_a_vehicle_that_comes_into_sight_late_is_last():
    frames, builder = Frames(), SnapshotBuilder()
    for fleets, order in (({"a": "f1", "b": "f0"}, ["b"]), ({"a": "f0", "b": "f0"}, ["b", "a"])):
        fixes = [fix(vehicle, fleet_id=fleet) for vehicle, fleet in fleets.items()]
        frame = frames.visible(builder.build(fixes, Names(), datetime.now(UTC)), SEEN)
        assert frame["vehicle_id"].tolist() == order


def test_who_sees_everything_knows_vehicles_by_their_ordinals():
    (snapshot,) = snapshots([[1, 0, 2]])
    frame = Frames().visible(snapshot, EVERYTHING)
    assert frame is snapshot.vehicles


def test_older_snapshots_are_numbered_alike_after_newer_ones():
    frames, builder = Frames(), SnapshotBuilder()
    first, second = (
        builder.build([fix(name, fleet_id="f0") for name in names], Names(), datetime.now(UTC))
        for names in ("ab", "cab")
    )
    assert numbers(frames.visible(second, SEEN)) == {"a": 0, "b": 1, "c": 2}
    assert numbers(frames.visible(first, SEEN)) == {"a": 0, "b": 1}


def test_no_vehicles_have_no_numbers():
    assert Numbering().numbers(np.empty(0, dtype=np.int32)).tolist() == []
