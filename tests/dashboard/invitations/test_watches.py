"""One invitation asked about alone: what is asked when, for how many, until when, and what becomes of a refusal."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from catena_client import CatenaClient
from dashboard.invitations.cache import InvitationCache
from dashboard.invitations.models import InvitationNotFound
from dashboard.invitations.watches import (
    AT_ONCE,
    EVERY_SECONDS,
    FIRST_PAUSE_SECONDS,
    SETTLED_SECONDS,
    UNWATCHED_SECONDS,
    Findings,
    Watches,
)
from tests.dashboard.invitations.fakes import FakeCatena, page
from tests.dashboard.waiting import running, until

CONNECTIONS, LOCATIONS = "/v2/integrations/connections", "/v2/telematics/vehicle-locations"
ROW = {
    "created_at": "2026-03-02T12:00:00Z", "updated_at": "2026-03-02T12:00:00Z", "fleet_id": "f1",
    "source_name": "geotab",
}  # fmt: skip
CONNECTION = ROW | {"id": "c", "tsp_id": "t", "credentials": {}, "status": "active", "description": None}
PLACE = {"type": "Point", "coordinates": [-88.0, 42.0]}
LOCATION = ROW | {
    "id": "l",
    "connection_id": "c",
    "source_id": "s",
    "source_data_hash": "h",
    "location": PLACE,
}


class Stage:
    """A watched account whose time stands still: after each request, its thread waits until the test lets it go on."""

    def __init__(self, client: CatenaClient, catena: FakeCatena) -> None:
        self.catena = catena
        self.client = client
        self.cache = InvitationCache(lambda: catena.now)
        self.places: list[dict[str, Any]] = []
        self.moves = 0
        self.pauses: list[float] = []
        self.gate = threading.Semaphore(0)
        self.watches = Watches(client, self.cache, self._moved, clock=catena.seconds, sleep=self._pause)
        catena.fault = self._places

    def invite(self, reference: str = "A", **values: Any) -> str:
        """Let an invitation be known, and give its handle."""
        self.catena.invite(reference, **values)
        for made in self.client.invitations.iterate(fleet_ref=reference):
            handle = self.cache.put(made).handle
        self.catena.calls.clear()
        return handle

    def asked(self, handle: str) -> tuple[Findings, float]:
        """Look, and give what is known after the request that follows, and how long until the next."""
        before = len(self.pauses)
        self.watches.look(handle)
        if before:
            self.gate.release()
        until(lambda: len(self.pauses) > before)
        return self.watches.look(handle), self.pauses[-1]

    def _moved(self) -> None:
        self.moves += 1

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.gate.acquire(timeout=30)

    def _places(self, request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(200, json=page(self.places)) if request.url.path == LOCATIONS else None


@pytest.fixture
def stage(client: CatenaClient, catena: FakeCatena) -> Iterator[Stage]:
    made = Stage(client, catena)
    yield made
    catena.now += timedelta(seconds=UNWATCHED_SECONDS + 1)
    made.gate.release(100)
    until(lambda: not running("stage"))


def test_each_step_is_asked_for_alone_and_the_next_at_once(stage: Stage, catena: FakeCatena) -> None:
    handle = stage.invite()
    (made,) = catena.invitations
    one = f"GET /v2/orgs/invitations/{made['id']}"
    assert stage.asked(handle) == (Findings(), EVERY_SECONDS)
    assert stage.cache.get(handle).fleet_id is None
    made.update(status="accepted", fleet_id="f1")
    assert stage.asked(handle) == (Findings(), 0.0)
    assert stage.cache.get(handle).fleet_id == "f1"
    assert stage.moves == 1
    assert stage.asked(handle) == (Findings(), EVERY_SECONDS)
    catena.connections.append(CONNECTION)
    found, wait = stage.asked(handle)
    assert [row.source_name for row in found.connections] == ["geotab"]
    assert wait == 0.0
    stage.places = [LOCATION | {"location": None}]
    assert not stage.asked(handle)[0].reported
    stage.places = [LOCATION]
    assert stage.asked(handle)[0].reported
    assert stage.moves == 2
    assert catena.calls == {one: 2, f"GET {CONNECTIONS}": 2, f"GET {LOCATIONS}": 2}
    stage.gate.release()
    until(lambda: not running("stage"))
    assert stage.watches.look(handle).reported
    assert not running("stage"), "nothing is left to ask about"


@pytest.mark.parametrize(
    ("changes", "seconds"),
    [
        ({"status": "active"}, EVERY_SECONDS),
        ({"status": "accepted"}, EVERY_SECONDS),
        ({"status": "declined"}, SETTLED_SECONDS),
        ({"status": "expired"}, SETTLED_SECONDS),
        ({"status": "deleted"}, SETTLED_SECONDS),
    ],
    ids=lambda value: value["status"] if isinstance(value, dict) else str(value),
)
def test_where_nothing_more_is_to_come_is_asked_less_often(
    stage: Stage, catena: FakeCatena, changes: dict[str, str], seconds: float
) -> None:
    handle = stage.invite()
    catena.invitations[0].update(changes)
    assert stage.asked(handle)[1] == seconds


def test_an_ended_connection_is_none(stage: Stage, catena: FakeCatena) -> None:
    handle = stage.invite(status="accepted", fleet_id="f1")
    catena.connections.append(CONNECTION | {"status": "deleted"})
    assert stage.asked(handle)[0].connections == ()


def test_however_many_look_it_is_asked_once_and_no_more_when_all_have_gone(
    stage: Stage, catena: FakeCatena
) -> None:
    handle = stage.invite()
    stage.asked(handle)
    for _ in range(50):
        stage.watches.look(handle)
    assert len(running("stage")) == 1
    assert catena.calls.total() == 1
    catena.now += timedelta(seconds=UNWATCHED_SECONDS + 0.1)
    stage.gate.release()
    until(lambda: not running("stage"))
    assert catena.calls.total() == 1
    stage.watches.look(handle)
    until(lambda: catena.calls.total() == 2)  # somebody looks again


def test_a_refusal_is_told_and_pauses_as_long_as_catena_asks(stage: Stage, catena: FakeCatena) -> None:
    handle = stage.invite()
    slower = {"code": 429, "message": "m", "detail": {"retry_after_seconds": 77}}
    pauses = []
    for status in (503, 503, 200, 503, 429):
        catena.fault = lambda _request, status=status: (
            None if status == 200 else httpx.Response(status, json=slower if status == 429 else {})
        )
        found, wait = stage.asked(handle)
        assert bool(found.problem) == (status != 200)
        pauses.append(wait)
    assert pauses == [FIRST_PAUSE_SECONDS, 2 * FIRST_PAUSE_SECONDS, EVERY_SECONDS, FIRST_PAUSE_SECONDS, 77]


def test_one_that_was_withdrawn_is_not_known_any_more(stage: Stage, catena: FakeCatena) -> None:
    handle = stage.invite()
    catena.invitations.clear()
    stage.asked(handle)
    with pytest.raises(InvitationNotFound):
        stage.cache.get(handle)


def test_so_many_side_by_side_and_no_more(stage: Stage, catena: FakeCatena) -> None:
    handles = [stage.invite(f"F{number}") for number in range(AT_ONCE + 1)]
    for handle in handles:
        stage.watches.look(handle)
    until(lambda: len(stage.pauses) == AT_ONCE)
    assert len(running("stage")) == AT_ONCE
    assert catena.calls.total() == AT_ONCE
