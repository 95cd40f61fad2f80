"""Several replicas as real processes: Catena is asked as by one, whatever becomes of one of them or of Redis."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.dashboard.catena import TOKEN
from tests.dashboard.waiting import until
from tests.started.replicas import SECONDS, Deployment

pytestmark = pytest.mark.started


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with ExitStack() as stack:
        made = Deployment(tmp_path, stack)
        yield made
        for replica in made.replicas:
            versions = [one["version"] for one in replica.shown]
            assert versions == sorted(versions), "a version went back"
            assert "Traceback" not in replica.server.log()


@pytest.mark.parametrize("number", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_catena_is_asked_as_by_one(deployment: Deployment, number: int) -> None:
    deployment.start(number)
    # One request for each snapshot; one may be under way.
    assert deployment.polls_counted(5) >= 4
    assert deployment.catena.asked[TOKEN] == 1, "the token is everybody's"
    assert {len(replica.now["ordinals"]) for replica in deployment.replicas} == {3}


@pytest.mark.slow
def test_killed_stopped_and_resumed(deployment: Deployment) -> None:
    """The holder's death, and a sleep past its lease, cost a few polls and nothing else."""
    deployment.start(3)
    before = deployment.in_step()
    known = deployment.replicas[0].now["ordinals"]
    dead = deployment.holder
    dead.signal(signal.SIGKILL)
    deployment.replicas.remove(dead)
    before = deployment.in_step(before)
    sleeper = deployment.holder
    sleeper.signal(signal.SIGSTOP)
    other = next(replica for replica in deployment.replicas if replica is not sleeper)
    until(lambda: other.now["holds"] and other.now["version"] > before, SECONDS)
    sleeper.signal(signal.SIGCONT)
    until(lambda: not sleeper.now["holds"], SECONDS)
    deployment.in_step(other.now["version"])
    assert deployment.polls_counted(5) >= 4, "one polls, not both"
    assert all(replica.now["ordinals"] == known for replica in deployment.replicas)


@pytest.mark.slow
def test_redis_restarted_and_a_replica_cut_off(deployment: Deployment) -> None:
    relay = deployment.relay()
    (cut,) = deployment.start(1, relay.url)
    deployment.start(1)
    before, known = deployment.in_step(), cut.now["ordinals"]
    relay.cut()
    until(lambda: "Redis" in cut.now["problem"] and not cut.now["holds"], SECONDS)
    other = deployment.replicas[1]
    until(lambda: other.now["holds"] and other.now["version"] > before, SECONDS)
    assert cut.now["ordinals"] == known, "the map keeps what it has"
    relay.mend()
    before = deployment.in_step(other.now["version"])
    deployment.redis.stop()
    until(lambda: all("Redis" in replica.now["problem"] for replica in deployment.replicas), SECONDS)
    until(lambda: not any(replica.now["holds"] for replica in deployment.replicas), SECONDS)
    deployment.redis.start()
    deployment.in_step(before)
    assert deployment.polls_counted(5) >= 4, "one polls, not both"
    assert all(replica.now["ordinals"] == known for replica in deployment.replicas)
