"""The replicas of one dashboard know of each other through a real Redis: who comes, who goes, who is silent."""

import pytest

from dashboard.watch import roster
from dashboard.watch.replica import Replica
from dashboard.watch.roster import REPLICAS, Roster
from tests.dashboard.waiting import until
from tests.redis_fixtures import redis_process, server, store_of  # noqa: F401 - fixtures

HOSTILE = "m|<b>[x](y)🚚/7"


@pytest.fixture
def enter(store_of, monkeypatch):  # noqa: F811 - a fixture
    monkeypatch.setattr(roster, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(roster, "GONE_SECONDS", 0.5)
    made = []

    def enter(name, **more):
        made.append(Roster(store_of(), lambda: Replica(name, **more)))
        made[-1].start()
        return made[-1]

    yield enter
    for one in made:
        one.close()


def names(one):
    return [replica.name for replica in one.replicas()]


def test_each_knows_all_and_itself_first(enter):
    a, b = enter("a", pages=3, polls=True, snapshot=7), enter(HOSTILE)
    until(lambda: names(a) == ["a", HOSTILE] and names(b) == [HOSTILE, "a"])
    assert b.replicas()[1] == Replica("a", pages=3, polls=True, snapshot=7)
    assert [a.problem, b.problem] == ["", ""]


def test_who_ends_or_is_silent_is_gone(enter, store_of):  # noqa: F811 - a fixture
    stays, ends = enter("stays"), enter("ends")
    store_of().enter(REPLICAS, "killed", b'{"name":"killed"}', 0.5)
    until(lambda: names(stays) == ["stays", "ends", "killed"])
    ends.close()
    until(lambda: names(stays) == ["stays"])
    assert store_of().entered(REPLICAS).keys() == {"stays"}
    assert store_of()._redis.smembers("catena:replicas") == {b"stays"}


def test_a_replica_of_another_version_is_known_by_what_can_be_read_of_it(enter, store_of):  # noqa: F811
    one = enter("one")
    store_of().enter(REPLICAS, "newer", b'{"name":"newer","version":"9.0","mood":"good"}', 60)
    store_of().enter(REPLICAS, "odd", b"\x80\x04.", 60)
    until(lambda: names(one) == ["one", "newer", "odd"])
    assert one.replicas()[1:] == [Replica("newer", version="9.0"), Replica("odd")]


def test_without_redis_the_others_are_not_known_and_it_says_so(enter, server):  # noqa: F811 - a fixture
    a, b = enter("a"), enter("b")
    until(lambda: names(a) == ["a", "b"] and names(b) == ["b", "a"])
    server.stop()
    until(lambda: a.problem and b.problem)
    assert names(a) == ["a"]
    assert "Redis" in a.problem
    server.start()
    until(lambda: names(a) == ["a", "b"] and not a.problem)
