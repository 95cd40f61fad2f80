"""What a grant makes of somebody: no more than was given, of the fleets that have a reference now."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dashboard.access.grants import EVERYBODY, Grant, feed_key, viewer_of
from dashboard.access.viewer import EVERYTHING, OPERATOR, Viewer, Visibility

REFS = {"f1": "A", "f2": "B", "f3": "A"}
TEXTS = st.sampled_from(["A", "B", "C", "D"])
FLEETS = st.sampled_from(["f1", "f2", "f3", "f4"])


def test_nothing_is_granted_that_is_not_said():
    assert viewer_of(Grant("somebody", "viewer"), REFS) == Viewer(
        "somebody", Visibility(frozenset()), "viewer", frozenset()
    )


def test_whoever_has_the_key_may_do_everything():
    assert viewer_of(EVERYBODY, REFS) == OPERATOR


def test_references_stand_for_the_fleets_that_have_them_now():
    grant = Grant("ann", "viewer", frozenset({"A", "C"}))
    assert viewer_of(grant, REFS).visibility.fleets == {"f1", "f3"}
    assert viewer_of(grant, {"f1": "B", "f2": "C"}).visibility.fleets == {"f2"}


def test_what_hides_and_who_looks_from_where_is_kept():
    visibility = Visibility(frozenset({"f1", "f2"}), frozenset({"samsara"}), frozenset({"vin"}), rounded=True)
    grant = Grant(
        "label", "guest", frozenset({"A"}), visibility, may_export=True, may_see_trails=True, share="share"
    )
    assert viewer_of(grant, REFS, "session", "192.0.2.1") == Viewer(
        "label",
        Visibility(frozenset({"f1"}), frozenset({"samsara"}), frozenset({"vin"}), rounded=True),
        "guest",
        frozenset({"A"}),
        may_export=True,
        may_see_trails=False,
        session="session",
        address="192.0.2.1",
        share="share",
        feed=feed_key(grant, "session"),
    )


def test_addresses_of_the_feed_belong_to_a_session_and_its_rights():
    grant = Grant("ann", "viewer", frozenset({"A", "B"}))
    assert feed_key(grant, "s") == feed_key(Grant("ann", "viewer", frozenset({"B", "A"})), "s")
    others = [feed_key(grant, "t"), feed_key(replace(grant, fleet_refs=frozenset({"A"})), "s")]
    assert len({feed_key(grant, "s"), *others}) == 3
    assert feed_key(grant, "") == ""


@given(
    st.none() | st.frozensets(TEXTS),
    st.none() | st.frozensets(FLEETS),
    st.dictionaries(FLEETS, TEXTS),
    FLEETS,
)
def test_a_fleet_is_seen_only_if_every_limit_includes_it(granted, visible, refs, fleet):
    viewer = viewer_of(Grant("ann", "operator", granted, Visibility(visible)), refs)
    by_reference = granted is None or refs.get(fleet) in granted
    by_id = visible is None or fleet in visible
    assert viewer.visibility.includes(fleet) == (by_reference and by_id)
    assert (viewer.visibility == EVERYTHING) == (granted is None and visible is None)
