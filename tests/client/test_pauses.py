"""What a 429 asks for is kept by everybody who shares the client."""

import threading
from typing import Any

import httpx
import pytest

from catena_client import (
    CatenaClient,
    Conflict,
    ConnectionFailed,
    InvitationCreate,
    NotFound,
    RateLimited,
    RetryPolicy,
    Timeout,
)
from catena_client.call import Call
from catena_client.pauses import Pauses
from tests.client.fake import Clock, FakeCatena, Raw, Waits, fleet_row, invitation_row, page, written

DAY = 24 * 3600
FLEETS = Call("GET", "/v2/orgs/fleets")


def limited(seconds: Any) -> httpx.Response:
    body = {"code": 429, "message": "Too Many Requests", "detail": {"retry_after_seconds": seconds}}
    return httpx.Response(429, content=written(body).encode())


def good(request: httpx.Request) -> httpx.Response:
    if request.method == "POST":
        return httpx.Response(201, json=invitation_row())
    return (
        page([fleet_row()])
        if request.url.path == "/v2/orgs/fleets"
        else httpx.Response(200, json=fleet_row())
    )


def test_nobody_asks_sooner(client: CatenaClient, fake: FakeCatena, clock: Clock, waits: Waits) -> None:
    fake.answer = lambda _: limited(3600)
    with pytest.raises(RateLimited) as caught:
        client.fleets.page()
    assert caught.value.retry_after == 3600
    fake.answer = good
    sibling = client.with_retry(RetryPolicy(attempts=1))
    for passed, asking in (
        (0, client),
        (1000, sibling),
        (3599 - 1000, client.with_retry(RetryPolicy(deadline=0))),
    ):
        clock.now += passed
        with pytest.raises(RateLimited, match="an earlier call; this one was not sent") as caught:
            asking.fleets.page(size=5)
        assert caught.value.retry_after == 3600 - (clock.now - 1000)
        assert caught.value.nothing_done
    assert len(fake.requests) == 1
    clock.now += 1
    assert len(client.fleets.page().items) == 1
    assert waits == []


def test_a_pause_is_of_one_list(client: CatenaClient, fake: FakeCatena, clock: Clock) -> None:
    fake.answer = lambda _: limited(3600)
    with pytest.raises(RateLimited):
        client.fleets.get("a")
    fake.answer = good
    with pytest.raises(RateLimited, match="not sent"):
        client.fleets.get("b")
    client.fleets.page()
    fake.answer = lambda _: limited(3600)
    with pytest.raises(RateLimited):
        client.invitations.page()
    fake.answer = good
    client.invitations.create(InvitationCreate(fleet_ref="REF-0"))
    assert len(fake.requests) == 4


def test_a_short_pause_is_waited_out_and_then_asked_once(
    client: CatenaClient, fake: FakeCatena, clock: Clock, waits: Waits
) -> None:
    fake.answer = lambda _: limited(70)
    with pytest.raises(RateLimited):
        client.fleets.page()
    fake.answer = good
    clock.now += 40
    client.with_retry(RetryPolicy(attempts=1, sleep=waits)).fleets.page()
    assert waits == [30]
    assert len(fake.requests) == 2


def test_a_pause_that_grows_meanwhile_is_kept_to_its_end(
    client: CatenaClient, fake: FakeCatena, clock: Clock, waits: Waits
) -> None:
    answers = iter([limited(5), limited(20)])
    fake.answer = lambda request: next(answers, None) or good(request)

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 1:  # another call comes just before this one, and is told to wait longer
            clock.now += 5
            with pytest.raises(RateLimited):
                client.with_retry(RetryPolicy(attempts=1)).fleets.page()

    client.with_retry(RetryPolicy(sleep=wait)).fleets.page()
    assert 5 <= waits[0] <= 5.5
    assert waits[1:] == [20]
    assert len(fake.requests) == 3


def test_a_later_and_shorter_429_shortens_no_pause(clock: Clock) -> None:
    pauses = Pauses(clock)
    assert pauses.begin(FLEETS, 100) == pauses.begin(FLEETS, 5) == pauses.until(FLEETS) == clock.now + 100


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        (0, 0), (-5, 0), (-1e300, 0), (0.5, 0.5), (DAY + 1, DAY), (10**30, DAY), (10**400, DAY), (1e308, DAY),
        (Raw("1e400"), None), (Raw("NaN"), None), (Raw("-Infinity"), None), (Raw("1" * 5000), None),
        ("3600", None), (True, None), (None, None), ([], None),
    ],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_odd_waits_are_made_sane(
    client: CatenaClient, fake: FakeCatena, clock: Clock, asked: Any, seconds: float | None
) -> None:
    fake.answer = lambda _: limited(asked)
    once = client.with_retry(RetryPolicy(attempts=1, deadline=0))
    with pytest.raises(RateLimited) as caught:
        once.fleets.page()
    assert caught.value.retry_after == seconds
    clock.now += seconds or 0
    fake.answer = good
    once.fleets.page()
    assert len(fake.requests) == 2


@pytest.mark.parametrize(
    "header",
    [
        *("1e400", "-1e400", "nan", "1" + "0" * 400, "1" + "0" * 30, "1e30", "-0", "soon", "1_0"),
        *(
            "Fri, 31 Dec 9999 23:59:59 GMT",
            "Fri, 31 Dec 99999 23:59:59 GMT",
            "Mon, 01 Jan 0001 00:00:00 +1400",
        ),
    ],
    ids=lambda value: value[:20],
)
def test_odd_headers_are_made_sane(client: CatenaClient, fake: FakeCatena, header: str) -> None:
    fake.answer = lambda _: httpx.Response(429, headers={"retry-after": header})
    with pytest.raises(RateLimited) as caught:
        client.with_retry(RetryPolicy(attempts=1)).fleets.page()
    assert caught.value.retry_after is None or 0 <= caught.value.retry_after <= DAY


def test_a_429_of_the_token_address_is_kept_too_and_pauses_no_list(
    client: CatenaClient, fake: FakeCatena, clock: Clock
) -> None:
    fake.token = lambda _: limited(3600)
    for passed in (0, 100):
        clock.now += passed
        with pytest.raises(RateLimited, match="the token address") as caught:
            client.fleets.page()
        assert caught.value.retry_after == 3600 - passed
        assert caught.value.nothing_done
    assert len(fake.token_requests) == 1
    fake.token = None
    fake.answer = good
    clock.now += 3500
    assert len(client.fleets.page().items) == 1


def test_siblings_share_all_but_the_policy(client: CatenaClient, fake: FakeCatena, waits: Waits) -> None:
    fake.answer = lambda _: httpx.Response(503)
    for policy, tries in ((RetryPolicy(attempts=2, sleep=waits), 2), (RetryPolicy(attempts=1), 1)):
        fake.requests.clear()
        with pytest.raises(Exception, match="503"):
            client.with_retry(policy).fleets.page()
        assert len(fake.requests) == tries
    fake.requests.clear()
    with pytest.raises(Exception, match="503"):
        client.fleets.page()
    assert len(fake.requests) == 5
    assert len(fake.token_requests) == 1


@pytest.mark.parametrize(
    ("first", "then", "kind", "nothing_done"),
    [
        (None, httpx.Response(404), NotFound, True),
        (httpx.ReadTimeout("x"), httpx.Response(404), NotFound, False),
        (httpx.Response(503), httpx.Response(409), Conflict, False),
        (limited(0), httpx.Response(404), NotFound, True),
        (None, httpx.ReadTimeout("x"), Timeout, False),
        (None, httpx.ReadError("x"), ConnectionFailed, False),
    ],
)
def test_whether_nothing_was_done_is_said_of_all_tries_together(
    client: CatenaClient,
    fake: FakeCatena,
    first: httpx.Response | Exception | None,
    then: httpx.Response | Exception,
    kind: type[Exception],
    nothing_done: bool,
) -> None:
    answers = iter([first] if first else [])

    def answer(_: httpx.Request) -> httpx.Response:
        given = next(answers, then)
        if isinstance(given, Exception):
            raise given
        return httpx.Response(given.status_code, content=given.content)

    fake.answer = answer
    with pytest.raises(kind) as caught:
        client.webhooks.delete("w")
    assert caught.value.nothing_done is nothing_done  # type: ignore[attr-defined]


def test_many_threads_that_are_turned_away_ask_once_each_at_most(
    client: CatenaClient, fake: FakeCatena
) -> None:
    fake.answer = lambda _: limited(3600)
    once = client.with_retry(RetryPolicy(attempts=3))
    errors: list[RateLimited] = []

    def ask() -> None:
        with pytest.raises(RateLimited) as caught:
            once.fleets.page()
        errors.append(caught.value)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asked = len(fake.requests)
    assert asked <= 8
    for _ in range(5):
        ask()
    assert len(fake.requests) == asked
    assert len(errors) == 13
