"""The retry policy, row by row as docs/client.md has it."""

import re
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catena_client import (
    CatenaClient,
    CatenaError,
    InvitationCreate,
    NotFound,
    RateLimited,
    Retry,
    RetryPolicy,
    ServerError,
)
from catena_client.call import IDEMPOTENT, Call
from catena_client.retry import retrying, wait_seconds
from tests.client.fake import FakeCatena, Waits, invitation_row, page

DOCS = Path(__file__).resolve().parents[2] / "docs" / "client.md"


def status(code: int, **headers: str) -> httpx.Response:
    return httpx.Response(code, json={"message": "no"}, headers=headers)


@dataclass(frozen=True)
class TokenFails:
    """What the token address answers."""

    answer: httpx.Response | Exception


LIMITED = httpx.Response(429, json={"code": 429, "detail": {"retry_after_seconds": 3, "message": "slow"}})
DATED = status(
    429, **{"Retry-After": "Wed, 21 Oct 2015 07:28:03 GMT", "Date": "Wed, 21 Oct 2015 07:28:00 GMT"}
)
TOKEN = httpx.Response(200, json={"access_token": "t", "expires_in": 300})
REFUSED = httpx.Response(401, json={"error": "invalid_client"})
SERVER_ASKS = "what the server asks for"
DOUBLING = "doubling"

# What happens, in the words of the table → the answer, tried again for reads and deletes, for POST and PATCH, waits.
TABLE: list[tuple[str, list[httpx.Response | Exception | TokenFails], bool, bool, str]] = [
    ("429, seconds in the body", [LIMITED], True, True, SERVER_ASKS),
    ("429, `Retry-After` in seconds", [status(429, **{"Retry-After": "3"})], True, True, SERVER_ASKS),
    ("429, `Retry-After` as a date", [DATED], True, True, SERVER_ASKS),
    ("429 without either", [status(429)], True, True, DOUBLING),
    (
        "500, 502, 503, 504 and other 5xx",
        [status(500), status(502), status(504), status(599)],
        True,
        False,
        DOUBLING,
    ),
    ("503 with `Retry-After`", [status(503, **{"Retry-After": "3"})], True, False, SERVER_ASKS),
    ("501", [status(501)], False, False, "none"),
    (
        "no answer in time",
        [httpx.ReadTimeout("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")],
        True,
        False,
        DOUBLING,
    ),
    (
        "no connection, or it broke",
        [
            httpx.ConnectError("x"),
            httpx.ReadError("x"),
            httpx.WriteError("x"),
            httpx.RemoteProtocolError("x"),
        ],
        True,
        False,
        DOUBLING,
    ),
    (
        "400, 403, 404, 405, 409, 422 and other 4xx",
        [status(n) for n in (400, 403, 404, 405, 409, 410, 422)],
        False,
        False,
        "none",
    ),
    ("401 with a new token too", [status(401)], False, False, "none"),
    ("client id and secret refused", [REFUSED], False, False, "none"),
    (
        "a success that is no JSON: a web page, cut off, empty",
        [
            httpx.Response(200, text="<html>"),
            httpx.Response(200, text='{"items": ['),
            httpx.Response(200),
            httpx.DecodingError("x"),
        ],
        True,
        False,
        DOUBLING,
    ),
    (
        "an answer off the contract",
        [httpx.Response(200, json=[]), httpx.Response(302)],
        False,
        False,
        "none",
    ),
    (
        "no token, for one of the reasons that are tried again",
        [
            TokenFails(answer)
            for answer in (status(503), httpx.ReadTimeout("x"), httpx.Response(200, text="<html>"))
        ],
        True,
        True,
        DOUBLING,
    ),
    ("no token for another reason", [TokenFails(status(404))], False, False, "none"),
]
CASES = [
    pytest.param(failure, again, waits, method, id=f"{method} {words} {failure!r}")
    for words, failures, reads, writes, waits in TABLE
    for failure in failures
    for method, again in (("GET", reads), ("DELETE", reads), ("POST", writes))
    if not (method == "DELETE" and isinstance(failure, httpx.Response) and failure.status_code == 200)
]


def ask(client: CatenaClient, method: str) -> None:
    match method:
        case "GET":
            client.invitations.page()
        case "DELETE":
            client.invitations.delete("some-id")
        case _:
            client.invitations.create(InvitationCreate(fleet_ref="REF-0"))


def good(request: httpx.Request) -> httpx.Response:
    match request.method:
        case "GET":
            return page([])
        case "DELETE":
            return httpx.Response(204)
        case _:
            return httpx.Response(201, json=invitation_row())


@pytest.mark.parametrize(("failure", "again", "waited", "method"), CASES)
def test_the_table(
    client: CatenaClient,
    fake: FakeCatena,
    waits: Waits,
    failure: httpx.Response | Exception | TokenFails,
    again: bool,
    waited: str,
    method: str,
) -> None:
    failing = True
    of_the_token = isinstance(failure, TokenFails) or failure is REFUSED
    if isinstance(failure, TokenFails):
        failure = failure.answer

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal failing
        if not failing:
            return TOKEN if of_the_token else good(request)
        failing = isinstance(failure, httpx.Response) and failure.status_code == 401
        if isinstance(failure, Exception):
            raise failure
        return httpx.Response(failure.status_code, content=failure.content, headers=failure.headers)

    if of_the_token:
        fake.token, fake.answer = answer, good
    else:
        fake.answer = answer
    if not again:
        with pytest.raises(CatenaError) as caught:
            ask(client, method)
        assert waits == []
        refused = isinstance(failure, httpx.Response) and 400 <= failure.status_code < 500
        assert caught.value.nothing_done == (of_the_token or refused)
        return
    ask(client, method)
    [wait] = waits
    if waited == DOUBLING:
        assert 0.25 <= wait <= 0.5
    else:
        assert wait == 0 or 3 <= wait <= 3.3


def test_the_docs_have_this_very_table() -> None:
    rows = re.findall(r"^\| (.+?) \| (yes|no) \| (yes|no) \| (.+?) \|$", DOCS.read_text(), re.MULTILINE)
    said = [(words, reads == "yes", writes == "yes", waits) for words, reads, writes, waits in rows]
    assert said == [(words, reads, writes, waits) for words, _, reads, writes, waits in TABLE]


def test_which_methods_count_as_safe_to_repeat() -> None:
    assert IDEMPOTENT.isdisjoint({"POST", "PATCH"})
    assert {"GET", "DELETE"} <= IDEMPOTENT
    assert not Call("PATCH", "/").idempotent


def test_it_gives_up_after_so_many_tries_with_the_last_error(
    client: CatenaClient, fake: FakeCatena, waits: Waits
) -> None:
    fake.answer = lambda _: status(503)
    with pytest.raises(ServerError, match="503"):
        client.fleets.page()
    assert len(fake.requests) == 5
    assert len(waits) == 4


def test_a_wait_longer_than_the_deadline_fails_at_once(
    client: CatenaClient, fake: FakeCatena, waits: Waits
) -> None:
    fake.answer = lambda _: status(429, **{"Retry-After": "61"})
    with pytest.raises(RateLimited, match="Ask again in 61 s") as caught:
        client.fleets.page()
    assert caught.value.retry_after == 61
    assert (len(fake.requests), waits) == (1, [])


def test_the_deadline_counts_all_tries_together(fake: FakeCatena) -> None:
    tried: list[float] = []
    policy = RetryPolicy(attempts=1000, first_wait=0.02, longest_wait=0.02, deadline=0.2)

    def work() -> None:
        tried.append(0)
        raise ServerError(503)

    with pytest.raises(ServerError):
        retrying(policy, Call("GET", "/"), work, None, time.sleep)
    assert 1 < len(tried) <= 20


def test_each_wait_is_told(fake: FakeCatena, waits: Waits) -> None:
    answers = iter([LIMITED, status(503), httpx.ReadTimeout("x"), httpx.ConnectError("x")])

    def answer(request: httpx.Request) -> httpx.Response:
        given = next(answers, None)
        if isinstance(given, Exception):
            raise given
        return page([]) if given is None else httpx.Response(given.status_code, content=given.content)

    told: list[Retry] = []
    fake.answer = answer
    with CatenaClient(
        "a", "b", transport=httpx.MockTransport(fake), retry=RetryPolicy(sleep=waits), on_retry=told.append
    ) as client:
        client.fleets.page()
    assert [(one.endpoint, one.status, one.reason, one.attempt) for one in told] == [
        ("GET /v2/orgs/fleets", 429, "too many requests", 1),
        ("GET /v2/orgs/fleets", 503, "server error 503", 2),
        ("GET /v2/orgs/fleets", None, "no answer in time", 3),
        ("GET /v2/orgs/fleets", None, "no answer", 4),
    ]
    assert [one.wait for one in told] == waits


@given(
    attempt=st.integers(1, 10_000),
    first=st.floats(0.001, 10),
    longest=st.floats(0.001, 100),
    asked=st.none() | st.floats(0, 1e6),
)
def test_waits_keep_to_their_bounds(attempt: int, first: float, longest: float, asked: float | None) -> None:
    policy = RetryPolicy(first_wait=first, longest_wait=longest)
    error: Any = RateLimited(429, retry_after=asked)
    wait = wait_seconds(policy, error, attempt)
    if asked is not None:
        assert asked <= wait <= asked + 1
    else:
        whole = min(longest, first * 2.0 ** min(attempt - 1, 60))
        assert whole / 2 <= wait <= whole <= longest


def test_waits_differ_between_clients() -> None:
    waits = [wait_seconds(RetryPolicy(), NotFound(404), 3) for _ in range(20)]
    assert any(one != other for one, other in pairwise(waits))
