"""Trailers of several replicas on a real Redis: Catena is asked as by one, and all show the same."""

import msgspec
import pandas as pd
import pytest

from dashboard.fleet.names import Names
from dashboard.ingest import shared_trailers
from dashboard.ingest.shared_trailers import NAME, SCHEMA, Head, SharedTrailerPoller
from dashboard.replicas.store import Unreachable
from tests.dashboard.catena import T0, TRAILER_LOCATIONS, TRAILERS, Catena, trailer_row
from tests.dashboard.waiting import until


@pytest.fixture
def catena():
    made = Catena(page_size=10)
    made.rows[TRAILERS] = [trailer_row("trailer", n, trailer_name=f"Trailer | <{n}>") for n in range(3)]
    made.rows[TRAILER_LOCATIONS] = [
        trailer_row("l", n, trailer_id=f"trailer-{n}", occurred_at=T0,
                    location={"type": "Point", "coordinates": [n, 42.0]} if n else None)
        for n in range(3)
    ]  # fmt: skip
    return made


@pytest.fixture
def replica(store_of, catena):
    made = []

    def make():
        made.append(SharedTrailerPoller(store_of(), catena.client(), lambda: Names(fleets={"f1": "North"})))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_one_asks_and_all_show_the_same(replica, catena):
    one, other = replica(), replica()
    one.poll_once()
    other.poll_once()
    assert catena.asked[TRAILER_LOCATIONS] == 1
    pd.testing.assert_frame_equal(one.state.snapshot.trailers, other.state.snapshot.trailers)
    assert one.state.snapshot.version == other.state.snapshot.version
    assert one.state.snapshot.taken_at == other.state.snapshot.taken_at
    one.poll_once()
    before = other.state.snapshot
    other.poll_once()
    assert other.state.snapshot.version > before.version
    other.poll_once()
    assert other.state.snapshot.version == one.state.snapshot.version
    assert catena.asked[TRAILER_LOCATIONS] == 2


def test_an_answer_without_trailers_is_one_too(replica, catena):
    catena.rows[TRAILER_LOCATIONS] = []
    one, other = replica(), replica()
    one.poll_once()
    other.poll_once()
    assert len(other.state.snapshot.trailers) == 0


def test_closed_or_no_longer_looked_at_another_goes_on_when_it_is_due(replica, catena, monkeypatch):
    one, other = replica(), replica()
    one.poll_once()
    one.close()
    assert 0 < other.poll_once() <= shared_trailers.POLL_SECONDS, "it was read a moment ago"
    assert catena.asked[TRAILER_LOCATIONS] == 1
    before = other.state.snapshot
    other.poll_once()
    assert other.state.snapshot.version > before.version
    other._watched_at = float("-inf")
    assert not other._wanted()
    third = replica()
    third.poll_once()
    third.poll_once()
    assert third.state.snapshot.version > before.version
    assert catena.asked[TRAILER_LOCATIONS] == 3


def test_why_it_fails_is_said_by_all_and_the_pause_is_everybodys(replica, catena):
    one, other = replica(), replica()
    one.poll_once()
    catena.failing[TRAILER_LOCATIONS] = (503, {"message": "down"})
    one.poll_once()
    asked = catena.asked[TRAILER_LOCATIONS]
    other.poll_once()
    assert other.state.problem == one.state.problem != ""
    assert other.state.retry_at == one.state.retry_at
    assert len(other.state.snapshot.trailers) == 3
    one.close()
    assert 10 < other.poll_once() <= 45
    assert catena.asked[TRAILER_LOCATIONS] == asked


def test_what_was_read_after_the_lease_was_lost_is_dropped(replica, catena, store_of, monkeypatch):
    slow, other = replica(), replica()
    slow.poll_once()
    take = slow._take

    def late():
        taken = take()
        store_of().release(NAME, slow._lease.token)  # its time is over, which its own clock does not tell
        assert other._lease.take()
        other._version = other._lease.token
        super(SharedTrailerPoller, other).poll_once()
        assert other._publish(other._lease.token)
        return taken

    monkeypatch.setattr(slow, "_take", late)
    slow.poll_once()
    assert slow.state.snapshot.version == other.state.snapshot.version


def test_who_could_not_read_when_it_took_the_lease_still_goes_on_after_what_was_published(
    replica, catena, store_of, monkeypatch
):
    one, other, third = replica(), replica(), replica()
    one.poll_once()
    published = one.state.snapshot.version
    one.close()
    read = other._store.read
    monkeypatch.setattr(other._store, "read", unreachable)
    other.poll_once()
    assert other._lease.held
    assert "Redis" in other.state.problem
    monkeypatch.setattr(other._store, "read", read)
    monkeypatch.setattr(shared_trailers, "POLL_SECONDS", 0.0)
    until(lambda: other.poll_once() and other.state.snapshot and other.state.snapshot.version > published)
    third.poll_once()
    assert third.state.snapshot.version == other.state.snapshot.version


def unreachable(*_):
    raise Unreachable("Redis is away.")


def test_without_redis_what_is_known_stays_and_it_says_so(replica, catena, server):
    one = replica()
    one.poll_once()
    asked = catena.asked[TRAILER_LOCATIONS]
    server.stop()
    one.poll_once()
    assert "Redis" in one.state.problem
    assert len(one.state.snapshot.trailers) == 3
    server.start()
    until(lambda: one.poll_once() and not one.state.problem)
    assert catena.asked[TRAILER_LOCATIONS] >= asked


def test_what_another_version_publishes_is_said_and_who_polls_next_writes_anew(replica, store_of):
    one, other = replica(), replica()
    one.poll_once()
    store_of().write(NAME, one._lease.token, {"schema": b"0"})
    other.poll_once()
    assert "another version" in other.state.problem
    one.close()
    other.poll_once()
    assert other.state.problem == ""
    assert store_of().read(NAME, "schema") == [SCHEMA]


def test_the_schema_is_another_one_when_something_else_is_shared(replica):
    one = replica()
    one.poll_once()
    columns = one.state.snapshot.trailers.dtypes.astype(str).to_dict()
    fields = [field.name for field in msgspec.structs.fields(Head)]
    assert (SCHEMA, fields, columns) == (
        b"1",
        ["version", "taken_at", "unreadable", "problem", "failures", "failing_since", "retry_at"],
        {
            "trailer_id": "str",
            "name": "str",
            "vin": "str",
            "plate": "str",
            "fleet_id": "category",
            "fleet": "category",
            "source": "category",
            "tsp_slug": "category",
            "source_name": "category",
            "occurred_at": "datetime64[us, UTC]",
            "lon": "float64",
            "lat": "float64",
        },
    ), "count SCHEMA up"
