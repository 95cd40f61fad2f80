"""What viewers may see and do: nothing that is not said."""

from dashboard.access.viewer import EVERYTHING, OPERATOR, Viewer, Visibility
from tests.dashboard.frames import vehicles

FRAME = vehicles({"fleet_id": "f1"}, {"fleet_id": "f2"}, {"fleet_id": ""}, {"fleet_id": "f1"})


def seen(visibility):
    return visibility.of(FRAME)["ordinal"].tolist()


def test_rights_are_nothing_unless_said():
    somebody = Viewer("somebody")
    assert seen(somebody.visibility) == []
    assert not somebody.visibility.includes("f1")
    assert not somebody.may_invite


def test_only_the_fleets_named_are_seen_in_their_order():
    assert seen(Visibility(frozenset({"f1"}))) == [0, 3]
    assert seen(Visibility(frozenset({"f2", "f9"}))) == [1]


def test_an_operator_sees_everything_without_a_copy():
    assert OPERATOR.visibility == EVERYTHING
    assert EVERYTHING.of(FRAME) is FRAME
    assert EVERYTHING.includes("f1")
    assert OPERATOR.may_invite


def test_who_looks_is_no_part_of_what_is_seen():
    one, other = (Viewer(name, Visibility(frozenset({"f1"}))) for name in ("a@example.com", "b@example.com"))
    assert one.visibility == other.visibility
    assert hash(one.visibility) == hash(other.visibility)
