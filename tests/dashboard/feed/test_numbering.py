"""Numbers of vehicles that tell nothing of the others."""

import secrets
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catena_client import Secret
from dashboard.access.viewer import EVERYTHING, Visibility
from dashboard.feed.frames import Frames
from dashboard.feed.numbering import Numbering
from dashboard.feed.shared_numbering import shared_numbering
from dashboard.fleet.names import Names
from dashboard.ingest.snapshot_builder import SnapshotBuilder
from dashboard.replicas.store import SharedStore
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


@pytest.fixture(scope="module", params=["process", "redis"])
def frames_of(request):
    """Frames of a dashboard that nobody knows yet."""
    if request.param == "process":
        yield Frames
        return
    store = SharedStore(request.getfixturevalue("redis_process").url, 2.0)
    yield lambda: Frames(shared_numbering(store, Secret(secrets.token_urlsafe(32))))
    store.close()


@few
@given(polls)
def test_a_number_is_a_vehicles_for_good_and_new_ones_are_appended(frames_of, found):
    frames, known = frames_of(), {}
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
def test_numbers_are_as_if_there_were_no_other_vehicles(frames_of, found):
    frames, alone = frames_of(), frames_of()
    for both, own in zip(snapshots(found), snapshots(found, lambda n: n % 2 == 0), strict=True):
        assert numbers(frames.visible(both, SEEN)) == numbers(alone.visible(own, SEEN))


def test_a_vehicle_that_comes_into_sight_late_is_last(frames_of):
    frames, builder = frames_of(), SnapshotBuilder()
    for fleets, order in (({"a": "f1", "b": "f0"}, ["b"]), ({"a": "f0", "b": "f0"}, ["b", "a"])):
        fixes = [fix(vehicle, fleet_id=fleet) for vehicle, fleet in fleets.items()]
        frame = frames.visible(builder.build(fixes, Names(), datetime.now(UTC)), SEEN)
        assert frame["vehicle_id"].tolist() == order


def test_who_sees_everything_knows_vehicles_by_their_ordinals():
    (snapshot,) = snapshots([[1, 0, 2]])
    frame = Frames().visible(snapshot, EVERYTHING)
    assert frame is snapshot.vehicles


def test_older_snapshots_are_numbered_alike_after_newer_ones(frames_of):
    frames, builder = frames_of(), SnapshotBuilder()
    first, second = (
        builder.build([fix(name, fleet_id="f0") for name in names], Names(), datetime.now(UTC))
        for names in ("ab", "cab")
    )
    assert numbers(frames.visible(second, SEEN)) == {"a": 0, "b": 1, "c": 2}
    assert numbers(frames.visible(first, SEEN)) == {"a": 0, "b": 1}


def test_no_vehicles_have_no_numbers():
    assert Numbering().numbers(np.empty(0, dtype=np.int32)).tolist() == []


@few
@given(st.lists(st.tuples(st.integers(0, 2), st.sets(st.integers(0, 40))), max_size=20))
def test_replicas_that_begin_when_they_will_number_alike(redis_process, seen):
    """Which of three replicas sees which vehicles, one after the other."""
    store, key, known = SharedStore(redis_process.url, 2.0), Secret(secrets.token_urlsafe(32)), {}
    replicas = [Frames(shared_numbering(store, key)) for _ in range(3)]
    for replica, vehicles in seen:
        now = dict(zip(sorted(vehicles), shown(replicas[replica], *sorted(vehicles)), strict=True))
        assert known | now == now | known, "a number is a vehicle's for good"
        known |= now
    assert sorted(known.values()) == list(range(len(known)))
    store.close()


def shown(frames, *vehicles):
    """What numbers vehicles have, given by their ordinals."""
    return frames._numbering(SEEN).numbers(np.array(vehicles, dtype=np.int32)).tolist()


@pytest.fixture
def replica(store_of):
    key = Secret(secrets.token_urlsafe(32))
    return lambda: Frames(shared_numbering(store_of(), key))


def test_without_redis_each_numbers_by_itself_and_then_as_who_was_first(replica, server):
    one, other = replica(), replica()
    assert shown(one, 5, 7) == shown(other, 5, 7) == [0, 1]
    server.stop()
    assert shown(one, 5, 7, 9) == [0, 1, 2]
    assert shown(other, 7, 8, 9) == [1, 2, 3]
    server.start()
    assert shown(other, 7, 8, 9) == [1, 2, 3]
    assert shown(one, 5, 7, 8, 9) == [0, 1, 2, 3]
    assert shown(replica(), 9, 8) == [3, 2]


def test_what_redis_has_lost_comes_from_who_is_asked_first_and_the_others_follow(replica, server):
    one, other = replica(), replica()
    assert shown(one, 5, 7, 9) == [0, 1, 2]
    assert shown(other, 7) == [1], "5 and 9 have their numbers though they are not in sight"
    server.stop()
    server.start()
    assert shown(other, 3) == [3]
    assert shown(one, 4) == [4]
    assert shown(replica(), 9, 3, 4) == [2, 3, 4]


def test_visibilities_have_numbers_of_their_own(store_of):
    of_dashboard = shared_numbering(store_of(), Secret("k" * 32))
    other = Visibility(frozenset({"f1"}))
    assert of_dashboard(SEEN).numbers(np.array([3], dtype=np.int32)).tolist() == [0]
    assert of_dashboard(other).numbers(np.array([8], dtype=np.int32)).tolist() == [0]
    foreign = shared_numbering(store_of(), Secret("l" * 32))
    assert foreign(SEEN).numbers(np.array([9], dtype=np.int32)).tolist() == [0]
