"""What viewers may see and do: nothing that is not said."""

import pytest

from dashboard.access.grants import Grant, viewer_of
from dashboard.access.viewer import EVERYTHING, OPERATOR, Viewer, Visibility


def test_rights_are_nothing_unless_said():
    somebody = Viewer("somebody")
    assert somebody.visibility == Visibility()
    assert not somebody.visibility.includes("f1")
    assert not somebody.may_invite
    assert not somebody.may_export
    assert not somebody.may_see_trails
    assert not somebody.may_see_reasons


def test_an_operator_may_do_everything():
    assert OPERATOR.visibility == EVERYTHING
    assert EVERYTHING.includes("f1")
    assert OPERATOR.may_invite
    assert OPERATOR.may_export
    assert OPERATOR.may_see_trails
    assert OPERATOR.may_see_reasons


@pytest.mark.parametrize("rounded", [False, True])
def test_no_grant_gives_trails_to_who_sees_places_only_rounded(rounded):
    grant = Grant("guest", "guest", None, Visibility(None, rounded=rounded), may_see_trails=True)
    assert viewer_of(grant, {}).may_see_trails == (not rounded)


def test_who_looks_is_no_part_of_what_is_seen():
    one, other = (Viewer(name, Visibility(frozenset({"f1"}))) for name in ("a@example.com", "b@example.com"))
    assert one.visibility == other.visibility
    assert hash(one.visibility) == hash(other.visibility)
