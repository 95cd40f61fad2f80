"""Two replicas that invite the same fleet at once, on a real Redis: the second one sees what the first has made."""

from __future__ import annotations

import threading
from collections.abc import Callable

import httpx
import pytest

from catena_client import CatenaClient, InvitationCreate
from dashboard.access.viewer import OPERATOR
from dashboard.invitations import shared_turns
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.models import AlreadyInvited, NotSent
from dashboard.invitations.sender import Sender
from dashboard.invitations.shared_turns import SharedTurns
from dashboard.replicas.store import SharedStore
from tests.dashboard.invitations.fakes import FakeCatena
from tests.dashboard.waiting import until
from tests.redis_server import RedisServer

POST = "POST /v2/orgs/invitations"
Replica = Callable[[], InvitationService]


@pytest.fixture
def replica(
    store_of: Callable[..., SharedStore], client: CatenaClient, monkeypatch: pytest.MonkeyPatch
) -> Replica:
    # Other processes have other locks.
    monkeypatch.setattr(Sender, "_lock_of", lambda *_: threading.Lock())
    return lambda: InvitationService(client, turn=SharedTurns(store_of(), b"of the deployment").of)


@pytest.fixture
def held(catena: FakeCatena) -> threading.Event:
    """Until it is set, no invitation is made."""
    event = threading.Event()

    def fault(request: httpx.Request) -> None:
        if request.method == "POST":
            event.wait(30)

    catena.fault = fault
    return event


def invited(replica: InvitationService, outcomes: list[str], reference: str = "A") -> threading.Thread:
    def create() -> None:
        try:
            replica.create(OPERATOR, InvitationCreate(fleet_ref=reference))
            outcomes.append("created")
        except AlreadyInvited:
            outcomes.append("asked")
        except NotSent as error:
            outcomes.append(str(error))

    thread = threading.Thread(target=create)
    thread.start()
    return thread


def test_the_second_one_waits_and_is_asked(
    replica: Replica, catena: FakeCatena, held: threading.Event
) -> None:
    outcomes: list[str] = []
    first = invited(replica(), outcomes)
    until(lambda: catena.calls[POST] == 1)
    second = invited(replica(), outcomes)
    other = invited(replica(), outcomes, "B")
    until(lambda: catena.calls[POST] == 2)
    held.set()
    for thread in (first, second, other):
        thread.join()
    assert sorted(outcomes) == ["asked", "created", "created"]
    assert sorted(one["fleet_ref"] for one in catena.posted) == ["A", "B"]


def test_whoever_waits_in_vain_is_told_and_nothing_was_sent(
    replica: Replica, catena: FakeCatena, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_turns, "PATIENCE_SECONDS", 0.1)
    outcomes: list[str] = []
    first = invited(replica(), outcomes)
    until(lambda: catena.calls[POST] == 1)
    invited(replica(), outcomes).join()
    held.set()
    first.join()
    assert outcomes == [shared_turns.BUSY, "created"]


def test_without_redis_each_goes_on_by_itself(
    replica: Replica, catena: FakeCatena, server: RedisServer
) -> None:
    alone = replica()
    server.stop()
    assert alone.create(OPERATOR, InvitationCreate(fleet_ref="A")).created


def test_in_redis_nothing_is_called_by_the_reference(
    store_of: Callable[..., SharedStore],
) -> None:
    with SharedTurns(store_of(), b"of the deployment").of("Acme 7"):
        names = store_of().script("return redis.call('KEYS', '*')")([])
    assert names
    assert not any(b"Acme" in name for name in names)
