"""What became of a request whose answer was lost, as a table: before, after → made, refreshed, or nothing to see."""

from datetime import timedelta
from typing import Any

import pytest

from catena_client import Invitation, Secret
from dashboard.invitations.lost_answers import may_have_been_done, outcome
from tests.dashboard.invitations.fakes import START

EARLIER, LATER = START - timedelta(hours=1), START + timedelta(hours=1)


def one(**values: Any) -> Invitation:
    defaults: dict[str, Any] = {"status": "active", "created_at": EARLIER, "expires_at": START}
    return Invitation(id=Secret("i"), **{**defaults, **values})


OLD = one()
DEAD = one(status="deleted")

CASES: list[tuple[str, dict[str, Invitation], dict[str, Invitation], tuple[str, bool] | None, bool]] = [
    ("nothing before, nothing after", {}, {}, None, False),
    ("a new one", {}, {"n": one(created_at=LATER)}, ("n", True), True),
    ("as old as the newest known", {}, {"n": one(created_at=START)}, ("n", True), True),
    ("older than the newest known", {}, {"n": OLD}, None, True),
    ("a new one of unknown age", {}, {"n": one(created_at=None)}, None, True),
    ("a new one beside a dead one", {"d": DEAD}, {"d": DEAD, "n": one(created_at=LATER)}, ("n", True), True),
    ("a dead one as before", {"d": DEAD}, {"d": DEAD}, None, False),
    ("a dead one that came alive", {"d": DEAD}, {"d": one(expires_at=LATER)}, ("d", False), True),
    ("as before", {"o": OLD}, {"o": OLD}, None, True),
    ("ends later", {"o": OLD}, {"o": one(expires_at=LATER)}, ("o", False), True),
    ("ends sooner", {"o": OLD}, {"o": one(expires_at=EARLIER)}, None, True),
    ("its end was unknown", {"o": one(expires_at=None)}, {"o": one(expires_at=LATER)}, None, True),
    ("its end is unknown", {"o": OLD}, {"o": one(expires_at=None)}, None, True),
    ("gone since", {"o": OLD}, {}, None, True),
    ("an unknown status", {}, {"n": one(status=None, created_at=None)}, None, True),
]


@pytest.mark.parametrize(
    ("before", "after", "found", "possible"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_became_of_it(
    before: dict[str, Invitation],
    after: dict[str, Invitation],
    found: tuple[str, bool] | None,
    possible: bool,
) -> None:
    expected = None if found is None else (after[found[0]], found[1])
    assert outcome(before, after, START) == expected
    assert may_have_been_done(before, after) is possible
