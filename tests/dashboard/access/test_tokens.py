"""Ids of the feed: they mean nothing, end by themselves, and are the same for all who see the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from dashboard.access.scope import Scope
from dashboard.access.tokens import GIVEN_SECONDS, LIFE_SECONDS, MOST, FeedTokens
from dashboard.access.viewer import EVERYTHING, Visibility
from dashboard.fleet.filters import Filters

FLEETS = Visibility(frozenset({"f1", "f2"}))


def entry_of(tokens, found, kind=Scope):
    return tokens.entry(
        Request({"type": "http", "query_string": f"id={found}".encode(), "headers": []}), kind
    )


def test_it_stands_for_what_it_was_made_for():
    tokens = FeedTokens()
    scope = Scope(FLEETS, Filters(fleets=("f1",)), "speed", "dark", metric=True)
    assert entry_of(tokens, tokens.id_of(scope)) == scope


def test_equal_entries_have_one_id_and_others_another():
    tokens = FeedTokens()
    ids = {tokens.id_of(Scope(Visibility(frozenset({"f1", "f2"})))) for _ in range(50)}
    assert len(ids) == 1
    assert tokens.id_of(Scope(EVERYTHING)) not in ids


def test_it_is_short_and_tells_nothing_whatever_it_stands_for():
    many = frozenset(f"fleet-{n:04}" for n in range(300))
    found = FeedTokens().id_of(Scope(Visibility(many), Filters(text="smith@example.com")))
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
def test_an_open_page_always_has_one_that_is_answered_for_a_while(tick):
    now = [0.0]
    tokens = FeedTokens(lambda: now[0])
    for _ in range(2 * LIFE_SECONDS // tick + 2):
        now[0] += tick
        found = tokens.id_of(Scope(EVERYTHING))
        asked_at = now[0]
        now[0] += LIFE_SECONDS - GIVEN_SECONDS - 1
        assert entry_of(tokens, found) == Scope(EVERYTHING)
        now[0] = asked_at


def test_one_that_is_asked_for_often_is_not_another_at_each_tick():
    now = [0.0]
    tokens = FeedTokens(lambda: now[0])
    ids = set()
    for _ in range(GIVEN_SECONDS // 5):
        ids.add(tokens.id_of(Scope(EVERYTHING)))
        now[0] += 5
    assert len(ids) == 1


def test_there_are_never_more_than_so_many_and_open_pages_keep_theirs():
    tokens = FeedTokens()
    kept = tokens.id_of("kept")
    first = tokens.id_of("first")
    for n in range(MOST):
        tokens.id_of(n)
        assert tokens.id_of("kept") == kept
    assert entry_of(tokens, first, str) is None
    assert entry_of(tokens, kept, str) == "kept"
