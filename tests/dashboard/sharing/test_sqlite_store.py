"""The store of links: what goes in comes out, after a restart too, and nobody else can read it."""

import sqlite3
import stat
import time
from dataclasses import replace

import pytest

from dashboard.access.viewer import Visibility
from dashboard.sharing.share import Share
from dashboard.sharing.sqlite_store import KEPT_SECONDS, SqliteStore
from dashboard.sharing.store import GUESTS, StoreFailed

NOW = 1_800_000_000.0
SHARE = Share(
    id="s1",
    label="Sturm | <b>",
    made_by="ann@example.com",
    made_at=NOW,
    expires_at=NOW + 3600,
    visibility=Visibility(frozenset({"f2", "f1"}), frozenset({"samsara"}), frozenset({"vin"}), rounded=True),
    may_export=True,
    may_see_trails=True,
    view="state=moving&q=%C3%BC",
)
PLAIN = replace(
    SHARE, id="s2", visibility=Visibility(frozenset({"f1"})), may_export=False, may_see_trails=False, view=""
)


@pytest.fixture(params=["memory", "file"])
def store(request, tmp_path):
    made = SqliteStore(None if request.param == "memory" else tmp_path / "shares.db", lambda: NOW)
    yield made
    made.close()


@pytest.mark.parametrize("share", [SHARE, PLAIN], ids=["with-everything", "plain"])
@pytest.mark.parametrize("code", ["", "salt:hash"])
def test_a_link_comes_out_as_it_went_in(store, share, code):
    store.add(share, "digest", code)
    kept = replace(share, has_pass_code=bool(code))
    assert store.shares() == [kept]
    assert store.share(share.id) == kept
    assert store.by_token("digest") == (kept, code)
    assert store.share("another") is None
    assert store.by_token("another") is None


@pytest.mark.parametrize(
    "change", [{"expires_at": NOW + 9.5}, {"revoked": True}, {"last_used_at": NOW + 1}], ids=str
)
def test_only_what_is_given_changes_and_only_of_that_link(store, change):
    store.add(SHARE, "one", "")
    store.add(PLAIN, "two", "")
    store.change(SHARE.id, **change)
    assert store.share(SHARE.id) == replace(SHARE, **change)
    assert store.share(PLAIN.id) == PLAIN


def test_the_newest_link_comes_first(store):
    for number, made_at in enumerate((NOW + 5, NOW, NOW + 5)):
        store.add(replace(SHARE, id=f"s{number}", made_at=made_at), f"digest {number}", "")
    assert [share.id for share in store.shares()] == ["s2", "s0", "s1"]


def test_of_one_link_the_newest_guests_are_kept(store):
    store.add(SHARE, "one", "")
    store.add(PLAIN, "two", "")
    store.add_guest("other", PLAIN.id, NOW - 9)
    for number in range(GUESTS + 2):
        store.add_guest(f"g{number}", SHARE.id, NOW + number)
    assert [store.of_guest(guest) for guest in ("g0", "g1", "nobody")] == [None, None, None]
    assert [store.of_guest(guest) for guest in ("g2", f"g{GUESTS + 1}", "other")] == [SHARE, SHARE, PLAIN]


def test_an_ended_session_stays_ended_and_a_guest_who_left_has_none_any_more(store):
    store.add(SHARE, "one", "")
    for guest in ("g1", "g2"):
        store.add_guest(guest, SHARE.id, NOW)
    store.end("g1", NOW + 60)
    store.end("signed in", float("inf"))
    store.end("signed in", float("inf"))
    assert [store.ended(session) for session in ("g1", "signed in", "g2")] == [True, True, False]
    assert (store.of_guest("g1"), store.of_guest("g2")) == (None, SHARE)


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
