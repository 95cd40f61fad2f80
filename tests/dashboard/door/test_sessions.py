"""When a session ends, and that it stays so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.access.grants import EVERYBODY, Grant
from dashboard.access.session import Refused, Session
from dashboard.configuration.settings import Settings
from dashboard.door.sessions import Sessions
from dashboard.door.signed_in import everybody
from dashboard.sharing.sqlite_store import SqliteStore
from tests.dashboard.door.knocking import CLAIMS, PUBLIC, REAL, SIGN_IN, Clock, House, by_key, signed

ANN = Session("a", "signed_in", replace(EVERYBODY, name="ann@example.com"), until=10_000)
GUEST = Session("g", "guest", Grant("a customer", "guest", share="s1"), until=10_000)
HERE = {"host": PUBLIC, "origin": f"https://{PUBLIC}"}


def way(*sessions):
    """Lets in by the session's name in the cookie `held`."""
    known = {session.id: session for session in sessions}
    return lambda cookies: known.get(cookies.get("held", ""))


def refusing(_cookies):
    return Refused("not_listed", "eve@evil.example")


def sessions(*ways, clock, ended=None, begun=lambda *_: None):
    return Sessions(ways, ended or SqliteStore(clock=clock), 600, clock, begun)


def test_the_first_way_that_lets_in_counts_and_else_the_first_that_refuses():
    clock = Clock(0)
    assert sessions(way(GUEST), way(ANN), clock=clock).of({"held": "a"}) == ANN
    assert sessions(refusing, way(ANN), clock=clock).of({"held": "a"}) == ANN
    assert sessions(way(GUEST), refusing, clock=clock).of({"held": "x"}) == Refused(
        "not_listed", "eve@evil.example"
    )
    assert sessions(way(GUEST), way(ANN), clock=clock).of({}) is None
    assert sessions(way(GUEST), clock=clock).of({"held": "g"}, kind="signed_in") is None


@pytest.mark.parametrize(
    "given", [Refused("share_over", "a customer"), replace(GUEST, until=0)], ids=["refused", "ended"]
)
def test_a_guest_whose_link_is_over_does_not_see_the_simulated_fleets_instead(given):
    found = sessions(lambda _cookies: given, everybody, clock=Clock(0)).of({})
    assert isinstance(found, Refused)
    assert found.who == "a customer"


@pytest.mark.parametrize(
    ("session", "moments", "is_in"),
    [
        (ANN, [0, 599, 1198], True),
        (ANN, [0, 601], False),
        (ANN, [0, 601, 602], False),
        (ANN, [9_999], True),
        (ANN, [10_000], False),
        (ANN, [*range(0, 10_001, 500)], False),
        (GUEST, [0, 9_999], True),
        (GUEST, [0, 10_000], False),
    ],
)
def test_age_and_idleness_end_a_session(session, moments, is_in):
    clock = Clock(0)
    found = sessions(way(session), clock=clock)
    for moment in moments:
        clock.now = moment
        last = found.of({"held": session.id})
    assert last == (session if is_in else Refused("ended", session.grant.name))


def test_what_was_ended_stays_ended_also_after_a_restart():
    clock = Clock(0)
    ended = SqliteStore(clock=clock)
    before = sessions(way(ANN, GUEST), clock=clock, ended=ended)
    before.end(ANN)
    after = sessions(way(ANN, GUEST), clock=clock, ended=ended)
    for either in (before, after):
        assert either.of({"held": "a"}) == Refused("ended", "ann@example.com")
        assert either.of({"held": "g"}) == GUEST


def test_who_leaves_while_that_cannot_be_written_is_out_and_others_stay(secrets):
    store = SqliteStore()
    house = House(SIGN_IN, options={"ended": store})
    ann, other = signed(CLAIMS), signed({**CLAIMS, "jti": "another"})
    assert house.ask("/", headers={**HERE, "cookie": ann}).status == 200
    store.close()  # whatever is written now fails
    assert house.ask("/signout", headers={**HERE, "cookie": ann}).status == 303
    assert house.ask("/", headers={**HERE, "cookie": ann}).status == 303
    assert house.ask("/", headers={**HERE, "cookie": ann}).status == 303
    assert house.ask("/", headers={**HERE, "cookie": other}).status == 200


def test_guests_are_told_when_links_cannot_be_read(secrets):
    house = House(SIGN_IN, options={"guests": lambda _cookies: Refused("shares_fail")})
    told = house.ask("/", headers=HERE)
    assert (told.status, "Try again in a minute" in told.text) == (503, True)
    assert house.ask("/", headers={**HERE, "cookie": signed(CLAIMS)}).status == 200


def test_what_was_ended_is_forgotten_when_it_would_have_ended_anyway():
    clock = Clock(0)
    ended = SqliteStore(clock=clock)
    ended.end("a", 100)
    clock.now = 101
    ended.end("b", 200)
    assert not ended.ended("a")
    assert ended.ended("b")


def test_each_session_is_told_once():
    told = []
    found = sessions(way(ANN, GUEST), clock=Clock(0), begun=lambda *what: told.append(what))
    for held in ("a", "g", "a", "a", "x"):
        found.of({"held": held}, f"10.0.0.{len(told)}")
    assert told == [(ANN, "10.0.0.0"), (GUEST, "10.0.0.1")]


@pytest.mark.parametrize(("iat_ago", "hours"), [(0, 12), (3600, 11), (11 * 3600, 1), (-3600, 12)])
def test_who_proved_who_they_are_some_time_ago_has_less_left(secrets, iat_ago, hours):
    import time  # noqa: PLC0415

    now = time.time()
    clock = Clock(now)
    house = House(SIGN_IN, options={"clock": clock})
    cookie = HERE | {"cookie": signed(CLAIMS | {"iat": int(now - iat_ago)})}
    for later, is_in in ((0, True), (hours * 3600 - 60, True), (hours * 3600 + 60, False)):
        fresh = House(SIGN_IN, options={"clock": clock})  # that has not seen how long nothing was asked
        clock.now = now + later
        assert (fresh.ask("/", headers=cookie).status == 200) is is_in
    assert house.ask("/", headers=HERE).status == 303


@pytest.mark.parametrize("way_out", ["/signout", "/auth/logout"])
def test_signing_out_ends_copies_too_and_goes_on_to_the_provider(secrets, way_out):
    house = House(SIGN_IN)
    copied = HERE | {"cookie": signed(CLAIMS)}
    assert house.ask("/", headers=copied).status == 200
    answer = house.ask(way_out, headers=copied)
    if way_out == "/signout":
        assert (answer.status, answer.headers["location"]) == (303, "/auth/logout")
    assert house.ask("/", headers=copied).headers["location"] == "/signin"
    assert house.ask("/door/session", headers=copied).status == 401
    assert house.ask("/feed/vehicles/moving.json", headers=copied).status == 401
    assert house.knock(copied) == ""
    assert [entry.event for entry in house.audit.latest()] == ["signed out", "signed in"]


def test_a_page_of_another_site_signs_nobody_out(secrets):
    house = House(SIGN_IN)
    cookie = HERE | {"cookie": signed(CLAIMS)}
    for path in ("/signout", "/auth/logout"):
        assert house.ask(path, headers=cookie | {"sec-fetch-site": "cross-site"}).status == 403
    assert house.ask("/", headers=cookie).status == 200


def test_the_key_is_taken_for_a_cookie_that_is_not_the_key():
    house = House(REAL)
    key = house.doorway.key.text
    answer = house.ask(f"/invitations?fleet=a+b&key={key}&fleet=c%26d&empty=")
    assert answer.status == 303
    assert answer.headers["location"] == "/invitations?fleet=a+b&fleet=c%26d&empty="
    (cookie,) = answer.cookies
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert cookie.startswith("catena_key_8501=")
    assert key not in cookie
    held = cookie.partition(";")[0]
    assert "inside" in house.ask("/", headers={"cookie": held}).text
    assert house.ask("/?key=of-an-earlier-start", headers={"cookie": held}).headers["location"] == "/"
    assert House(REAL).ask("/", headers={"cookie": held}).status == 403, "a fresh start has a fresh key"


def test_the_keys_of_other_dashboards_on_this_machine_are_left_alone():
    house = House(REAL)
    others = "catena_key_8502=other; catena_guest=x; catena_key_8501=old"
    shown = house.ask(f"/?key={house.doorway.key.text}", headers={"cookie": others})
    left = house.ask(
        "/signout", headers={"cookie": f"{by_key(house)}; catena_key_8502=other; catena_guest=x"}
    )
    gone = [
        [cookie.partition("=")[0] for cookie in answer.cookies if "Max-Age=0" in cookie]
        for answer in (shown, left)
    ]
    assert gone == [["catena_guest", "catena_key_8501"], ["catena_key_8501", "catena_guest"]]
    (kept,) = [cookie for cookie in shown.cookies if "Max-Age=0" not in cookie]
    assert kept.startswith("catena_key_8501=")
    assert shown.cookies[-1] == kept, "the last word counts"


@pytest.mark.parametrize("path", ["//evil.example/", "///evil.example", "/\\evil.example"])
def test_the_key_leads_to_nobody_else(path):
    house = House(REAL)
    location = house.ask(f"{path}?key={house.doorway.key.text}").headers["location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


def test_a_wrong_key_may_be_tried_a_few_times():
    house = House(REAL)
    answers = [house.ask("/?key=wrong") for _ in range(25)]
    assert [answer.status for answer in answers].count(403) == 20
    assert answers[-1].status == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert [entry.what for entry in house.audit.latest()] == ["a wrong key"]
    assert "wrong" not in str(house.audit.latest()[0].who)
    assert house.ask(f"/?key={house.doorway.key.text}").status == 303, (
        "a web page that guesses locks nobody out"
    )


def test_closing_the_session_of_the_key_ends_its_cookie():
    house = House(REAL)
    held = {"cookie": by_key(house)}
    answer = house.ask("/signout", headers=held)
    assert "You have left" in answer.text
    assert answer.cookies[0].startswith('catena_key_8501=""')
    assert house.ask("/", headers=held).status == 403
    assert [entry.event for entry in house.audit.latest()] == ["signed out", "signed in"]


def test_simulated_data_is_open_to_all_and_cannot_be_left():
    house = House(Settings())
    assert house.ask("/signout").headers["location"] == "/"
    assert house.ask("/").text.startswith("inside as open")


@pytest.mark.parametrize("with_key", [True, False])
def test_who_looked_at_a_link_is_an_operator_again_after_leaving_it(with_key):
    guest = Session("guest-1", "guest", Grant("for a customer", "guest", frozenset(), share="s1"), 4e9)
    house = House(REAL, options={"guests": lambda cookies: guest if "catena_guest" in cookies else None})
    own = by_key(house) if with_key else "catena_key_8501=x"
    answer = house.ask("/signout", headers={"cookie": f"{own}; catena_guest=live"})
    assert [cookie.partition("=")[0] for cookie in answer.cookies] == ["catena_guest"]
    assert answer.headers.get("location") == ("/" if with_key else None)
    assert ("You have left" in answer.text) != with_key
    assert ("inside" in house.ask("/", headers={"cookie": own}).text) == with_key


class Elsewhere(SqliteStore):
    """Knows when sessions gave a sign of life on another replica."""

    def __init__(self, clock):
        super().__init__(clock=clock)
        self.last, self.told = {}, {}

    def last_life(self, session_id):
        return self.last.get(session_id, float("-inf"))

    def lives(self, session_id, at):
        self.told[session_id] = at


def test_who_was_active_on_another_replica_is_not_idle_and_who_was_idle_there_is_here_too():
    clock = Clock(0)
    elsewhere = Elsewhere(clock)
    looked = sessions(way(ANN, GUEST), clock=clock, ended=elsewhere)
    assert looked.of({"held": "a"}) == ANN
    clock.now = 700
    elsewhere.last["a"] = 650
    assert looked.of({"held": "a"}) == ANN
    assert elsewhere.told == {"a": 700}
    clock.now = 1301
    assert isinstance(looked.of({"held": "a"}), Refused)
    assert elsewhere.ended("a")
    other = Elsewhere(clock)
    other.last = {"a": 700, "g": 700}
    newly = sessions(way(ANN, GUEST), clock=clock, ended=other)
    assert isinstance(newly.of({"held": "a"}), Refused)
    assert newly.of({"held": "g"}) == GUEST, "a guest's ends with the link"
