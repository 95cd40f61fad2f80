"""What two replicas know of each other's links and ended sessions, on a real Redis that may fail or forget."""

import time
from dataclasses import replace

import msgspec
import pytest

from dashboard.sharing import shared_store, signs_of_life
from dashboard.sharing.shared_links import SCHEMA, Kept
from dashboard.sharing.shared_store import NAME, SharedShareStore
from dashboard.sharing.shared_tries import SharedTries
from dashboard.sharing.store import KEPT_SECONDS, StoreFailed
from tests.dashboard.sharing.test_store import NOW, PLAIN, SHARE
from tests.dashboard.waiting import until


@pytest.fixture
def replica(store_of):
    made = []

    def make(clock=lambda: NOW):
        made.append(SharedShareStore(store_of(), clock))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_what_one_writes_the_other_reads_at_once(replica):
    one, other = replica(), replica()
    one.add(SHARE, "digest", "code")
    one.add_guest("g1", SHARE.id, NOW)
    assert other.by_token("digest") == (replace(SHARE, has_pass_code=True), "code")
    assert other.of_guest("g1") == replace(SHARE, has_pass_code=True)
    other.change(SHARE.id, revoked=True)
    assert one.share(SHARE.id).revoked
    until(lambda: one.of_guest("g1").revoked)


def test_both_may_change_at_once(replica):
    one, other = replica(), replica()
    for number in range(10):
        for store in (one, other):
            store.add(replace(SHARE, id=f"{number} {store is one}"), f"{number} {store is one}", "")
    one.change("3 True", last_used_at=1.0)
    other.change("3 True", expires_at=2.0)
    assert len(one.shares()) == len(other.shares()) == 20
    kept = one.share("3 True")
    assert (kept.last_used_at, kept.expires_at) == (1.0, 2.0)


def test_a_session_that_ended_on_one_has_ended_on_the_other_and_on_one_that_begins_later(replica):
    one, other = replica(), replica()
    one.add(SHARE, "digest", "")
    one.add_guest("g1", SHARE.id, NOW)
    assert other.of_guest("g1") == SHARE
    one.end("g1", NOW + 60)
    assert one.ended("g1")
    assert one.of_guest("g1") is None
    until(lambda: other.ended("g1"))
    assert other.of_guest("g1") is None
    later = replica()
    until(lambda: later.ended("g1"))


def test_signs_of_life_are_told_and_the_newest_counts(replica, server, monkeypatch):
    monkeypatch.setattr(signs_of_life, "EXCHANGE_SECONDS", 0.0)
    one, other = replica(), replica()
    one.lives("s1", NOW)
    other.lives("s2", NOW + 1)
    until(lambda: (other.last_life("s1"), one.last_life("s2")) == (NOW, NOW + 1))
    other.lives("s1", NOW - 9)
    one.lives("old", NOW - signs_of_life.KEPT_SECONDS - 1)
    one.lives("s3", NOW)
    until(lambda: other.last_life("s3") == NOW)
    assert [other.last_life(name) for name in ("s1", "old", "nobody")] == [NOW, float("-inf"), float("-inf")]
    server.stop()
    one.lives("s4", NOW)
    server.start()
    until(lambda: other.last_life("s4") == NOW)


def test_what_redis_has_lost_the_replicas_write_anew_and_what_was_revoked_stays_so(replica, server):
    one, other = replica(), replica()
    one.add(SHARE, "digest", "")
    one.add(PLAIN, "other", "")
    one.add_guest("g1", SHARE.id, NOW)
    assert other.of_guest("g1") == SHARE
    one.change(PLAIN.id, revoked=True)
    one.end("out", NOW + 60)
    until(lambda: other.ended("out") and other.share(PLAIN.id).revoked)
    server.stop()
    server.start()
    new = replica()
    until(lambda: _found(lambda: len(new.shares()) == 2))
    assert new.share(PLAIN.id).revoked
    until(lambda: new.ended("out"))
    until(lambda: new.of_guest("g1") == SHARE)


def test_guests_are_written_anew_whoever_writes_the_links(replica, server):
    one, knows_the_guest = replica(), replica()
    one.add(SHARE, "digest", "")
    one.add_guest("g1", SHARE.id, NOW)
    assert knows_the_guest.of_guest("g1") == SHARE
    knows_the_guest.close()  # it comes later than the other one
    server.stop()
    server.start()
    new = replica()
    until(lambda: _found(lambda: len(new.shares()) == 1))
    assert new.of_guest("g1") is None
    knows_the_guest._look()
    until(lambda: new.of_guest("g1") == SHARE)


def test_without_redis_who_is_in_stays_for_a_while_and_nobody_else_comes_in(replica, server, monkeypatch):
    one = replica()
    one.add(SHARE, "digest", "")
    one.add_guest("g1", SHARE.id, NOW)
    assert one.of_guest("g1") == SHARE
    server.stop()
    monkeypatch.setattr(shared_store, "GUEST_SECONDS", -1.0)
    assert one.of_guest("g1") == SHARE
    one.end("signed out", NOW + 60)
    assert one.ended("signed out"), "at once, and written once that can be"
    for refused in (
        lambda: one.of_guest("g2"),
        lambda: one.by_token("digest"),
        lambda: one.add(PLAIN, "other", ""),
        lambda: one.add_guest("g2", SHARE.id, NOW),
    ):
        with pytest.raises(StoreFailed, match="Redis") as said:
            refused()
        assert str(said.value).count(". ") == 0
    monkeypatch.setattr(shared_store, "STALE_SECONDS", 0.0)
    with pytest.raises(StoreFailed):
        one.of_guest("g1")
    server.start()
    other = replica()
    until(lambda: other.ended("signed out"))


def test_a_link_of_another_version_opens_nothing_here_and_is_left_alone(replica, store_of):
    store = replica()
    store.add(SHARE, "digest", "")
    raw = store_of()
    theirs = msgspec.json.encode({"schema": SCHEMA + 1, "share": {"hides": "more"}})
    raw.write(NAME, 1, {"link new": theirs, "version": b"another"})
    assert store.shares() == [SHARE]
    store.change(SHARE.id, revoked=True)
    assert raw.read(NAME, "link new") == [theirs]


def test_what_was_over_long_ago_is_dropped(replica, store_of):
    now = [NOW]
    store = replica(lambda: now[0])
    store.add(SHARE, "digest", "")
    store.end("old", NOW + 60)
    raw = store_of()
    until(lambda: raw.read(NAME, "ended old") != [None])
    now[0] = SHARE.expires_at + KEPT_SECONDS + 1
    store.end("new", now[0] + 60)
    until(lambda: raw.read(NAME, f"link {SHARE.id}", "ended old") == [None, None])
    assert not store.ended("old")
    assert store.shares() == []


def test_redis_holds_no_token_and_no_code(replica, store_of):
    store = replica()
    store.add(SHARE, "digest", "salt:hash")
    (kept,) = store_of().read(NAME, f"link {SHARE.id}")
    assert msgspec.json.decode(kept, type=Kept).token == "digest"


def test_the_schema_is_another_one_when_links_say_something_else():
    said = msgspec.json.schema(Kept)["$defs"]
    fields = {name: sorted(kind["properties"]) for name, kind in said.items()}
    assert (SCHEMA, fields) == (
        1,
        {
            "Kept": ["code", "number", "schema", "share", "token"],
            "Share": [
                "expires_at",
                "has_pass_code",
                "id",
                "label",
                "last_used_at",
                "made_at",
                "made_by",
                "may_export",
                "may_see_trails",
                "revoked",
                "view",
                "visibility",
            ],
            "Visibility": ["fleets", "hidden", "rounded", "sources"],
        },
    ), "count SCHEMA up"


def test_wrong_codes_cannot_be_tried_without_redis(store_of, server):
    tries = SharedTries(store_of())
    assert tries.begin("s1", time.time())
    server.stop()
    with pytest.raises(StoreFailed):
        tries.begin("s1", time.time())


def _found(look):
    try:
        return look()
    except StoreFailed:
        return False
