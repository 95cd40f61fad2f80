"""The transport into the embedded sandbox: answers that never come end by the timeout or by closing."""

import gc
import threading
from collections.abc import Callable, Iterator

import httpx
import pytest

from dashboard.ingest import embedded
from dashboard.ingest.embedded import InProcess
from sandbox import Fault, Sandbox, SandboxConfig
from sandbox.world.corridors import CITIES
from tests.dashboard.waiting import until

FLEETS = "/v2/orgs/fleets"


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox(SandboxConfig(vehicles=1, fleets=1))


@pytest.fixture
def transport(sandbox: Sandbox) -> Iterator[InProcess]:
    one = InProcess(sandbox.api)
    yield one
    one.close()


def outcome_of(call: Callable[[], object]) -> tuple[threading.Thread, list[BaseException]]:
    """Run a call in a thread; what it raises ends up in the list."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except httpx.HTTPError as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, raised


@pytest.mark.parametrize("kind", ["hang", "drip", "latency"])
def test_the_read_timeout_ends_a_request(sandbox: Sandbox, transport: InProcess, kind: str) -> None:
    sandbox.faults = [Fault(kind, 60_000 if kind == "latency" else 1)]
    with httpx.Client(transport=transport, base_url="http://here", timeout=0.2) as client:
        thread, raised = outcome_of(lambda: client.get(FLEETS))
        thread.join(10)
        assert [type(error) for error in raised] == [httpx.ReadTimeout]
        sandbox.faults = []
        assert client.get(FLEETS).status_code == 401, "the next request is answered"


@pytest.mark.parametrize("kind", ["hang", "drip"])
def test_closing_ends_a_request(sandbox: Sandbox, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    reached = threading.Event()

    async def app(scope: object, receive: object, send: object) -> None:
        reached.set()
        await sandbox.api(scope, receive, send)  # type: ignore[arg-type]

    sandbox.faults = [Fault(kind)]
    client = httpx.Client(transport=InProcess(app), base_url="http://here", timeout=None)
    thread, raised = outcome_of(lambda: client.get(FLEETS))
    assert reached.wait(10)
    client.close()
    thread.join(10)
    assert [type(error) for error in raised] == [httpx.ReadError]
    gc.collect()
    assert not caplog.records, "no task was left behind"


def test_fleets_join_beside_the_requests_and_closing_ends_that(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sandbox.joins.LOOK_SECONDS", 0.01)
    sandbox = embedded.create("Sandbox Partner", "Denver", 10)
    begun = threading.active_count()
    stepped = threading.Semaphore(0)
    monkeypatch.setattr(sandbox.joins, "step", stepped.release)
    client = embedded.client(sandbox, lambda _retry: None)
    assert stepped.acquire(timeout=10)
    assert stepped.acquire(timeout=10)
    assert {CITIES[fleet.city].city for fleet in sandbox.world.fleets} == {"Denver"}
    client.close()
    until(lambda: threading.active_count() == begun)
    gc.collect()
    assert not caplog.records, "no task was left behind"


def test_a_closed_transport_refuses_and_closes_again(transport: InProcess) -> None:
    transport.close()
    transport.close()
    with pytest.raises(httpx.ConnectError):
        transport.handle_request(httpx.Request("GET", "http://here/"))
