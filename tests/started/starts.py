"""The README's three ways to start the dashboard, and how a browser reaches what they started."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.browser import rig

WAYS = ("make", "streamlit", "uvicorn")
# Listens to everything that Python asks the network for, from the first line of the process on.
GUARD = """
import ipaddress, os, sys

def outside(host):
    if isinstance(host, bytes):
        host = host.decode()
    if host in (None, "", "localhost"):
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return True
    return not (address.is_loopback or address.is_unspecified)

def hear(event, arguments):
    if event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
    else:
        return
    if outside(host):
        record(f"{event} {host}")

def record(line):
    with open(os.environ["NETWORK_LOG"], "a") as log:
        log.write(line + "\\n")

sys.addaudithook(hear)
record("listening")
"""


def command(way: str, project: Path, port: int, *, elsewhere: bool = False) -> list[str]:
    """What a user types in the project's folder, or in another one."""
    installed = project / ".venv" / "bin"
    if way == "make":
        return ["make", *(["-C", str(project)] if elsewhere else []), "run"]
    if way == "streamlit":
        script = str(project / "app.py") if elsewhere else "app.py"
        return [str(installed / "streamlit"), "run", script, "--server.port", str(port)]
    place = ["--app-dir", str(project)] if elsewhere else []
    return [str(installed / "uvicorn"), *place, "app:app", "--port", str(port)]


def environ(way: str, port: int, given: Mapping[str, str]) -> Mapping[str, str]:
    """What a user has in the environment."""
    return {**given, "PORT": str(port)} if way == "make" else given


@dataclass(frozen=True)
class Started:
    """A dashboard that was started by one of the ways."""

    way: str
    server: rig.Server
    port: int
    base: str
    """The base path with a slash before it, or ""."""
    network_log: Path

    @property
    def key(self) -> str:
        """What the start has printed for a browser of this machine: `?key=…`, or ""."""
        found = re.search(rf"http://localhost:{self.port}{self.base}/(\?key=[\w-]+)", self.server.log())
        return found[1] if found else ""

    def cookie(self) -> str:
        """What a browser holds after it has opened the address that the start has printed; "" where none is needed."""
        if not self.key:
            return ""
        answer = self.get(f"/{self.key}")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{self.base}/")
        return answer.headers["Set-Cookie"].partition(";")[0]

    def get(
        self, path: str, address: str = "127.0.0.1", host: str = "", cookie: str = "", **headers: str
    ) -> httpx.Response:
        """Ask at an address of this machine, under the name that a browser would send for it."""
        url = f"http://{bracketed(address)}:{self.port}{self.base}{path}"
        sent = {**headers, **({"Host": host} if host else {}), **({"Cookie": cookie} if cookie else {})}
        return httpx.get(url, headers=sent, timeout=20, trust_env=False, verify=False)

    def websocket(
        self, address: str = "127.0.0.1", host: str = "", origin: str = "", cookie: str = ""
    ) -> int:
        """The status that a browser's WebSocket is answered with; its page came from the same host, or `origin`."""
        host = host or f"{bracketed(address)}:{self.port}"
        try:
            with connect(
                f"ws://{host}{self.base}/_stcore/stream",
                sock=socket.create_connection((address, self.port), 20),
                origin=origin or f"http://{host}",  # type: ignore[arg-type]
                subprotocols=["streamlit"],  # type: ignore[list-item]
                additional_headers={"Cookie": cookie} if cookie else {},
                proxy=None,
            ) as opened:
                assert opened.response is not None
                return opened.response.status_code
        except InvalidStatus as refused:
            return refused.response.status_code

    def asked_outside(self) -> Sequence[str]:
        """What its process asked the network for beyond this machine."""
        first, *rest = self.network_log.read_text().splitlines()
        assert first == "listening"
        return rest


def bracketed(address: str) -> str:
    """An address as part of a URL."""
    return f"[{address}]" if ":" in address else address


def has_ipv6() -> bool:
    """Whether this machine has the IPv6 loopback address."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def network_address() -> str | None:
    """An address under which another machine would reach this one."""
    found = [
        entry.address
        for entries in psutil.net_if_addrs().values()
        for entry in entries
        if entry.family == socket.AF_INET and not entry.address.startswith("127.")
    ]
    return found[0] if found else None
