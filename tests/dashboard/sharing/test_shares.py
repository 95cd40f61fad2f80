"""Share links: who may make, see and change them, and whom they let in."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access.grants import viewer_of
from dashboard.access.session import Refused, Session
from dashboard.access.viewer import EVERYTHING, OPERATOR, Viewer, Visibility
from dashboard.runtime.audit import Audit
from dashboard.sharing.pass_codes import TRIES
from dashboard.sharing.refusals import (
    LinkOver,
    LinkUnknown,
    NotAllowed,
    NotShared,
    TooManyCodes,
    TooManyGuests,
    WrongCode,
)
from dashboard.sharing.shares import (
    COMERS,
    COMERS_SECONDS,
    COOKIE,
    LABEL,
    LEAST_SECONDS,
    MOST_SECONDS,
    USE_SECONDS,
    Shares,
)
from dashboard.sharing.sqlite_store import SqliteStore
from dashboard.sharing.store import GUESTS, StoreFailed

DAY = 86_400.0
F1, F2 = Visibility(frozenset({"f1"})), Visibility(frozenset({"f1", "f2"}))


def guest(shares, token, code=""):
    """The cookies of a guest who came by a link."""
    return {COOKIE: shares.open(token, code, "198.51.100.7")[1]}


def events(audit):
    return [(entry.event, entry.who, entry.address, entry.what) for entry in reversed(audit.latest())]


@pytest.mark.parametrize("passes", [0.25, 0.3, 0.4, 1.1])
def test_what_is_remembered_of_a_guest_may_be_over_at_any_moment(store, audit, ann, passes):
    class Running:
        now = 1_800_000_000.0

        def __call__(self):
            self.now += passes
            return self.now

    shares = Shares(store, audit, (running := Running()), timer=running)
    cookies = guest(shares, shares.make(ann, "Storm", F1, DAY)[1])
    for _ in range(20):
        assert isinstance(shares.way(cookies), Session)


@pytest.mark.parametrize("role", ["viewer", "guest"])
def test_only_operators_make_list_and_change_links(shares, ann, role):
    share, _ = shares.make(ann, "Storm", F1, DAY)
    other = replace(ann, role=role)
    for act in (
        lambda: shares.make(other, "Storm", F1, DAY),
        lambda: shares.listed(other),
        lambda: shares.prolong(other, share.id, DAY),
        lambda: shares.revoke(other, share.id),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert shares.listed(ann) == [share]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"label": "  "}, "label"),
        ({"label": "x" * (LABEL + 1)}, "label"),
        ({"label": "a\u202eb"}, "label"),
        ({"seconds": LEAST_SECONDS - 1}, "1 hour to 90 days"),
        ({"seconds": MOST_SECONDS + 1}, "1 hour to 90 days"),
        ({"seconds": float("nan")}, "1 hour to 90 days"),
        ({"pass_code": "abc"}, "4 to 64"),
        ({"pass_code": "x" * 65}, "4 to 64"),
        ({"visibility": EVERYTHING}, "which fleets"),
        ({"visibility": Visibility()}, "at least one fleet"),
        ({"visibility": replace(F1, sources=frozenset())}, "at least one fleet"),
        ({"view": "q=" + "x" * 2000}, "fewer filters"),
    ],
)
def test_a_link_that_cannot_be_is_refused_in_a_sentence(shares, ann, audit, changes, said):
    wanted = {"label": "Storm", "visibility": F1, "seconds": DAY, **changes}
    with pytest.raises(NotShared, match=said):
        shares.make(ann, **wanted)
    assert shares.listed(ann) == []
    assert events(audit) == []


def test_a_link_shows_no_fleet_that_its_maker_does_not_see(shares, bob):
    share, _ = shares.make(bob, "Storm", F2, DAY)
    assert share.visibility.fleets == {"f1"}
    with pytest.raises(NotAllowed):
        shares.make(bob, "Storm", Visibility(frozenset({"f2"})), DAY)


SETS = st.frozensets(st.sampled_from(["a", "b", "c"]))
VISIBILITIES = st.builds(
    Visibility,
    fleets=st.none() | SETS,
    sources=st.none() | SETS,
    hidden=st.frozensets(st.sampled_from(["driver", "vin", "plate"])),
    rounded=st.booleans(),
)


def seen(visibility, fleet, source):
    return visibility.includes(fleet) and (visibility.sources is None or source in visibility.sources)


@given(VISIBILITIES, VISIBILITIES, st.booleans(), st.booleans())
def test_a_guest_never_sees_more_than_the_maker(wanted, allowed, exports, trails):
    maker = Viewer("ann@example.com", allowed, "operator", may_export=exports, may_see_trails=trails)
    store = SqliteStore()
    shares = Shares(store, Audit())
    try:
        share, token = shares.make(maker, "Storm", wanted, DAY, may_export=True, may_see_trails=True)
    except NotShared:
        assert wanted.fleets is None or not any(
            seen(wanted, fleet, source) and seen(allowed, fleet, source)
            for fleet in "abc"
            for source in "abc"
        )
        return
    finally:
        made = store.shares()
        store.close()
    assert made == [share]
    looks = viewer_of(share.grant, {})
    for fleet in "abc":
        for source in "abc":
            both = seen(wanted, fleet, source) and seen(allowed, fleet, source)
            assert seen(looks.visibility, fleet, source) is both
    assert looks.visibility.fleets is not None
    assert looks.visibility.hidden == wanted.hidden | allowed.hidden
    assert looks.visibility.rounded is (wanted.rounded or allowed.rounded)
    assert (looks.may_export, looks.may_see_trails) == (exports, trails and not looks.visibility.rounded)
    assert (looks.role, looks.may_invite, looks.share) == ("guest", False, share.id)
    assert token not in repr(share)


@given(VISIBILITIES, VISIBILITIES)
def test_narrowing_twice_changes_nothing_and_everything_narrows_nothing(wanted, allowed):
    once = wanted.within(allowed)
    assert once.within(allowed) == once
    assert wanted.within(EVERYTHING) == wanted


def test_a_guest_is_let_in_until_the_link_ends_and_then_told_so(shares, clock, ann):
    share, token = shares.make(ann, "Storm", F1, DAY)
    cookies = guest(shares, token)
    session = shares.way(cookies)
    assert isinstance(session, Session)
    assert (session.kind, session.grant, session.until) == ("guest", share.grant, share.expires_at)
    clock.now = share.expires_at - 0.001
    assert isinstance(shares.way(cookies), Session)
    clock.now = share.expires_at
    assert shares.way(cookies) == Refused("share_over", "Storm")
    with pytest.raises(LinkOver):
        shares.open(token)


@pytest.mark.parametrize("cookies", [{}, {COOKIE: ""}, {COOKIE: "made up"}, {"other": "x"}], ids=str)
def test_who_holds_nothing_of_ours_is_not_for_this_way(shares, ann, cookies):
    shares.make(ann, "Storm", F1, DAY)
    assert shares.way(cookies) is None


def test_two_guests_of_a_link_have_sessions_of_their_own_and_the_token_is_no_cookie(shares, ann):
    _, token = shares.make(ann, "Storm", F1, DAY)
    one, other = shares.way(guest(shares, token)), shares.way(guest(shares, token))
    assert one.id != other.id
    assert one.grant == other.grant
    assert shares.way({COOKIE: token}) is None


def test_a_revoked_link_is_over_at_once_for_good(shares, store, ann):
    share, token = shares.make(ann, "Storm", F1, DAY)
    cookies = guest(shares, token)
    assert isinstance(shares.way(cookies), Session)
    shares.revoke(ann, share.id)
    assert shares.way(cookies) == Refused("share_over", "Storm")
    with pytest.raises(LinkOver):
        shares.open(token)
    with pytest.raises(NotShared, match="cannot be undone"):
        shares.prolong(ann, share.id, DAY)
    assert store.share(share.id).revoked


def test_a_link_revoked_by_another_process_is_over_within_a_second(shares, store, audit, clock, ann):
    share, token = shares.make(ann, "Storm", F1, DAY)
    cookies = guest(shares, token)
    shares.way(cookies)
    Shares(store, audit, clock).revoke(ann, share.id)
    clock.now += 1.001
    assert shares.way(cookies) == Refused("share_over", "Storm")


@pytest.mark.parametrize("later", [60.0, 2 * DAY], ids=["open", "ended"])
def test_prolonging_gives_a_new_end_for_those_who_are_in_too(shares, clock, ann, later):
    share, token = shares.make(ann, "Storm", F1, DAY)
    cookies = guest(shares, token)
    shares.way(cookies)
    clock.now += later
    shares.prolong(ann, share.id, 7 * DAY)
    assert shares.way(cookies).until == clock.now + 7 * DAY
    assert shares.find(token).expires_at == clock.now + 7 * DAY


@pytest.mark.parametrize("seconds", [LEAST_SECONDS - 1, MOST_SECONDS + 1])
def test_no_link_is_prolonged_by_more_than_it_could_be_made_for(shares, ann, seconds):
    share, _ = shares.make(ann, "Storm", F1, DAY)
    with pytest.raises(NotShared, match="90 days"):
        shares.prolong(ann, share.id, seconds)
    assert shares.get(share.id) == share


@pytest.mark.parametrize(
    ("visibility", "maker", "listed", "prolongs", "revokes"),
    [
        (F1, "ann", True, True, True),
        (F2, "ann", False, False, False),
        (F1, "bob", True, True, True),
        (F2, "bob", True, False, True),
    ],
    ids=["of-theirs", "of-others-too", "own", "own-but-they-see-less-now"],
)
def test_an_operator_of_some_fleets_touches_what_they_see_and_what_they_made(
    shares, ann, bob, visibility, maker, listed, prolongs, revokes
):
    """Bob sees f1 alone now; links of his name were made when he saw everything."""
    made_by = ann if maker == "ann" else replace(ann, name=bob.name)
    share, _ = shares.make(made_by, "Storm", visibility, DAY)
    assert (share in shares.listed(bob)) is listed
    for act, allowed in ((lambda: shares.prolong(bob, share.id, 7 * DAY), prolongs),):
        if allowed:
            act()
        else:
            with pytest.raises(NotAllowed):
                act()
    if revokes:
        shares.revoke(bob, share.id)
    else:
        with pytest.raises(NotAllowed, match="no such link"):
            shares.revoke(bob, share.id)
    assert shares.get(share.id).revoked is revokes


def test_a_link_that_is_not_there_is_refused_like_one_of_others(shares, ann):
    with pytest.raises(NotAllowed, match="no such link"):
        shares.revoke(ann, "none")
    with pytest.raises(LinkUnknown):
        shares.open("made up")
    assert shares.get("none") is None


def test_a_pass_code_is_asked_for_and_not_guessed(shares, clock, ann):
    share, token = shares.make(ann, "Storm", F1, DAY, pass_code=" 4711 ")
    assert share.has_pass_code
    assert isinstance(shares.way(guest(shares, token, "4711")), Session)
    for _ in range(TRIES):
        with pytest.raises(WrongCode):
            shares.open(token, "1234")
    with pytest.raises(TooManyCodes):
        shares.open(token, "4711")
    clock.now += 901
    assert isinstance(shares.way(guest(shares, token, "4711")), Session)


def test_the_view_is_kept_as_a_query_and_nothing_else(shares, ann):
    share, _ = shares.make(ann, "Storm", F1, DAY, view="state=moving&q=a b#x\r\nSet-Cookie: y")
    assert share.view == "state=moving&q=a+b%23x%0D%0ASet-Cookie%3A+y"


def test_what_happens_is_recorded_and_a_guest_once(shares, audit, clock, ann):
    share, token = shares.make(ann, "Storm", F1, DAY)
    only_looked = guest(shares, token)
    cookies = guest(shares, token)
    for _ in range(3):
        shares.way(cookies)
        clock.now += 70
    shares.prolong(ann, share.id, DAY)
    shares.revoke(ann, share.id)
    shares.way(cookies)
    assert events(audit) == [
        ("share made", "ann@example.com", "192.0.2.1", "Storm"),
        ("share used", "Storm", "198.51.100.7", "made by ann@example.com"),
        ("share prolonged", "ann@example.com", "192.0.2.1", "Storm"),
        ("share revoked", "ann@example.com", "192.0.2.1", "Storm"),
    ]
    said = repr(audit.latest())
    assert not any(secret in said for secret in (token, only_looked[COOKIE], cookies[COOKIE]))


def test_the_last_use_is_written_once_a_minute_and_following_a_link_alone_is_none(shares, clock, ann):
    share, token = shares.make(ann, "Storm", F1, DAY)
    cookies = guest(shares, token)
    assert shares.get(share.id).last_used_at is None
    start = clock.now
    for seconds, written in ((0, 0), (USE_SECONDS - 1, 0), (USE_SECONDS, USE_SECONDS)):
        clock.now = start + seconds
        shares.way(cookies)
        assert shares.get(share.id).last_used_at == start + written


class Counting(SqliteStore):
    asked = 0

    def of_guest(self, guest_id):
        self.asked += 1
        return super().of_guest(guest_id)


def test_the_requests_of_a_second_read_a_link_once(audit, clock, ann):
    store = Counting(clock=clock)
    shares = Shares(store, audit, clock, timer=clock)
    _, token = shares.make(ann, "Storm", F1, DAY)
    cookies = guest(shares, token)
    for _ in range(100):
        shares.way(cookies)
    assert store.asked == 1
    store.close()


def test_a_store_that_fails_lets_nobody_in(shares, store, clock, ann):
    _, token = shares.make(ann, "Storm", F1, DAY)
    cookies = guest(shares, token)
    store.close()
    assert shares.way(cookies) == Refused("shares_fail")
    with pytest.raises(StoreFailed):
        shares.open(token)


def test_a_store_that_cannot_be_written_lets_those_who_are_in_stay(store, audit, clock, ann, monkeypatch):
    shares = Shares(store, audit, clock, timer=clock)
    share, token = shares.make(ann, "Storm", F1, DAY)
    cookies = guest(shares, token)

    def full(*_given, **_named):
        raise StoreFailed("full")

    monkeypatch.setattr(store, "change", full)
    assert shares.way(cookies).grant == share.grant


def test_nobody_pushes_the_guests_of_a_link_out_by_coming_again_and_again(shares, clock, ann):
    _, token = shares.make(ann, "Crowded", F1, DAY)
    _, other = shares.make(ann, "Quiet", F1, DAY)
    for _ in range(COMERS):
        shares.open(token, address="192.0.2.9")
    with pytest.raises(TooManyGuests):
        shares.open(token, address="192.0.2.9")
    shares.open(token, address="192.0.2.8")
    shares.open(other, address="192.0.2.9")
    clock.now += COMERS_SECONDS
    shares.open(token, address="192.0.2.9")


def test_many_who_come_push_out_only_the_oldest_of_their_own_link(shares, clock, ann):
    _, crowded = shares.make(ann, "Crowded", F1, DAY)
    _, quiet = shares.make(ann, "Quiet", F1, DAY)
    first, other = guest(shares, crowded), guest(shares, quiet)
    for number in range(GUESTS):
        clock.now += 0.01
        last = {COOKIE: shares.open(crowded, address=f"host {number}")[1]}
    assert shares.way(first) is None
    assert isinstance(shares.way(last), Session)
    assert isinstance(shares.way(other), Session)


def test_everybody_who_opens_simulated_data_may_share(shares):
    share, _ = shares.make(OPERATOR, "Storm", F1, DAY)
    assert shares.listed(OPERATOR) == [share]
