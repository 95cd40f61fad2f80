"""The nginx of `deploy/nginx.conf` as it is, but for ports, places and the addresses of the replicas."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.browser import rig
from tests.dashboard.waiting import until

DEPLOY = rig.ROOT / "deploy"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
NEEDED = pytest.mark.skipif(
    NGINX is None or shutil.which("openssl") is None, reason="needs nginx and openssl: apt-get install nginx"
)
AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/catena.conf;
}}
"""


@dataclass(frozen=True)
class Proxy:
    """One that runs."""

    port: int
    plain_port: int
    folder: Path

    @property
    def url(self) -> str:
        """Where the dashboard is."""
        return f"https://127.0.0.1:{self.port}/maps"

    def log(self) -> list[str]:
        """The lines of its access log."""
        return (self.folder / "access.log").read_text().splitlines()

    def asked(self, after: int = 0) -> list[str]:
        """Which replicas were asked since the log had so many lines."""
        return [line.rsplit(" ", 1)[1] for line in self.log()[after:] if not line.endswith(" -")]

    def client(self, address: str = "127.0.0.1") -> httpx.Client:
        """Somebody with an address of this machine, whose cookies are kept as a browser's are."""
        transport = httpx.HTTPTransport(verify=False, local_address=address)
        return httpx.Client(transport=transport, base_url=self.url, timeout=20)

    def websocket(self, origin: str = "") -> int:
        """The status that the page's WebSocket is answered with."""
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        try:
            with connect(
                f"wss://127.0.0.1:{self.port}/maps/_stcore/stream",
                ssl=trusting,
                origin=origin or f"https://127.0.0.1:{self.port}",
                subprotocols=["streamlit"],
                proxy=None,
            ) as opened:
                return opened.response.status_code
        except InvalidStatus as refused:
            return refused.response.status_code


@contextmanager
def serving(folder: Path, ports: Sequence[int], port: int | None = None) -> Iterator[Proxy]:
    """Before replicas at these ports of this machine."""
    proxy = Proxy(port or rig.free_port(), rig.free_port(), folder)
    certificate(folder)
    (folder / "catena.conf").write_text(site(proxy, ports))
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder))
    command = [NGINX, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr
    server = rig.start(command, {}, folder / "nginx.log", proxy.url)
    try:
        until(lambda: _listens(proxy.port))
        yield proxy
    finally:
        server.stop()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def site(proxy: Proxy, ports: Sequence[int]) -> str:
    """`deploy/nginx.conf` for this machine."""
    text = (DEPLOY / "nginx.conf").read_text()
    first, *others = [line for line in text.splitlines() if line.startswith("    server catena-")]
    options = first.partition(":8501")[2]
    for line in others:
        text = text.replace(line + "\n", "")
    changes = {
        first: "\n".join(f"    server 127.0.0.1:{port}{options}" for port in ports),
        "listen 443 ssl": f"listen 127.0.0.1:{proxy.port} ssl",
        "listen 80": f"listen 127.0.0.1:{proxy.plain_port}",
        "/etc/nginx/tls": str(proxy.folder),
        "/var/log/nginx": str(proxy.folder),
    }
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


def port_of(server: rig.Server) -> int:
    """The port of a dashboard."""
    return urlsplit(server.url).port or 0


def certificate(folder: Path) -> None:
    """One for this machine, which nobody has signed."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"],
        check=True,
        capture_output=True,
    )  # fmt: skip
