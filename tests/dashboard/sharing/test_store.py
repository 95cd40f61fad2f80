"""The store of links, in each form: what goes in comes out."""

from dataclasses import replace

import pytest

from dashboard.access.viewer import Visibility
from dashboard.sharing.share import Share
from dashboard.sharing.shared_store import SharedShareStore
from dashboard.sharing.sqlite_store import SqliteStore
from dashboard.sharing.store import GUESTS

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


@pytest.fixture(params=["memory", "file", "redis"])
def store(request, tmp_path):
    if request.param == "redis":
        made = SharedShareStore(request.getfixturevalue("store_of")(), lambda: NOW)
    else:
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
