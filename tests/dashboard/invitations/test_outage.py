"""While Catena limits, fails or hangs: it is asked less and less often, the page says so, and nobody waits long."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from catena_client import CatenaClient, RetryPolicy
from dashboard.access.viewer import OPERATOR
from dashboard.invitations.first_data import FirstDataTracker
from dashboard.invitations.invitation_service import InvitationService
from tests.dashboard.invitations.fakes import START, FakeCatena, refreshed
from tests.dashboard.waiting import until

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
    invitations = InvitationService(stubborn, now=lambda: catena.now, clock=catena.seconds)
    tracker = FirstDataTracker(stubborn, clock=catena.seconds)
    by_minute: Counter[int] = Counter()
    for second in range(900):
        catena.calls.clear()
        invitations.invalidate()  # a webhook every second
        refreshed(invitations)
        tracker.request([f"f{number}" for number in range(50)])
        until(lambda: not tracker.pending)
        by_minute[second // 60] += catena.calls.total()
        catena.now += timedelta(seconds=1)
    tracker.close()
    assert max(by_minute[minute] for minute in range(2, 15)) <= 6
    assert sum(by_minute[minute] for minute in range(9, 15)) > 0, "it must go on trying"


def test_nobody_asks_sooner_than_catena_allows(invitations: InvitationService, catena: FakeCatena) -> None:
    catena.fault = lambda _request: limited(3600)
    refreshed(invitations)
    assert invitations.peek(OPERATOR).outages["invitations"].retry_at == START + timedelta(hours=1)
    asked = dict(catena.calls)
    for _ in range(59):
        catena.now += timedelta(minutes=1)
        invitations.invalidate()
        refreshed(invitations)
    assert catena.calls == asked


def test_trouble_says_since_when_and_ends(invitations: InvitationService, catena: FakeCatena) -> None:
    catena.fault = lambda _request: httpx.Response(500)
    refreshed(invitations)
    catena.now += timedelta(seconds=30)
    trouble = refreshed(invitations).outages["invitations"]
    assert trouble.since == START
    assert trouble.retry_at == START + timedelta(seconds=40)
    catena.fault = lambda _request: None
    catena.now += timedelta(seconds=10)
    refreshed(invitations)
    catena.now += timedelta(seconds=5)
    catena.fault = lambda _request: httpx.Response(500)
    assert refreshed(invitations).outages["invitations"].since == catena.now
    assert invitations.peek(OPERATOR).outages["invitations"].retry_at == catena.now + timedelta(seconds=5)


def test_one_hanging_list_holds_up_no_other(invitations: InvitationService, catena: FakeCatena) -> None:
    answer = threading.Event()

    def hang(request: httpx.Request) -> None:
        if "connections" in request.url.path:
            assert answer.wait(20)

    catena.fault = hang
    catena.invite("A")
    invitations.lists(OPERATOR)
    for _ in range(3):
        invitations.lists(OPERATOR)
        catena.now += timedelta(seconds=6)
        invitations.lists(OPERATOR, wait=20)
    assert invitations.peek(OPERATOR).taken_at is not None
    answer.set()
    refreshed(invitations)


def test_only_the_first_visitor_waits_for_a_silent_host(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    answer = threading.Event()

    def hang(_request: httpx.Request) -> None:
        assert answer.wait(20)

    catena.fault = hang
    invitations.lists(OPERATOR, wait=0.01)
    waited = threading.Thread(target=lambda: invitations.lists(OPERATOR, wait=3600))
    waited.start()
    waited.join(10)
    assert not waited.is_alive()
    assert invitations.peek(OPERATOR).reading_since == START
    answer.set()
    assert refreshed(invitations).reading_since is None


def test_a_webhook_during_a_reading_causes_another_one(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    def notify(request: httpx.Request) -> None:
        if request.url.path == "/v2/orgs/invitations" and catena.calls[LIST] == 1:
            invitations.invalidate()

    catena.fault = notify
    refreshed(invitations)
    refreshed(invitations)
    refreshed(invitations)
    assert catena.calls[LIST] == 2
