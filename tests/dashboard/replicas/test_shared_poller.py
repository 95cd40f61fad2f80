"""Several pollers on a real Redis: Catena is asked as by one, all show the same, and one goes on for the other."""

import threading
import time

import pytest

from dashboard.fleet.names import Names
from dashboard.ingest import polling
from dashboard.ingest.concurrency import Concurrency
from dashboard.ingest.directory import Directory
from dashboard.ingest.poll_log import PollLog
from dashboard.ingest.polling import PollState
from dashboard.ingest.shared_poller import SharedPoller
from dashboard.ingest.shared_positions import POSITIONS, SharedPositions
from dashboard.ingest.snapshot_builder import SnapshotBuilder
from dashboard.replicas.store import SharedStore
from tests.dashboard.catena import FLEETS, LOCATIONS, VEHICLES, full_catena, location, vehicle
from tests.dashboard.frames import NOW, fix
from tests.dashboard.waiting import until
from tests.redis_server import Relay

POLL = 0.6


class Replica:
    """One of several, and what it has shown."""

    def __init__(self, catena, url, poll_seconds=POLL):
        self.shown = []
        self.store = SharedStore(url, 0.5)
        self.poller = SharedPoller(
            self.store,
            catena.client(),
            Concurrency(),
            poll_seconds,
            published=lambda: self.shown.append(self.state.snapshot),
        )
        self.poller.start()

    @property
    def state(self):
        return self.poller.state

    @property
    def version(self):
        return self.state.snapshot.version if self.state.snapshot else 0

    @property
    def holds(self):
        return self.poller.holds


@pytest.fixture
def replicas(server, monkeypatch):
    monkeypatch.setattr(polling, "WAKE_SPACING_SECONDS", 0.1)
    catena, made = full_catena(), []

    def start(number=1, url=server.url, poll_seconds=POLL):
        made.extend(Replica(catena, url, poll_seconds) for _ in range(number))
        return made[-number:]

    start.catena = catena
    yield start
    for replica in made:
        replica.poller.close()
        replica.store.close()
    for replica in made:
        versions = [snapshot.version for snapshot in replica.shown]
        assert versions == sorted(versions), "a version went back"


def holder(replicas):
    until(lambda: sum(replica.holds for replica in replicas) == 1)
    return next(replica for replica in replicas if replica.holds)


def in_step(replicas, after=0):
    """All show the same snapshot, of a higher version than that."""
    until(lambda: len({replica.version for replica in replicas}) == 1 and replicas[0].version > after)
    return replicas[0].state.snapshot


def polls(catena):
    return catena.asked[FLEETS]


def test_one_polls_and_all_show_the_same(replicas):
    some = replicas(4)
    in_step(some)
    until(lambda: all(replica.poller.directory.names.vehicles for replica in some))
    holding = holder(some)
    before = polls(replicas.catena)
    version = holding.version
    until(lambda: holding.version >= version + 3)
    assert polls(replicas.catena) - before <= 5, "as many as one poller makes"
    in_step(some, version + 2)
    assert sum(replica.holds for replica in some) == 1
    for replica in some:
        assert list(replica.state.snapshot.vehicles["name"]) == ["Truck a", "Truck b", "Truck never-located"]
        assert replica.poller.directory.names == holding.poller.directory.names
        assert replica.state.problem == ""
        assert list(replica.state.snapshot.vehicles["ordinal"]) == [0, 1, 2]


def test_all_know_the_same_polls_and_who_takes_over_goes_on_with_them(replicas):
    first, *others = replicas(3)
    some = [first, *others]
    in_step(some)
    replicas.catena.failing[LOCATIONS] = (503, {"message": "down"})
    until(lambda: all("503" in replica.state.problem for replica in some))
    replicas.catena.failing.clear()
    until(lambda: not any(replica.state.problem for replica in some))
    until(lambda: len({tuple(replica.poller.log.polls()) for replica in some}) == 1)
    holding = holder(some)
    known = holding.poller.log.polls()
    assert [poll.outcome for poll in known].count("failed") == 1
    assert "503" in next(poll.problem for poll in known if poll.problem)
    holding.poller.close()
    some.remove(holding)
    taking = holder(some)
    until(lambda: len(taking.poller.log.polls()) >= len(known) + 2)
    until(lambda: len({tuple(replica.poller.log.polls()) for replica in some}) == 1)
    assert taking.poller.log.polls()[: len(known)] == known
    (late,) = replicas(1)
    until(lambda: late.poller.log.polls()[: len(known)] == known)


def test_names_are_read_once_for_all(replicas):
    some = replicas(3, poll_seconds=60.0)  # the lease is not lost meanwhile, however slow the machine
    until(lambda: all(replica.poller.directory.names.vehicles for replica in some))
    assert replicas.catena.asked[VEHICLES] == 1


def test_why_polling_fails_is_said_by_all_and_the_pause_is_everybodys(replicas):
    some = replicas(3)
    in_step(some)
    replicas.catena.failing[LOCATIONS] = (503, {"message": "down"})
    until(lambda: all("503" in replica.state.problem for replica in some))
    assert not any(replica.state.apart for replica in some), "a poll failed, nothing else"
    holding = holder(some)
    others = [replica for replica in some if replica is not holding]
    until(lambda: all(one.state.retry_at == holding.state.retry_at and one.state.retry_at for one in others))
    until(
        lambda: holding.state.retry_at and (holding.state.retry_at - holding.state.failing_since).seconds >= 3
    )
    asked, retry_at = replicas.catena.asked[LOCATIONS], holding.state.retry_at
    holding.poller.close()
    taking = holder(others)
    until(lambda: taking.poller._ready == taking.poller._lease.token)
    wait = taking.poller._due - time.monotonic() - (retry_at.timestamp() - time.time())
    assert abs(wait) < 0.5, "what is asked of one is kept by the next"
    assert replicas.catena.asked[LOCATIONS] == asked
    assert taking.poller._poller._failures > 1
    taking.poller.wake()
    replicas.catena.failing.clear()
    version = taking.version
    in_step(others, version)
    assert all(replica.state.problem == "" for replica in others)


def test_closed_another_goes_on_with_the_same_vehicles_in_their_places(replicas):
    some = replicas(2)
    in_step(some)
    catena = replicas.catena
    catena.rows[VEHICLES] += [vehicle("0")]
    catena.locations([location("0"), *catena.rows[LOCATIONS]])
    first = holder(some)
    first.poller.wake()
    until(lambda: "0" in set(some[0].state.snapshot.vehicles["vehicle_id"]))
    until(lambda: some[0].version == some[1].version)
    known = first.state.snapshot.vehicles.set_index("vehicle_id")["ordinal"].to_dict()
    other = next(replica for replica in some if replica is not first)
    first.poller.close()
    until(lambda: other.version > first.version)
    assert other.holds
    assert other.state.snapshot.vehicles.set_index("vehicle_id")["ordinal"].to_dict() == known
    (late,) = replicas(1)
    until(lambda: late.version == other.version)
    other.poller.close()
    until(lambda: late.version > other.version)
    assert late.state.snapshot.vehicles.set_index("vehicle_id")["ordinal"].to_dict() == known


def test_all_stopped_and_begun_anew_the_vehicles_keep_their_places_and_what_was_known_is_shown_at_once(
    replicas,
):
    (first,) = replicas(1)
    catena = replicas.catena
    until(lambda: len(first.state.snapshot.vehicles) == 3 if first.state.snapshot else False)
    until(lambda: first.poller.directory.names.vehicles)
    catena.locations(catena.rows[LOCATIONS][::-1])
    first.poller.close()
    known = first.state.snapshot.vehicles.set_index("vehicle_id")["ordinal"].to_dict()
    catena.failing[LOCATIONS] = (503, {"message": "down"})
    (again,) = replicas(1)
    until(lambda: "503" in again.state.problem)
    assert again.state.snapshot.version >= first.version, "an outage does not look like no vehicles"
    catena.failing.clear()
    until(lambda: again.version > first.version and not again.state.problem)
    assert again.state.snapshot.vehicles.set_index("vehicle_id")["ordinal"].to_dict() == known


def test_woken_anywhere_the_one_that_polls_polls(replicas):
    some = replicas(2, poll_seconds=60.0)
    in_step(some)
    holding = holder(some)
    other = next(replica for replica in some if replica is not holding)
    until(lambda: all(replica.poller.directory.names.vehicles for replica in some))
    before = in_step(some).version
    until(lambda: not holding.state.started_at)
    other.poller.wake()
    in_step(some, before)


def test_a_holder_that_is_cut_off_stops_and_another_goes_on(replicas, server):
    relay = Relay(server.port)
    (cut,) = replicas(1, relay.url)
    until(lambda: cut.holds and cut.state.snapshot)
    others = replicas(2)
    until(lambda: all(replica.version for replica in others))
    relay.cut()
    taking = holder(others)
    until(lambda: taking.version > cut.version)
    until(lambda: not cut.holds and not cut.poller._poller.running)
    until(lambda: cut.state.problem)
    assert cut.state.problem.startswith("The shared store (Redis) cannot be reached")
    assert cut.state.snapshot is not None
    version = taking.version
    relay.mend()
    in_step([cut, *others], version)
    until(lambda: not cut.state.problem)
    assert [replica.holds for replica in (cut, *others)].count(True) == 1
    cut.poller.close()
    relay.close()


def test_redis_gone_nobody_polls_and_all_say_so_until_it_is_back(replicas, server):
    some = replicas(3)
    until(lambda: all(replica.version and len(replica.state.snapshot.vehicles) == 3 for replica in some))
    server.stop()
    until(lambda: all("Redis" in replica.state.problem and replica.state.apart for replica in some))
    until(lambda: not any(replica.holds or replica.poller._poller.running for replica in some))
    asked, version = replicas.catena.asked.copy(), max(replica.version for replica in some)
    time.sleep(2 * POLL)
    assert replicas.catena.asked == asked
    assert all(replica.state.snapshot is not None for replica in some)
    known = some[0].state.snapshot.vehicles.set_index("vehicle_id")["ordinal"].to_dict()
    server.start()
    snapshot = in_step(some, version)
    until(lambda: all(replica.state.problem == "" for replica in some))
    assert snapshot.vehicles.set_index("vehicle_id")["ordinal"].to_dict() == known, (
        "though Redis has lost them"
    )
    assert sum(replica.holds for replica in some) == 1


def test_without_redis_from_the_start_that_is_said(replicas, server):
    server.stop()
    (one,) = replicas(1)
    until(lambda: one.state.problem)
    assert "Redis" in one.state.problem
    assert one.state.snapshot is None
    assert sum(replicas.catena.asked.values()) == 0
    server.start()
    until(lambda: one.version and not one.state.problem)


def test_a_poll_that_ends_after_the_lease_was_lost_is_dropped(replicas, monkeypatch):
    some = replicas(2)
    in_step(some)
    slow = holder(some)
    other = next(replica for replica in some if replica is not slow)
    going_on, asked = threading.Event(), threading.Event()
    build = slow.poller._poller._builder.build

    def late(*given, **more):
        asked.set()
        assert going_on.wait(20)
        return build(*given, **more)

    monkeypatch.setattr(slow.poller._poller._builder, "build", late)
    monkeypatch.setattr(slow.poller._lease, "keep", lambda: False)  # as if the process stood still
    assert asked.wait(20)
    until(lambda: other.holds and other.version > slow.version - 1)
    before = other.version
    until(lambda: other.version > before)
    late_version = slow.poller._poller._builder._version + 1
    going_on.set()
    monkeypatch.undo()
    until(lambda: not slow.poller._poller.running)
    in_step(some, other.version)
    assert late_version not in [snapshot.version for replica in some for snapshot in replica.shown]


def test_who_still_waits_for_an_answer_does_not_apply_for_the_lease_again(replicas, store_of, monkeypatch):
    (one,) = replicas(1)
    until(lambda: one.version)
    going_on, asked, looks = threading.Event(), threading.Event(), []
    build, read = one.poller._poller._builder.build, one.poller._positions.read

    def late(*given, **more):
        asked.set()
        assert going_on.wait(20)
        return build(*given, **more)

    monkeypatch.setattr(one.poller._poller._builder, "build", late)
    monkeypatch.setattr(one.poller._positions, "read", lambda: looks.append(one.holds) or read())
    assert asked.wait(20)
    store_of().release(POSITIONS, one.poller._lease.token)
    until(lambda: len(looks) >= 5)
    assert not any(looks)
    before = one.version
    going_on.set()
    until(lambda: one.holds and one.version > before)


def test_a_snapshot_that_is_read_late_does_not_take_the_place_of_a_newer_one(store_of):
    store = store_of()

    def positions(prepare):
        directory = Directory(full_catena().client())
        return SharedPositions(store, directory, PollLog(15.0), 15.0, prepare=prepare, published=lambda: None)

    builder = SnapshotBuilder()
    first, second = (PollState(builder.build([fix("a")], Names(), NOW)) for _ in range(2))
    assert positions(lambda _: None).publish(1, first, 0, builder.memory)
    one = positions(lambda _: one.publish(1, second, 0, builder.memory))
    assert one.read() is not None
    assert one.state.snapshot is second.snapshot


def test_what_another_version_publishes_is_said_and_the_map_stays_until_this_one_polls_again(
    replicas, store_of
):
    store = store_of()
    some = replicas(2)
    in_step(some)
    taken = []

    def other_version_takes():
        for replica in some:
            store.release(POSITIONS, replica.poller._lease.token)
        token = store.take(POSITIONS, 60.0)
        return token is not None and taken.append(token) is None

    until(other_version_takes)
    assert store.write(POSITIONS, taken[0], {"schema": b"2", "head": b"what this one does not know"})
    until(lambda: all("another version of the dashboard" in replica.state.problem for replica in some))
    until(lambda: not any(replica.poller._poller.running for replica in some))
    version, asked = max(replica.version for replica in some), replicas.catena.asked.copy()
    (late,) = replicas(1)
    until(lambda: late.state.problem)
    assert [late.state.snapshot, replicas.catena.asked] == [None, asked]
    assert all(replica.state.snapshot is not None for replica in some)
    store.release(POSITIONS, taken[0])
    in_step([*some, late], version)
    until(lambda: all(replica.state.problem == "" for replica in (*some, late)))
