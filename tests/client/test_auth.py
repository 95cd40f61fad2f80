"""The token: how often it is asked for, and what becomes of refusals."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import httpx
import pytest

import catena_client.auth
from catena_client import (
    AuthenticationFailed,
    CatenaClient,
    CatenaError,
    ConnectionFailed,
    GarbledAnswer,
    RetryPolicy,
    Secret,
    ServerError,
    Unauthorized,
    UnexpectedAnswer,
)
from catena_client.auth import TokenAuth
from tests.client.fake import CLIENT_SECRET, TOKEN, Clock, FakeCatena, form, page

NO_RETRY = RetryPolicy(attempts=1)


@pytest.fixture
def get(fake: FakeCatena, clock: Clock) -> Callable[[], int]:
    """One API request through the token auth alone, with a clock we turn."""
    auth = TokenAuth("https://auth.test/realms/catena", "the-client", Secret(CLIENT_SECRET), clock=clock)
    http = httpx.Client(auth=auth, transport=httpx.MockTransport(fake))
    return lambda: http.get("https://api.test/v2/orgs/fleets").status_code


def bearer(request: httpx.Request) -> str:
    return request.headers["authorization"].removeprefix("Bearer ")


def test_asks_with_all_four_fields(client: CatenaClient, fake: FakeCatena) -> None:
    client.fleets.page()
    [request] = fake.token_requests
    assert str(request.url) == "https://auth.test/realms/catena/protocol/openid-connect/token"
    assert form(request) == {
        "grant_type": "client_credentials",
        "scope": "organization",
        "client_id": "the-client",
        "client_secret": CLIENT_SECRET,
    }
    assert bearer(fake.requests[0]) == f"{TOKEN}-1"


def test_nothing_is_sent_before_the_first_call(client: CatenaClient, fake: FakeCatena) -> None:
    client.close()
    assert not fake.token_requests
    assert not fake.revocations


@pytest.mark.parametrize(
    ("expires_in", "still_used_at", "renewed_at"),
    [(300, 269, 271), (3600, 3569, 3571), (100, 79, 81), (10, 7.9, 8.1), (0, 0.9, 1.1)],
    ids=["30 s early", "long", "a fifth early", "short", "never more than once a second"],
)
def test_renews_before_the_token_ends(
    get: Callable[[], int],
    fake: FakeCatena,
    clock: Clock,
    expires_in: float,
    still_used_at: float,
    renewed_at: float,
) -> None:
    fake.expires_in = expires_in
    start = clock.now
    get()
    clock.now = start + still_used_at
    get()
    assert len(fake.token_requests) == 1
    clock.now = start + renewed_at
    get()
    assert len(fake.token_requests) == 2
    assert bearer(fake.requests[-1]) == f"{TOKEN}-2"


def test_a_401_leads_to_one_new_token_and_one_more_try(client: CatenaClient, fake: FakeCatena) -> None:
    fake.answer = lambda request: page([]) if bearer(request) == f"{TOKEN}-2" else httpx.Response(401)
    client.fleets.page()
    assert [bearer(request) for request in fake.requests] == [f"{TOKEN}-1", f"{TOKEN}-2"]
    client.fleets.page()
    assert len(fake.token_requests) == 2


def test_a_401_with_the_new_token_too_is_an_error(client: CatenaClient, fake: FakeCatena) -> None:
    fake.answer = lambda _: httpx.Response(401, json={"code": 401, "message": "Unauthorized"})
    with pytest.raises(Unauthorized, match=r"GET /v2/orgs/fleets was answered 401"):
        client.fleets.page()
    assert len(fake.requests) == 2
    assert len(fake.token_requests) == 2


def test_a_token_another_thread_renewed_is_used_without_asking(fake: FakeCatena, clock: Clock) -> None:
    auth = TokenAuth("https://auth.test", "the-client", Secret(CLIENT_SECRET), clock=clock)
    http = httpx.Client(auth=auth, transport=httpx.MockTransport(fake))
    started = threading.Event()
    renewed = threading.Event()

    def answer(request: httpx.Request) -> httpx.Response:
        if bearer(request) == f"{TOKEN}-1":
            if request.url.path == "/slow":
                started.set()
                renewed.wait(10)  # the other request renews the token in the meantime
            return httpx.Response(401)
        renewed.set()
        return page([])

    fake.answer = answer
    with ThreadPoolExecutor() as pool:
        http_slow = pool.submit(http.get, "https://api.test/slow")
        assert started.wait(10)
        assert http.get("https://api.test/fast").status_code == 200
        assert http_slow.result().status_code == 200
    assert len(fake.token_requests) == 2


def test_all_threads_share_one_token_request(client: CatenaClient, fake: FakeCatena) -> None:
    threads = 16
    together = threading.Barrier(threads)

    def call() -> None:
        together.wait()
        client.fleets.page()

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(call) for _ in range(threads)]:
            done.result()
    assert len(fake.token_requests) == 1
    assert len(fake.requests) == threads


def test_threads_that_wait_share_a_failure_too(fake: FakeCatena, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = 8
    entered = threading.Semaphore(0)

    class CountedLock:
        def __init__(self) -> None:
            self._lock = threading.Lock()

        def acquire(self, timeout: float) -> bool:
            entered.release()
            return self._lock.acquire(timeout=timeout)

        def release(self) -> None:
            self._lock.release()

    monkeypatch.setattr(
        catena_client.auth, "threading", SimpleNamespace(Lock=CountedLock, Event=threading.Event)
    )
    auth = TokenAuth("https://auth.test", "the-client", Secret(CLIENT_SECRET))

    def refuse_once_all_wait(request: httpx.Request) -> httpx.Response:
        for _ in range(threads):
            entered.acquire()
        raise httpx.ConnectError("refused")

    fake.token = refuse_once_all_wait
    http = httpx.Client(auth=auth, transport=httpx.MockTransport(fake))
    with ThreadPoolExecutor(threads) as pool:
        calls = [pool.submit(http.get, "https://api.test/") for _ in range(threads)]
        errors = [call.exception() for call in calls]
    assert len(fake.token_requests) == 1
    assert sorted(type(error).__name__ for error in errors) == ["ConnectError"] + ["ConnectionFailed"] * (
        threads - 1
    )


@pytest.mark.parametrize("status", [400, 401, 403])
def test_refused_credentials_are_not_tried_again_for_30_s(
    get: Callable[[], int], fake: FakeCatena, clock: Clock, status: int
) -> None:
    fake.token = lambda _: httpx.Response(
        status, json={"error": "invalid_client", "error_description": "Invalid client credentials"}
    )
    start = clock.now
    for seconds in (0, 1, 29.9):
        clock.now = start + seconds
        with pytest.raises(
            AuthenticationFailed, match="invalid_client: Invalid client credentials"
        ) as caught:
            get()
    assert len(fake.token_requests) == 1
    assert "https://auth.test/realms/catena" in str(caught.value)
    clock.now = start + 30.1
    fake.token = None
    assert get() == 200


def test_refused_credentials_meet_no_retry(
    client: CatenaClient, fake: FakeCatena, waits: list[float]
) -> None:
    fake.token = lambda _: httpx.Response(401, text="<html>no</html>")
    for _ in range(5):
        with pytest.raises(AuthenticationFailed, match="no reason given"):
            client.fleets.page()
    assert len(fake.token_requests) == 1
    assert waits == []


@pytest.mark.parametrize(
    ("answer", "error", "tries"),
    [
        (httpx.Response(503), ServerError, 5),
        (httpx.Response(200, text="<html>"), GarbledAnswer, 5),
        (httpx.Response(200, json={"expires_in": 300}), UnexpectedAnswer, 1),
        (httpx.Response(200, json={"access_token": "a", "expires_in": "soon"}), UnexpectedAnswer, 1),
        (httpx.Response(200, json={"access_token": "a\nb", "expires_in": 300}), UnexpectedAnswer, 1),
        (httpx.Response(200, json={"access_token": "", "expires_in": 300}), UnexpectedAnswer, 1),
        (httpx.Response(200, json={"access_token": "töken", "expires_in": 300}), UnexpectedAnswer, 1),
    ],
)
def test_other_failures_of_the_token_address(
    client: CatenaClient, fake: FakeCatena, answer: httpx.Response, error: type[CatenaError], tries: int
) -> None:
    fake.token = lambda _: httpx.Response(answer.status_code, content=answer.content)
    with pytest.raises(error, match="the token address"):
        client.fleets.page()
    assert len(fake.token_requests) == tries
    assert not fake.requests


@pytest.mark.parametrize("status", [404, 405])
def test_a_wrong_auth_address_is_said_to_be_one(client: CatenaClient, fake: FakeCatena, status: int) -> None:
    fake.token = lambda _: httpx.Response(status)
    with pytest.raises(UnexpectedAnswer, match=r"Check the auth address: https://auth\.test[^ ]*\.$"):
        client.fleets.page()
    assert len(fake.token_requests) == 1


def test_the_auth_host_is_named_when_it_does_not_answer(client: CatenaClient, fake: FakeCatena) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[Errno 111] Connection refused")

    fake.token = refuse
    with pytest.raises(
        ConnectionFailed, match=r"no answer from auth\.test \(\[Errno 111\] Connection refused\)"
    ):
        client.fleets.page()


def test_the_token_is_revoked_once_at_the_end(client: CatenaClient, fake: FakeCatena) -> None:
    client.fleets.page()
    client.close()
    client.close()
    [request] = fake.revocations
    assert str(request.url) == "https://auth.test/realms/catena/protocol/openid-connect/revoke"
    assert form(request) == {"token": f"{TOKEN}-1", "client_id": "the-client", "client_secret": CLIENT_SECRET}


def test_a_failing_revocation_is_nobodys_trouble() -> None:
    fake = FakeCatena()

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/revoke"):
            raise httpx.ReadTimeout("late")
        return fake(request)

    with CatenaClient(
        "the-client", CLIENT_SECRET, transport=httpx.MockTransport(handler), retry=NO_RETRY
    ) as client:
        client.fleets.page()
    assert len(fake.requests) == 1


def test_closing_does_not_wait_for_a_token_request(fake: FakeCatena) -> None:
    auth = TokenAuth("https://auth.test", "the-client", Secret(CLIENT_SECRET))
    asking, answer = threading.Event(), threading.Event()

    def late(_: httpx.Request) -> httpx.Response:
        asking.set()
        answer.wait(10)
        return httpx.Response(200, json={"access_token": TOKEN, "expires_in": 300})

    fake.token = late
    http = httpx.Client(auth=auth, transport=httpx.MockTransport(fake))
    with ThreadPoolExecutor() as pool:
        call = pool.submit(http.get, "https://api.test/")
        assert asking.wait(10)
        assert auth.revocation() is None
        answer.set()
        call.result()
    assert auth.revocation() is not None, "later there is one"
