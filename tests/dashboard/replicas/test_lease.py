"""The lease and its fence, on a real Redis: one holds it, and whoever held it before writes nothing any more."""

import threading
import time

import pytest

from dashboard.replicas.lease import Lease
from dashboard.replicas.store import Unreachable
from tests.dashboard.waiting import until


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_one_of_many_holds_it(store_of):
    leases = [Lease(store_of(), "task", 60.0) for _ in range(8)]
    start, taken = threading.Barrier(8), []

    def take(lease):
        start.wait()
        taken.append(lease.take())

    threads = [threading.Thread(target=take, args=[lease]) for lease in leases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 7 + [True]
    assert sorted(lease.held for lease in leases) == [False] * 7 + [True]


def test_given_back_the_next_has_it_at_once_and_with_a_higher_token(store_of):
    first, second = Lease(store_of(), "task", 60.0), Lease(store_of(), "task", 60.0)
    assert first.take()
    assert not second.take()
    first.release()
    assert not first.held
    assert second.take()
    assert second.token > first.token


def test_leases_of_two_names_are_two(store_of):
    assert Lease(store_of(), "task", 60.0).take()
    assert Lease(store_of(), "other", 60.0).take()


def test_renewed_it_outlasts_its_seconds_and_left_alone_it_does_not(store_of):
    clock = Clock()
    first, second = Lease(store_of(), "task", 3.0, clock), Lease(store_of(), "task", 3.0)
    assert first.take()
    end = time.monotonic() + 4.0
    while time.monotonic() < end:
        assert first.keep()
        assert not second.take()
        time.sleep(0.2)
    until(second.take)
    clock.now = 3.0
    assert not first.held
    assert not first.keep()


def test_its_own_clock_ends_the_hold_though_nobody_can_be_asked(store_of, server):
    clock = Clock()
    lease = Lease(store_of(), "task", 10.0, clock)
    assert lease.take()
    server.stop()
    with pytest.raises(Unreachable, match="Redis"):
        lease.keep()
    clock.now = 9.9
    assert lease.held
    clock.now = 10.0
    assert not lease.held
    assert not lease.keep()


def test_one_that_somebody_else_has_taken_is_not_renewed(store_of):
    slow, other = Lease(store_of(), "task", 0.05, Clock()), Lease(store_of(), "task", 60.0)
    assert slow.take()
    until(other.take)
    assert slow.held, "its clock stood still, as that of a stopped process seems to"
    assert not slow.keep()
    assert not slow.held


def test_a_late_write_is_refused(store_of):
    store = store_of()
    slow, other = Lease(store, "task", 0.05), Lease(store_of(), "task", 60.0)
    assert slow.take()
    assert store.write("task", slow.token, {"value": b"first"})
    until(other.take)
    assert not store.write("task", slow.token, {"value": b"late"}), (
        "before the other one has written anything"
    )
    assert store.read("task", "value") == [b"first"]
    assert store.write("task", other.token, {"value": b"second", "more": b"\x00\xff"})
    assert not store.write("task", slow.token, {"value": b"late"})
    assert store.read("task", "more", "value", "none") == [b"\x00\xff", b"second", None]


def test_a_redis_that_has_lost_everything_still_knows_late_from_new(store_of, server):
    store = store_of()
    old, new = Lease(store, "task", 60.0), Lease(store_of(), "task", 60.0)
    assert old.take()
    server.stop()
    server.start()
    assert new.take()
    assert new.token > old.token
    assert not store.write("task", old.token, {"value": b"late"})
    assert not old.keep()


def test_a_write_is_heard_of_by_who_listens_to_that_name(store_of):
    store, notices = store_of(), store_of().listen("task")
    assert notices.wait(0.05) is None
    until(lambda: _hears(notices, store, "begin"))
    store.notify("other", "no")
    store.notify("task", "wake")
    assert notices.wait(5) == "wake"
    assert store.write("task", 1, {"value": b"1"}, "changed")
    assert notices.wait(5) == "changed"
    notices.close()


def test_who_listens_hears_again_after_an_outage(store_of, server):
    store, notices = store_of(), store_of().listen("task")
    assert notices.wait(0.05) is None
    server.stop()
    with pytest.raises(Unreachable):
        notices.wait(5)
    server.start()
    until(lambda: _hears(notices, store, "again"))
    notices.close()


def test_a_connection_that_broke_off_while_nobody_asked_keeps_nobody_from_asking(store_of, server):
    store = store_of(rest=60.0)
    notices = store.listen("task")
    until(lambda: _hears(notices, store, "begin"))
    store._redis.client_kill_filter(_type="pubsub")
    until(lambda: not _hears(notices, store, "again"))
    assert store.read("task", "value") == [None]
    until(lambda: _hears(notices, store, "again"))


def test_what_redis_refuses_keeps_nobody_from_asking(store_of):
    store = store_of(rest=60.0)
    with pytest.raises(Unreachable):
        store.script("return redis.call('INCR', 'a', 'b')")([])
    assert store.read("task", "value") == [None]


def _hears(notices, store, notice):
    """Whether a notice is heard, and no other is left."""
    try:
        store.notify("task", notice)
        heard = notices.wait(0.2) == notice
        while notices.wait(0.05):
            pass
    except Unreachable:
        return False
    return heard
