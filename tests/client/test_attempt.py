"""Time limits and closing, against real sockets: nothing hangs, whatever the network does."""

import contextlib
import gc
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import catena_client.attempt
from catena_client import (
    CatenaClient,
    CatenaError,
    ClientClosed,
    ConnectionFailed,
    InvitationCreate,
    RetryPolicy,
    Timeout,
)
from catena_client.attempt import Attempt
from catena_client.http import Response
from catena_client.workers import IDLE, WORKING
from tests.client.fake import Clock
from tests.client.slow import (
    DripToken,
    Handler,
    SlowServer,
    black_hole,
    certificate,
    drip_body,
    drip_headers,
    send,
    serving,
    silent,
    token,
)

ONCE = RetryPolicy(attempts=1)
UNKNOWN = "It is unknown whether it was carried out"
SOON = 5
"""Seconds in which a thing that must not hang is over; what hangs in these tests does so for 30 s and more."""


@pytest.fixture
def server() -> Iterator[SlowServer]:
    with serving() as made:
        yield made


def client_of(url: str, timeout: float = 30, retry: RetryPolicy = ONCE, **more: Any) -> CatenaClient:
    return CatenaClient(
        "the-client", "a-secret", api_url=url, auth_url=url, timeout=timeout, retry=retry, **more
    )


class Caller(threading.Thread):
    """One call in a thread, and what became of it."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._work()
        except CatenaError as error:
            self.error = error


earlier: set[threading.Thread] = set()


@pytest.fixture(autouse=True)
def _threads_of_other_tests() -> None:
    earlier.clear()
    earlier.update(threading.enumerate())


def threads(*names: str) -> set[threading.Thread]:
    """The client's threads, those that other tests have left apart."""
    return {thread for thread in threading.enumerate() if thread.name in (names or (WORKING, IDLE))} - earlier


def busy() -> int:
    return len(threads(WORKING))


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def get(client: CatenaClient) -> object:
    return client.fleets.page()


def post(client: CatenaClient) -> object:
    return client.invitations.create(InvitationCreate(fleet_ref="a"))


@pytest.mark.parametrize(
    ("of", "how", "said"),
    [
        ("token", silent, "127.0.0.1 did not answer within 0.5 s"),
        ("token", drip_body, "the token for it did not come within 1 s"),
        ("token", drip_headers, "the token for it did not come within 1 s"),
        ("api", silent, "127.0.0.1 did not answer within 0.5 s"),
        ("api", drip_body, "the whole answer did not come within 1 s"),
        ("api", drip_headers, "the whole answer did not come within 1 s"),
    ],
)
def test_every_try_ends(server: SlowServer, of: str, how: Callable[[Handler], None], said: str) -> None:
    server.behaviour[of] = how
    with client_of(server.url, timeout=0.5) as client:
        with pytest.raises(Timeout) as caught:
            post(client)
        # A busy machine may let half a second pass between two drops.
        assert said in str(caught.value) or (how is not silent and "within 0.5 s" in str(caught.value))
        assert (UNKNOWN in str(caught.value)) == (of == "api")
        assert caught.value.nothing_done == (of == "token")
        if (
            how is not drip_headers or of == "token"
        ):  # the API's headers drip over a connection made for the token
            wait_for(lambda: not busy())
    wait_for(lambda: not threads())


def test_a_connection_that_is_never_made_ends() -> None:
    with (
        black_hole() as url,
        client_of(url, timeout=0.2) as client,
        # The limit of the step, or on a busy machine that of the whole try.
        pytest.raises(Timeout, match=r"did not (answer within 0\.2|come within 0\.4) s"),
    ):
        client.fleets.page()


def test_nobody_waits_without_limit_for_the_token_of_another_call(server: SlowServer) -> None:
    drip = server.behaviour["token"] = DripToken()
    with client_of(server.url, timeout=1) as client:
        other = Caller(lambda: get(client))
        assert server.asking.acquire(timeout=SOON)
        with pytest.raises(Timeout, match=r"another call asked for did not come within 1 s") as caught:
            post(client)
        assert caught.value.nothing_done
        assert [asked.split()[0] for asked in server.asked] == ["token"]
        drip.released.set()
        other.join(SOON)
        get(client)


def test_all_who_wait_for_a_silent_token_address_are_told(server: SlowServer) -> None:
    server.behaviour["token"] = silent
    with client_of(server.url, timeout=0.5) as client:
        callers = [Caller(lambda: get(client)) for _ in range(6)]
        for caller in callers:
            caller.join(SOON)
        assert {type(caller.error) for caller in callers} <= {Timeout, ConnectionFailed}
        server.behaviour["token"] = token
        get(client)


def limited(handler: Handler) -> None:
    handler.send_response(429)
    handler.send_header("content-length", "0")
    handler.send_header("retry-after", "40")
    handler.end_headers()


def failing(handler: Handler) -> None:
    handler.send_response(503)
    handler.send_header("content-length", "0")
    handler.end_headers()


PATIENT = RetryPolicy(first_wait=40, longest_wait=40)

HANGING = {
    "in a silent server": ("api", silent),
    "in dripping headers": ("api", drip_headers),
    "in a dripping body": ("api", drip_body),
    "in the token lock": ("token", silent),
    "in a back-off": ("api", failing),
    "in a pause": ("api", limited),
}


@pytest.mark.parametrize(("of", "how"), HANGING.values(), ids=HANGING)
@pytest.mark.parametrize("ask", [get, post])
def test_closing_ends_all_calls(
    server: SlowServer, of: str, how: Callable[[Handler], None], ask: Callable[[CatenaClient], object]
) -> None:
    retries = threading.Semaphore(0)
    clock = Clock()
    client = client_of(server.url, retry=PATIENT, on_retry=lambda _retry: retries.release(), clock=clock)
    get(client)  # so that there is a token, and a connection to be used again
    if of == "token":
        clock.now += 300  # it has ended
    server.behaviour[of] = how
    ask = get if how is failing else ask  # a POST is not tried again
    first = 1 if how is limited else 5  # the pause that one answer asks for is every call's, if made after it
    callers = [Caller(lambda: ask(client)) for _ in range(first)]
    for _ in range(3 if of == "token" or how is limited else 4):  # requests that have arrived
        server.asking.acquire(timeout=SOON)
    if how in (failing, limited):  # and answered, so that the calls wait to be made again
        assert all(retries.acquire(timeout=SOON) for _ in callers)
    callers += [Caller(lambda: ask(client)) for _ in range(5 - first)]
    closing = Caller(client.close)
    for thread in (closing, *callers):
        thread.join(SOON)
    assert not closing.is_alive()
    errors = [caller.error for caller in callers]
    assert {type(error) for error in errors} == {ClientClosed}
    sent = [error for error in errors if not isinstance(error, CatenaError) or not error.nothing_done]
    assert bool(sent) == (of == "api" and how is not limited)
    assert [UNKNOWN in str(error) for error in errors] == [ask is post and error in sent for error in errors]
    with pytest.raises(ClientClosed, match="the client is closed, no request was sent any more"):
        ask(client)
    wait_for(lambda: not threads())
    revoked = [asked for asked in server.asked if asked.startswith("revoke")]
    assert len(revoked) == (1 if of == "api" else 0)


def test_closing_ends_calls_that_get_no_connection() -> None:
    with black_hole() as url:
        client = client_of(url)
        callers = [Caller(lambda: get(client)) for _ in range(3)]
        wait_for(lambda: busy() == 3)
        closing = Caller(client.close)
        for thread in (closing, *callers):
            thread.join(SOON)
        assert not closing.is_alive()
        assert {type(caller.error) for caller in callers} == {ClientClosed}


def test_closing_waits_for_a_silent_revocation_no_longer_than_it_says(server: SlowServer) -> None:
    server.behaviour["revoke"] = silent
    client = client_of(server.url)
    get(client)
    closing = Caller(client.close)
    closing.join(SOON)
    assert not closing.is_alive()
    wait_for(lambda: not threads())


def test_closing_twice_and_a_sibling_is_fine(server: SlowServer) -> None:
    client = client_of(server.url)
    sibling = client.with_retry(PATIENT)
    get(sibling)
    client.close()
    sibling.close()
    for one in (client, sibling):
        with pytest.raises(ClientClosed):
            get(one)
    assert sibling is not client
    assert [asked.split()[0] for asked in server.asked] == ["token", "api", "revoke"]


def test_proxies_of_the_environment_are_used_and_cut_too(
    server: SlowServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.delenv("http_proxy", raising=False)
    client = client_of("http://api.invalid")
    get(client)
    assert server.asked[-1] == "api GET http://api.invalid/v2/orgs/fleets"
    server.behaviour["api"] = silent
    caller = Caller(lambda: get(client))
    for _ in range(3):
        server.asking.acquire(timeout=SOON)
    client.close()
    caller.join(SOON)
    assert type(caller.error) is ClientClosed
    wait_for(lambda: not threads())


def test_nothing_of_a_call_waits_for_the_garbage_collector(server: SlowServer) -> None:
    with client_of(server.url) as client:
        get(client)
        gc.collect()
        gc.disable()
        try:
            before = {id(one) for one in gc.get_objects()}
            get(client)
            wait_for(lambda: not busy())
            kept = [one for one in gc.get_objects() if id(one) not in before]
        finally:
            gc.enable()
    assert [one for one in kept if isinstance(one, Response | Attempt)] == []


def test_a_call_that_was_left_sends_nothing_more(server: SlowServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It said that nothing was done, so nothing may be done afterwards."""
    answering = threading.Event()

    def late(handler: Handler) -> None:
        with contextlib.suppress(OSError):
            handler.connection.shutdown(socket.SHUT_RD)
        answering.wait(SOON)
        token(handler)

    server.behaviour["token"] = late
    # As if the socket could not be shut in time: none is taken for one.
    monkeypatch.setattr(catena_client.attempt, "socket", SimpleNamespace(socket=SimpleNamespace))
    client = client_of(server.url)
    caller = Caller(lambda: post(client))
    server.asking.acquire(timeout=SOON)
    closing = Caller(client.close)
    caller.join(SOON)
    assert isinstance(caller.error, ClientClosed)
    assert caller.error.nothing_done
    answering.set()
    closing.join(SOON)
    wait_for(lambda: not threads())
    assert [asked.split()[0] for asked in server.asked if "api" in asked] == []


@pytest.mark.parametrize("how", [silent, drip_body])
def test_encrypted_connections_are_cut_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: Callable[[Handler], None]
) -> None:
    path = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(path)
    with serving(tls) as server:
        client = client_of(server.url)
        get(client)
        server.behaviour["api"] = how
        callers = [Caller(lambda: get(client)) for _ in range(3)]
        for _ in range(5):
            server.asking.acquire(timeout=SOON)
        closing = Caller(client.close)
        for thread in (closing, *callers):
            thread.join(SOON)
        assert not closing.is_alive()
        assert {type(caller.error) for caller in callers} == {ClientClosed}
        wait_for(lambda: not threads())
        assert server.asked[-1].startswith("revoke")


@pytest.fixture
def _interrupts() -> Iterator[None]:
    """Let SIGINT interrupt also where a shell has started the tests in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interrupts")
def test_an_interrupted_call_is_left(server: SlowServer) -> None:
    """Ctrl-C reaches whoever waits, and ends what was sent."""
    server.behaviour["api"] = silent
    main = threading.get_ident()

    def interrupt() -> None:
        for _ in range(2):
            server.asking.acquire(timeout=SOON)
        signal.pthread_kill(main, signal.SIGINT)

    with client_of(server.url) as client:
        Caller(interrupt)
        with pytest.raises(KeyboardInterrupt):
            get(client)
        wait_for(lambda: not busy())


def test_answers_that_are_slow_but_steady_are_waited_for(server: SlowServer) -> None:
    def slowly(handler: Handler) -> None:
        time.sleep(0.1)
        send(handler, {"items": []})

    server.behaviour["api"] = slowly
    with client_of(server.url, timeout=2) as client:
        assert client.fleets.page().items == []
