"""Too much from one session or one address is refused with a sentence, and nothing less is."""

from __future__ import annotations

import pytest

from dashboard.access.grants import EVERYBODY
from dashboard.access.session import Session
from dashboard.configuration.settings import Settings
from dashboard.door import door
from dashboard.door.limits import OF_A_SESSION, OF_AN_ADDRESS, Limits
from tests.dashboard.door.knocking import CLAIMS, PUBLIC, REAL, SIGN_IN, Clock, House, Socket, signed

HERE = {"origin": "http://localhost:8501"}


def anybody(cookies):
    return Session(cookies["held"], "guest", EVERYBODY, 4e9) if "held" in cookies else None


def asks(house, times, path, method="GET", **how):
    """The statuses of as many answers, and the last of them."""
    answers = [house.ask(path, method, **how) for _ in range(times)]
    return [answer.status for answer in answers], answers[-1]


@pytest.mark.parametrize("what", OF_A_SESSION)
def test_a_session_may_ask_for_so_much_whatever_others_ask(what):
    clock = Clock(0)
    limits = Limits(clock)
    times, seconds = OF_A_SESSION[what]
    assert OF_AN_ADDRESS[what][0] > times, "many sessions share an address"
    assert [limits.take(what, "1.2.3.4", "a") for _ in range(times)] == [0.0] * times
    assert 0 < limits.take(what, "1.2.3.4", "a") <= seconds
    assert limits.take(what, "1.2.3.4", "b") == 0
    clock.now = seconds
    assert limits.take(what, "1.2.3.4", "a", times) == 0


@pytest.mark.parametrize("what", OF_AN_ADDRESS)
def test_an_address_may_ask_for_so_much(what):
    clock = Clock(0)
    limits = Limits(clock)
    times, seconds = OF_AN_ADDRESS[what]
    assert limits.take(what, "1.2.3.4", "", times) == 0
    wait = limits.take(what, "1.2.3.4")
    assert 0 < wait <= seconds
    assert limits.take(what, "1.2.3.5") == 0
    clock.now = wait + 0.001
    assert limits.take(what, "1.2.3.4") == 0


def test_too_many_uploads_and_too_large_ones_together():
    house = House(REAL, options={"guests": anybody})
    small = HERE | {"cookie": "held=a", "content-length": "1000"}
    statuses, last = asks(house, 61, "/_stcore/upload_file/s/f", "PUT", headers=small)
    assert statuses == [200] * 60 + [429]
    assert int(last.headers["retry-after"]) > 0
    assert last.text == "Too much was asked for. Wait a little, then try again."
    large = HERE | {"cookie": "held=b", "content-length": "20000000"}
    statuses, _ = asks(house, 11, "/_stcore/upload_file/s/f", "PUT", headers=large)
    assert statuses == [200] * 10 + [429]
    unsaid = HERE | {"cookie": "held=c"}
    assert house.ask("/_stcore/upload_file/s/f", "PUT", headers=unsaid).status == 411
    assert [entry.event for entry in house.audit.latest()] == ["refused"]


def test_wrong_links_are_counted_and_right_ones_are_not():
    house = House(REAL)
    assert set(asks(house, 100, "/s/right")[0]) == {200}
    statuses, last = asks(house, 31, "/s/wrong")
    assert statuses == [404] * 30 + [429]
    assert int(last.headers["retry-after"]) > 0
    assert last.text == "Too many attempts were made from here. Wait a little, then try again."
    assert house.ask("/s/wrong", client=("127.0.0.2", 1)).status == 404
    assert house.ask("/s/right").status == 200, "nobody locks out their neighbours"


def test_sign_ins_are_counted(secrets):
    house = House(SIGN_IN)
    statuses, _ = asks(house, 121, "/auth/login?provider=x", headers={"host": PUBLIC})
    assert statuses == [200] * 120 + [429]


def test_open_pages_are_counted(monkeypatch):
    monkeypatch.setattr(door, "SOCKETS_OF_A_SESSION", 3)
    monkeypatch.setattr(door, "SOCKETS_OF_AN_ADDRESS", 5)
    house = House(REAL, options={"guests": anybody})
    given = ["a", "a", "a", "a", "b", "b", "c"]
    assert opened(house, given) == [True, True, True, False, True, True, False]
    assert opened(house, given[:3]) == [True, True, True], "closed ones do not count"


def test_simulated_data_is_looked_at_in_one_session_by_all(monkeypatch):
    monkeypatch.setattr(door, "SOCKETS_OF_A_SESSION", 1)
    assert opened(House(Settings()), ["", "", ""]) == [True, True, True]
    house = House(Settings())
    assert house.doorway.limits.take_of_session("requests", "open", OF_A_SESSION["requests"][0]) == 0
    assert house.ask("/").status == 200


def test_an_address_that_asks_without_end_is_stopped(secrets):
    house = House(SIGN_IN)
    cookie = {"host": PUBLIC, "cookie": signed(CLAIMS)}
    assert house.doorway.limits.take("requests", "127.0.0.1", "", OF_AN_ADDRESS["requests"][0]) == 0
    answer = house.ask("/", headers=cookie)
    assert answer.status == 429
    assert "content-security-policy" in answer.headers
    assert house.ask("/", headers=cookie, client=("10.0.0.7", 1)).status == 200


def opened(house, given):
    import anyio  # noqa: PLC0415

    async def look():
        sockets = [Socket(house, HERE | {"cookie": f"held={held}" if held else ""}) for held in given]
        found = []
        for one in sockets:
            await one.open()
            found.append(bool(one.connection))
        for one in sockets:
            await one.leave()
        return found

    return anyio.run(look)
