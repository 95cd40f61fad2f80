"""Ids of the feed: they mean nothing, end by themselves, and are the same for all who see the same."""

import secrets
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from catena_client import Secret
from dashboard.access.grants import Grant, feed_key
from dashboard.access.scope import Scope
from dashboard.access.shared_tokens import SharedFeedTokens
from dashboard.access.tokens import GIVEN_SECONDS, LIFE_SECONDS, MOST, FeedTokens
from dashboard.access.viewer import EVERYTHING, Visibility
from dashboard.fleet.filters import Filters
from tests.dashboard.waiting import until

FLEETS = Visibility(frozenset({"f1", "f2"}))


def entry_of(tokens, found, kind=Scope):
    return tokens.entry(
        Request({"type": "http", "query_string": f"id={found}".encode(), "headers": []}), kind
    )


@pytest.fixture(params=["process", "redis"])
def form(request):
    """Makes ids that tell the time by a clock."""
    if request.param == "process":
        yield FeedTokens
        return
    made, key = [], Secret(secrets.token_urlsafe(32))

    def make(clock=time.time):
        made.append(SharedFeedTokens(request.getfixturevalue("store_of")(), key, clock))
        return made[-1]

    yield make
    for tokens in made:
        tokens.close()


def test_it_stands_for_what_it_was_made_for(form):
    tokens = form()
    scope = Scope(FLEETS, Filters(fleets=("f1",)), "speed", "dark", metric=True)
    assert entry_of(tokens, tokens.id_of(scope)) == scope


def test_equal_entries_have_one_id_and_others_another(form):
    tokens = form()
    ids = {tokens.id_of(Scope(Visibility(frozenset({"f1", "f2"})))) for _ in range(50)}
    assert len(ids) == 1
    assert tokens.id_of(Scope(EVERYTHING)) not in ids


def test_it_is_short_and_tells_nothing_whatever_it_stands_for(form):
    many = frozenset(f"fleet-{n:04}" for n in range(300))
    found = form().id_of(Scope(Visibility(many), Filters(text="smith@example.com")))
    assert len(found) <= 16


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="&#%+;"), max_size=20))
def test_what_was_not_given_out_stands_for_nothing(made_up):
    tokens = FeedTokens()
    good = tokens.id_of(Scope(EVERYTHING))
    assert entry_of(tokens, made_up) is None or made_up == good


def test_of_another_process_or_kind_it_stands_for_nothing():
    tokens = FeedTokens()
    found = tokens.id_of(Scope(EVERYTHING))
    assert entry_of(FeedTokens(), found) is None
    assert entry_of(tokens, found, Filters) is None


def test_it_ends_although_others_go_on_looking_at_the_same():
    now = [0.0]
    tokens = FeedTokens(lambda: now[0])
    got_out = tokens.id_of(Scope(EVERYTHING))
    while now[0] < LIFE_SECONDS - 5:
        assert entry_of(tokens, got_out) == Scope(EVERYTHING)
        now[0] += 5
        tokens.id_of(Scope(EVERYTHING))
    now[0] += 5
    assert entry_of(tokens, got_out) is None


@pytest.mark.parametrize("tick", [5, 60, LIFE_SECONDS + 100])
def test_an_open_page_always_has_one_that_is_answered_for_a_while(form, tick):
    now = [0.0]
    tokens = form(lambda: now[0])
    for _ in range(2 * LIFE_SECONDS // tick + 2):
        now[0] += tick
        found = tokens.id_of(Scope(EVERYTHING))
        asked_at = now[0]
        now[0] += LIFE_SECONDS - GIVEN_SECONDS - 1
        assert entry_of(tokens, found) == Scope(EVERYTHING)
        now[0] = asked_at


def test_one_that_is_asked_for_often_is_not_another_at_each_tick(form):
    now = [0.0]
    tokens = form(lambda: now[0])
    ids = set()
    for _ in range(GIVEN_SECONDS // 5):
        ids.add(tokens.id_of(Scope(EVERYTHING)))
        now[0] += 5
    assert len(ids) <= 2, "one, or two where their five minutes begin between"


def test_there_are_never_more_than_so_many_and_open_pages_keep_theirs():
    tokens = FeedTokens()
    kept = tokens.id_of("kept")
    first = tokens.id_of("first")
    for n in range(MOST):
        tokens.id_of(n)
        assert tokens.id_of("kept") == kept
    assert entry_of(tokens, first, str) is None
    assert entry_of(tokens, kept, str) == "kept"


def asked(tokens, found, kind=Scope, session=""):
    scope = {
        "type": "http",
        "query_string": f"id={found}".encode(),
        "headers": [],
        "dashboard.session": session,
    }
    return tokens.entry(Request(scope), kind)


@pytest.fixture
def replica(store_of):
    made, deployment = [], secrets.token_urlsafe(32)

    def make(key=deployment, clock=time.time):
        made.append(SharedFeedTokens(store_of(), Secret(key), clock))
        return made[-1]

    yield make
    for tokens in made:
        tokens.close()


def test_replicas_give_the_same_and_each_answers_what_another_gave(replica, store_of):
    now = [1_800_000_000.0]
    one, other, later = (replica(clock=lambda: now[0]) for _ in range(3))
    scope = Scope(
        Visibility(frozenset({"f1", "f2"}), hidden=frozenset({"vin"})), Filters(text="\u017eluť|<b>"), "speed"
    )
    found = one.id_of(scope, "s1")
    until(lambda: asked(other, found, session="s1") == scope)
    assert asked(other, found, session="s2") is None
    assert asked(other, found, Filters, session="s1") is None
    assert later.id_of(scope, "s1") == found
    assert store_of().get(f"feed:{found}")[1] <= LIFE_SECONDS
    now[0] += LIFE_SECONDS
    assert [asked(tokens, found, session="s1") for tokens in (one, other, later)] == [None] * 3


def test_what_redis_says_counts_only_with_the_key_of_the_deployment(replica, store_of):
    one, foreign = replica(), replica(secrets.token_urlsafe(32))
    found = one.id_of(Scope(Visibility(frozenset({"f1"}))))
    until(lambda: store_of().get(f"feed:{found}"))
    assert asked(foreign, found) is None
    assert asked(replica(), found)
    kept = store_of().get(f"feed:{found}")[0]
    for forged in (kept.replace(b'"f1"', b'"f2"'), kept.replace(b"Scope ", b"Scope x"), b"[]", b"\xff"):
        assert forged != kept
        store_of().put(f"feed:{found}", forged, 60)
        assert asked(replica(), found) is None
    for made_up in ("", "x", "A" * 16, "A" * 16_000, "*" * 16):
        assert asked(one, made_up) is None


def test_without_redis_each_replica_answers_what_it_gave(replica, server):
    one, other = replica(), replica()
    server.stop()
    found = one.id_of(Scope(EVERYTHING))
    assert asked(one, found) == Scope(EVERYTHING)
    assert asked(other, found) is None
    assert other.id_of(Scope(EVERYTHING)) == found
    assert asked(other, found) == Scope(EVERYTHING)


def test_whose_an_address_is_is_said_alike_in_every_process():
    grant = Grant("ann@example.com", "guest", frozenset("abcdef"), Visibility(frozenset("uvwxyz")))
    said = (
        "from dashboard.access.grants import Grant, feed_key; from dashboard.access.viewer import Visibility; "
        "print(feed_key(Grant('ann@example.com', 'guest', frozenset('abcdef'), "
        "Visibility(frozenset('uvwxyz'))), 's1'))"
    )
    other = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == feed_key(grant, "s1")
