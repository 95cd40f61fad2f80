"""Pass codes: kept so that nobody can read them, and not tried without end."""

import pytest

from dashboard.sharing.pass_codes import TRIES, TRIES_SECONDS, Tries, hashed, matches
from dashboard.sharing.shared_tries import SharedTries


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("grün-7", True),
        (" grün-7 ", True),
        ("gru\u0308n-7", True),
        ("grun-7", False),
        ("GRÜN-7", False),
        ("", False),
    ],
)
def test_only_the_code_itself_matches_however_it_is_composed(typed, right):
    assert matches(typed, hashed("grün-7")) is right


def test_nothing_of_a_code_is_kept_and_equal_codes_are_kept_differently():
    one, other = hashed("secret-code"), hashed("secret-code")
    assert one != other
    assert "secret" not in one


@pytest.fixture(params=["process", "redis"])
def tries(request):
    return Tries() if request.param == "process" else SharedTries(request.getfixturevalue("store_of")())


def test_after_so_many_wrong_codes_a_link_answers_no_other_until_time_has_passed(tries):
    assert [tries.begin("s1", 0.0) for _ in range(TRIES + 1)] == [True] * TRIES + [False]
    assert tries.begin("s2", 0.0), "another link has its own"
    assert not tries.begin("s1", TRIES_SECONDS - 1)
    assert tries.begin("s1", TRIES_SECONDS + 1)


def test_right_codes_do_not_count(tries):
    for _ in range(3 * TRIES):
        assert tries.begin("s1", 0.0)
        tries.was_right("s1")
