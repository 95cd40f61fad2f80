"""Bulk runs of several replicas on a real Redis: one sends, all show it, and no row is sent twice whoever goes on."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace

import httpx
import msgspec
import pytest

from catena_client import CatenaClient, InvitationCreate
from dashboard.access.viewer import OPERATOR
from dashboard.invitations.bulk import BulkRun
from dashboard.invitations.bulk_csv import read
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.rights import NotAllowed
from dashboard.invitations.rules import Draft
from dashboard.invitations.run_store import SCHEMA, RunStore, Told
from dashboard.invitations.shared_runs import STOPPED, SharedBulkRuns
from dashboard.replicas.lease import Lease
from dashboard.replicas.store import SharedStore
from tests.dashboard.invitations.fakes import FakeCatena
from tests.dashboard.waiting import until
from tests.redis_server import RedisServer
from tests.started.replicas import Serving

ANN = replace(OPERATOR, name="ann@example.com", session="s1")
FILE = b"fleet_ref\n" + b"\n".join(b"F%d" % number for number in range(12))
Replica = Callable[[], tuple[SharedBulkRuns, InvitationService]]


@pytest.fixture
def replica(store_of: Callable[..., SharedStore], client: CatenaClient, catena: FakeCatena) -> Replica:
    def make(url: str = "") -> tuple[SharedBulkRuns, InvitationService]:
        invitations = InvitationService(
            client, now=lambda: catena.now, clock=catena.seconds, handle_key=b"of the deployment"
        )
        return SharedBulkRuns(store_of(patience=10.0), invitations), invitations

    return make


class Gate:
    """Lets so many invitations be sent, and holds up the rest."""

    def __init__(self, catena: FakeCatena, number: int) -> None:
        self._left = threading.Semaphore(number)
        self.waiting: list[httpx.Request] = []
        self.open = threading.Event()
        catena.fault = self._pass

    def _pass(self, request: httpx.Request) -> None:
        if request.method == "POST" and not self.open.is_set() and not self._left.acquire(blocking=False):
            self.waiting.append(request)
            assert self.open.wait(30)


@pytest.fixture
def stuck(replica: Replica, catena: FakeCatena) -> Iterator[tuple[SharedBulkRuns, BulkRun, Gate]]:
    """A run of twelve rows of which one replica has sent four and is sending three."""
    runs, invitations = replica()
    gate = Gate(catena, 4)
    run = BulkRun(invitations, read(FILE, Draft()).rows)
    assert runs.start(ANN, run)
    until(lambda: len(gate.waiting) == 3 or run.halted, 30)
    assert not run.halted
    until(lambda: run.counts()["created"] == 4, 30)
    yield runs, run, gate
    gate.open.set()
    run.pause()
    until(lambda: not run.running)


def sent(catena: FakeCatena) -> list[str]:
    return sorted((one["fleet_ref"] for one in catena.posted), key=lambda ref: int(ref[1:]))


def test_another_replica_shows_the_progress_and_the_result_and_can_pause_it(
    replica: Replica, catena: FakeCatena, stuck: tuple[SharedBulkRuns, BulkRun, Gate]
) -> None:
    runs, run, gate = stuck
    others, invitations = replica()
    shown = others.of(ANN)
    assert shown is not None
    assert shown is others.of(ANN)
    assert (shown.running, shown.rows, shown.counts()["created"]) == (True, run.rows, 4)
    assert not others.start(ANN, shown), "it is being sent"
    assert not others.start(ANN, BulkRun(invitations, read(b"fleet_ref\nX", Draft()).rows))
    others.put_away(ANN, shown)
    assert others.of(ANN) is shown
    assert others.of(OPERATOR) is None
    with pytest.raises(NotAllowed):
        others.of(replace(ANN, role="viewer"))
    shown.pause()
    assert shown.pausing
    until(lambda: run.pausing)
    gate.open.set()
    until(lambda: not shown.running)
    assert shown.counts() == {"created": 7}
    assert shown.left == 5
    handles = {shown.outcome(row).handle for row in shown.rows if shown.outcome(row)}  # type: ignore[union-attr]
    invitations.read(ANN)
    assert handles == {known.handle for known in invitations.peek(ANN).invitations}
    assert others.start(ANN, shown), "paused on one it goes on on the other"
    until(lambda: not shown.running)
    assert shown.counts() == {"created": 12}
    assert sent(catena) == [f"F{number}" for number in range(12)]
    until(lambda: run.outcome(run.rows[-1]) is not None or bool(runs.of(ANN)))
    mine = runs.of(ANN)
    assert mine is not None
    until(lambda: mine.counts() == {"created": 12})
    others.put_away(ANN, shown)
    assert (others.of(ANN), runs.of(ANN)) == (None, None)


def test_after_the_death_of_the_one_that_sent_another_goes_on_and_sends_nothing_twice(
    replica: Replica,
    catena: FakeCatena,
    stuck: tuple[SharedBulkRuns, BulkRun, Gate],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, run, gate = stuck
    others, _ = replica()
    shown = others.of(ANN)
    assert shown is not None
    lease = run.journal._lease  # type: ignore[attr-defined]
    # As after kill -9: it renews nothing and writes nothing, and its requests arrive or not.
    monkeypatch.setattr(lease, "keep", lambda: False)
    monkeypatch.setattr(lease, "_until", float("-inf"))
    lease._store.release(lease._name, lease.token)
    until(lambda: not shown.running)
    assert shown.halted == STOPPED
    assert shown.left == 8
    gate.open.set()
    assert others.start(ANN, shown)
    until(lambda: not shown.running)
    assert shown.counts() == {"created": 9, "unknown": 3}, "the three under way may have been sent"
    until(lambda: not run.running)
    assert len(sent(catena)) == len(set(sent(catena))), "no row twice"
    assert set(sent(catena)) == {f"F{number}" for number in range(12)}
    assert run.counts()["created"] <= 7, "it began no row once it could not write that down"


def test_without_redis_nothing_more_is_sent_and_it_says_so(
    replica: Replica, catena: FakeCatena, stuck: tuple[SharedBulkRuns, BulkRun, Gate], server
) -> None:
    runs, run, gate = stuck
    server.stop()
    gate.open.set()
    until(lambda: not run.running, 20)
    assert "Redis" in run.halted
    assert len(sent(catena)) == 7
    assert run.counts() == {"created": 7}
    assert runs.of(ANN) is run
    server.start()
    assert runs.of(ANN) is run, "what Redis has lost this replica knows"
    until(lambda: runs.start(ANN, run) and (run.running or run.counts() == {"created": 12}))
    until(lambda: run.counts() == {"created": 12})
    assert sent(catena) == [f"F{number}" for number in range(12)]
    others, _ = replica()
    found = others.of(ANN)
    assert found is not None
    until(lambda: found.counts() == {"created": 12})


def test_without_redis_a_run_does_not_begin_and_says_so(replica: Replica, catena: FakeCatena, server) -> None:
    runs, invitations = replica()
    server.stop()
    run = BulkRun(invitations, read(FILE, Draft()).rows)
    assert runs.start(ANN, run)
    assert runs.of(ANN) is run
    assert run.halted.startswith("Nothing was sent. The shared store (Redis)")
    assert not catena.posted


def test_one_of_another_version_is_not_begun_again(
    replica: Replica, catena: FakeCatena, store_of: Callable[..., SharedStore]
) -> None:
    runs, invitations = replica()
    place = RunStore(store_of(), "ann@example.com")
    lease = Lease(store_of(), place.name, 60.0)
    assert lease.take()
    theirs = Told(SCHEMA + 1, "other", again=False, rows=())
    store_of().write(place.name, lease.token, {"run": msgspec.json.encode(theirs)})
    lease.release()
    run = BulkRun(invitations, read(FILE, Draft()).rows)
    assert runs.start(ANN, run)
    assert "another version" in run.halted
    assert not catena.posted


def test_in_redis_nothing_is_called_by_who_sends(
    replica: Replica, store_of: Callable[..., SharedStore]
) -> None:
    runs, invitations = replica()
    run = BulkRun(invitations, read(b"fleet_ref\nA", Draft()).rows)
    assert runs.start(ANN, run)
    until(lambda: run.counts() == {"created": 1})
    names = store_of().script("return redis.call('KEYS', '*')")([])
    assert names
    assert not any(b"ann" in name for name in names)


SENDER = """
import sys, threading
from dataclasses import replace
from catena_client import CatenaClient, InvitationCreate
from dashboard.access.viewer import OPERATOR
from dashboard.invitations.bulk import BulkRun
from dashboard.invitations.bulk_csv import read
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.rules import Draft
from dashboard.invitations.shared_runs import SharedBulkRuns
from dashboard.replicas.store import SharedStore

redis, api = sys.argv[1:]
client = CatenaClient("id", "secret", api_url=api, auth_url=f"{api}/realms/catena")
invitations = InvitationService(client, handle_key=b"of the deployment")
rows = read(b"fleet_ref\\n" + b"\\n".join(b"F%d" % number for number in range(12)), Draft()).rows
viewer = replace(OPERATOR, name="ann@example.com", session="s1")
assert SharedBulkRuns(SharedStore(redis, 2.0), invitations).start(viewer, BulkRun(invitations, rows))
threading.Event().wait()
"""


def test_a_process_killed_while_it_sends(replica: Replica, catena: FakeCatena, server: RedisServer) -> None:
    gate = Gate(catena, 4)
    api = Serving(SimpleNamespace(_answer=catena))  # type: ignore[arg-type]
    sender = subprocess.Popen([sys.executable, "-c", SENDER, server.url, api.url])
    try:
        until(lambda: len(gate.waiting) == 3, 60)
        others, _ = replica()
        shown = others.of(ANN)
        assert shown is not None
        until(lambda: shown.counts()["created"] == 4)
        assert shown.running
        sender.kill()
        until(lambda: not shown.running, 30)
        assert (shown.halted, shown.left) == (STOPPED, 8)
        gate.open.set()
        assert others.start(ANN, shown)
        until(lambda: not shown.running, 30)
        assert shown.counts() == {"created": 9, "unknown": 3}
        assert len(sent(catena)) == len(set(sent(catena))), "no row twice"
    finally:
        gate.open.set()
        sender.kill()
        sender.wait(10)
        api.shutdown()
        api.server_close()


def test_the_schema_is_another_one_when_runs_say_something_else() -> None:
    said = {name: sorted(kind["properties"]) for name, kind in msgspec.json.schema(Told)["$defs"].items()}
    assert (SCHEMA, said) == (
        1,
        {
            "BulkRow": ["beyond", "cells", "create", "done", "number", "problem", "skipped"],
            "InvitationCreate": sorted(InvitationCreate.__struct_fields__),
            "Told": ["again", "id", "rows", "schema"],
        },
    ), "count SCHEMA up"
