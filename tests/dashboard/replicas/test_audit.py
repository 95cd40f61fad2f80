"""The record that replicas have in common, on a real Redis."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.replicas import audit as shared
from dashboard.replicas.audit import NAME, SharedAudit
from tests.dashboard.waiting import until


class Clock:
    now = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def replica(store_of, tmp_path):
    made, clock = [], Clock()

    def make():
        made.append(SharedAudit(store_of(), tmp_path / f"{len(made)}.jsonl", clock))
        return made[-1]

    yield make
    for one in made:
        one.close()


def told(audit):
    return [entry.what for entry in audit.latest()]


def test_each_shows_what_happened_on_all_and_writes_its_own_file(replica, tmp_path):
    one, other = replica(), replica()
    for number in range(6):
        (one, other)[number % 2].record("export", "ann@example.com", "192.0.2.1", f"{number} \u017e|<b>")
    expected = [f"{number} \u017e|<b>" for number in reversed(range(6))]
    for audit in (one, other, replica()):
        until(lambda audit=audit: told(audit) == expected)
    assert len((tmp_path / "0.jsonl").read_text().splitlines()) == 3


def test_the_same_thing_twice_is_shown_twice(replica):
    audit = replica()
    for _ in range(2):
        audit._now = lambda: Clock.now
        audit.record("refused", "somebody")
    assert len(audit.latest()) == 2
    other = replica()
    until(lambda: len(other.latest()) == 2)
    assert len(audit.latest()) == 2


def test_without_redis_each_shows_its_own_and_tells_the_others_later(replica, server):
    one, other = replica(), replica()
    server.stop()
    one.record("export", "ann", "", "first")
    other.record("export", "bob", "", "second")
    assert (told(one), told(other)) == (["first"], ["second"])
    server.start()
    until(lambda: told(one) == told(other) == ["second", "first"])


def test_so_many_are_shared_and_none_that_is_old(replica, store_of, monkeypatch):
    monkeypatch.setattr(shared, "MOST", 200)
    audit, raw = replica(), store_of()
    length = raw.script("return redis.call('XLEN', KEYS[1])")
    add = raw.script("redis.call('XADD', KEYS[1], ARGV[1], 'entry', ARGV[2])")
    add([NAME], "1-1", b"{}")
    for number in range(600):
        audit.record("export", "ann", "", str(number))
    until(lambda: not audit._unsent)
    assert 200 <= length([NAME]) < 400
    assert raw.script("return redis.call('XRANGE', KEYS[1], '-', '2')")([NAME]) == []


def test_what_cannot_be_read_is_passed_over(replica, store_of):
    add = store_of().script("redis.call('XADD', KEYS[1], '*', 'entry', ARGV[1])")
    for broken in (b"{broken", b"[]", b'{"at": 1}'):
        add([NAME], broken)
    audit = replica()
    audit.record("export", "ann", "", "good")
    until(lambda: told(audit) == ["good"])
