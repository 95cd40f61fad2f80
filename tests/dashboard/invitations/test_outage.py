"""While Catena limits, fails or hangs: it is asked less and less often, the page says so, and nobody waits long."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from catena_client import CatenaClient, RetryPolicy
from dashboard.invitations.desk import InvitationDesk
from dashboard.invitations.firsts import FirstSeen
from tests.dashboard.invitations.conftest import START, FakeCatena, looked

LIST = "GET /v2/orgs/invitations"


@pytest.fixture
def stubborn(catena: FakeCatena) -> Iterator[CatenaClient]:
    """A client that tries as often as the dashboard's does, without the waits."""
    policy = RetryPolicy(sleep=lambda _seconds: None)
    with CatenaClient("id", "secret", transport=httpx.MockTransport(catena), retry=policy) as client:
        yield client


def limited(seconds: float) -> httpx.Response:
    detail = {"retry_after_seconds": seconds, "message": "slow down"}
    return httpx.Response(429, json={"code": 429, "message": "Too Many Requests", "detail": detail})


def test_under_constant_errors_the_calls_a_minute_fall_and_stay_low(
    stubborn: CatenaClient, catena: FakeCatena
) -> None:
    catena.fault = lambda _request: httpx.Response(500)
    desk = InvitationDesk(stubborn, now=lambda: catena.now, clock=catena.seconds)
    firsts = FirstSeen(stubborn, clock=catena.seconds)
    by_minute: Counter[int] = Counter()
    for second in range(900):
        catena.calls.clear()
        desk.invalidate()  # a webhook every second
        looked(desk)
        firsts.want([f"f{number}" for number in range(50)])
        firsts._worker.submit(lambda: None).result(10)
        by_minute[second // 60] += catena.calls.total()
        catena.now += timedelta(seconds=1)
    firsts.close()
    assert max(by_minute[minute] for minute in range(2, 15)) <= 6
    assert sum(by_minute[minute] for minute in range(9, 15)) > 0, "it must go on trying"


def test_nobody_asks_sooner_than_catena_allows(desk: InvitationDesk, catena: FakeCatena) -> None:
    catena.fault = lambda _request: limited(3600)
    looked(desk)
    assert desk.peek().troubles["invitations"].retry_at == START + timedelta(hours=1)
    asked = dict(catena.calls)
    for _ in range(59):
        catena.now += timedelta(minutes=1)
        desk.invalidate()
        looked(desk)
    assert catena.calls == asked


def test_trouble_says_since_when_and_ends(desk: InvitationDesk, catena: FakeCatena) -> None:
    catena.fault = lambda _request: httpx.Response(500)
    looked(desk)
    catena.now += timedelta(seconds=30)
    trouble = looked(desk).troubles["invitations"]
    assert trouble.since == START
    assert trouble.retry_at == START + timedelta(seconds=40)
    catena.fault = lambda _request: None
    catena.now += timedelta(seconds=10)
    looked(desk)
    catena.now += timedelta(seconds=5)
    catena.fault = lambda _request: httpx.Response(500)
    assert looked(desk).troubles["invitations"].since == catena.now
    assert desk.peek().troubles["invitations"].retry_at == catena.now + timedelta(seconds=5)


def test_one_hanging_list_holds_up_no_other(desk: InvitationDesk, catena: FakeCatena) -> None:
    answer = threading.Event()

    def hang(request: httpx.Request) -> None:
        if "connections" in request.url.path:
            assert answer.wait(20)

    catena.fault = hang
    catena.invite("A")
    desk.view()
    for _ in range(3):
        desk.view()
        catena.now += timedelta(seconds=6)
        desk.view(wait=20)
    assert desk.peek().taken_at is not None
    answer.set()
    looked(desk)


def test_only_the_first_visitor_waits_for_a_silent_host(desk: InvitationDesk, catena: FakeCatena) -> None:
    answer = threading.Event()

    def hang(_request: httpx.Request) -> None:
        assert answer.wait(20)

    catena.fault = hang
    desk.view(wait=0.01)
    waited = threading.Thread(target=lambda: desk.view(wait=3600))
    waited.start()
    waited.join(10)
    assert not waited.is_alive()
    assert desk.peek().asked_at == START
    answer.set()
    assert looked(desk).asked_at is None


def test_a_webhook_during_a_reading_causes_another_one(desk: InvitationDesk, catena: FakeCatena) -> None:
    def notify(request: httpx.Request) -> None:
        if request.url.path == "/v2/orgs/invitations" and catena.calls[LIST] == 1:
            desk.invalidate()

    catena.fault = notify
    looked(desk)
    looked(desk)
    looked(desk)
    assert catena.calls[LIST] == 2
