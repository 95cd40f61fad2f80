"""`python -m sandbox` as it is started: a fault on the wire, and an end that no hanging request can hold up."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from sandbox import SandboxConfig
from tests.sandbox.conftest import TOKEN_PATH, token_form


def test_what_is_never_answered_does_not_hold_up_the_end() -> None:
    faults = ("hang@fleets", "drip@vehicles", "latency@users:60000", "token-500:0")
    with _started(*faults) as (process, url), httpx.Client(base_url=url, timeout=0.5) as client:
        token = client.post(TOKEN_PATH, data=token_form(SandboxConfig())).json()["access_token"]
        client.headers["authorization"] = f"Bearer {token}"
        assert client.get("/v2/orgs/tsps").status_code == 200
        waiting = [
            _sent(url, path, token) for path in ("orgs/fleets", "telematics/vehicles", "telematics/users")
        ]
        first = waiting[1].recv(4096)  # the vehicles' headers and a byte or so
        assert first.startswith(b"HTTP/1.1 200 OK")
        assert len(first) < 400
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        for one in waiting:
            one.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""


@contextmanager
def _started(*faults: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "sandbox", "--vehicles", "20", "--port", str(port)]
    command += [word for fault in faults for word in ("--fault", fault)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        try:
            lines = [process.stdout.readline() for _ in range(5)]
            found = re.search(r"CATENA_API_URL=(\S+)", "".join(lines))
            assert found is not None, process.stderr and process.stderr.read()
            url = found[1].replace("localhost", "127.0.0.1")
            _until_reachable(url)
            yield process, url
        finally:
            process.kill()


def _until_reachable(url: str) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            httpx.get(url)
        except httpx.ConnectError:
            assert time.monotonic() < until
            time.sleep(0.05)
        else:
            return


def _sent(url: str, path: str, token: str) -> socket.socket:
    """Send a request and leave its connection open."""
    address = httpx.URL(url)
    connection = socket.create_connection((address.host, address.port or 80), 10)
    request = f"GET /v2/{path} HTTP/1.1\r\nHost: {address.host}\r\nAuthorization: Bearer {token}\r\n\r\n"
    connection.sendall(request.encode())
    return connection
