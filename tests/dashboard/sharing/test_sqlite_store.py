"""Links in a file: all of it is there after a restart too, and nobody else can read it."""

import sqlite3
import stat
import time
from dataclasses import replace

import pytest

from dashboard.sharing.sqlite_store import SqliteStore
from dashboard.sharing.store import KEPT_SECONDS, StoreFailed
from tests.dashboard.sharing.test_store import NOW, PLAIN, SHARE


def test_an_ended_session_is_forgotten_once_nobody_can_have_it(tmp_path):
    now = [NOW]
    store = SqliteStore(tmp_path / "shares.db", lambda: now[0])
    store.end("old", NOW + 60)
    now[0] = NOW + 61
    store.end("new", NOW + 120)
    assert [store.ended(session) for session in ("old", "new")] == [False, True]
    store.close()


def test_all_of_it_survives_a_restart_except_what_was_over_long_ago(tmp_path):
    path = tmp_path / "shares.db"
    store = SqliteStore(path, lambda: NOW)
    store.add(SHARE, "one", "salt:hash")
    store.add(replace(PLAIN, expires_at=NOW + 7200), "two", "")
    for share in (SHARE, PLAIN):
        store.add_guest(f"guest of {share.id}", share.id, NOW)
    store.end("signed out", NOW + KEPT_SECONDS)
    store.close()
    again = SqliteStore(path, lambda: SHARE.expires_at + KEPT_SECONDS + 1)
    assert [share.id for share in again.shares()] == [PLAIN.id]
    assert again.by_token("one") is None
    assert again.of_guest(f"guest of {SHARE.id}") is None
    assert again.of_guest(f"guest of {PLAIN.id}") == again.share(PLAIN.id)
    assert again.ended("signed out")
    again.close()


def test_nobody_else_can_read_the_file_even_if_they_could_before(tmp_path):
    path = tmp_path / "shares.db"
    path.touch(mode=0o644)
    store = SqliteStore(path)
    store.add(SHARE, "digest", "")
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    store.close()


def newer(path):
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 2")
    db.close()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda path: path.write_bytes(b"not a database at all" * 100),
            "is damaged or not a file of the dashboard",
        ),
        (newer, "was written by a newer version"),
        (lambda path: path.mkdir(), "cannot be opened"),
    ],
    ids=["foreign", "newer", "folder"],
)
def test_a_file_that_is_no_store_of_ours_is_refused_in_one_sentence_and_left_as_it_is(tmp_path, spoil, said):
    path = tmp_path / "shares.db"
    spoil(path)
    before = path.is_file() and path.read_bytes()
    with pytest.raises(StoreFailed, match=said) as refused:
        SqliteStore(path)
    assert str(path) in str(refused.value)
    assert str(refused.value).count(". ") == 0
    assert (path.is_file() and path.read_bytes()) == before


def test_a_store_that_fails_says_so(tmp_path):
    store = SqliteStore(tmp_path / "shares.db")
    store.close()
    with pytest.raises(StoreFailed, match="cannot be read or written now"):
        store.shares()


def test_while_nothing_can_be_written_guests_are_still_found(tmp_path):
    store = SqliteStore(tmp_path / "shares.db", lambda: NOW)
    other = sqlite3.connect(tmp_path / "shares.db", isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM shares").fetchall()  # as a backup does
    with pytest.raises(StoreFailed):
        store.add_guest("g", "s", NOW)
    assert store.of_guest("g") is None
    assert store.shares() == []
    other.close()
    store.close()


def test_a_file_that_somebody_else_holds_is_waited_for_once_and_then_not_for_a_while(tmp_path):
    store = SqliteStore(tmp_path / "shares.db", lambda: NOW)
    store.end("before", NOW + 60)
    other = sqlite3.connect(tmp_path / "shares.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    for _ in range(50):
        with pytest.raises(StoreFailed):
            store.of_guest("g")
    assert time.monotonic() - began < 2
    with pytest.raises(StoreFailed):
        store.end("during", NOW + 60)
    assert [store.ended(session) for session in ("before", "during", "never")] == [True, True, False]
    other.close()
    store.close()
