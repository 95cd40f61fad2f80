"""A real server on loopback that answers late, drop by drop, or never."""

import contextlib
import ipaddress
import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "SlowServer"

    def handle_one(self) -> None:
        length = int(self.headers.get("content-length", 0))
        self.rfile.read(length)
        kind = next((name for name in ("token", "revoke") if self.path.endswith(f"/{name}")), "api")
        self.server.asked.append(f"{kind} {self.command} {self.path}")
        self.server.asking.release()
        self.server.behaviour[kind](self)

    do_GET = do_POST = do_DELETE = handle_one  # noqa: N815

    def log_message(self, *args: object) -> None:
        pass


class SlowServer(socketserver.ThreadingTCPServer):
    """`behaviour` says how token requests, revocations and API calls are answered."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviour: dict[str, Callable[[Handler], None]] = {"token": token, "revoke": empty, "api": rows}
        self.asked: list[str] = []
        self.asking = threading.Semaphore(0)
        self.over = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: object) -> None:
        """A client that went away is what is being tested."""


@contextlib.contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[SlowServer]:
    with SlowServer() as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
            server.url = server.url.replace("http:", "https:")
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()


def certificate(folder: Path) -> Path:
    """A key and a certificate of its own for 127.0.0.1, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(
        Encoding.PEM
    )
    path = folder / "loopback.pem"
    path.write_bytes(pem)
    return path


@contextlib.contextmanager
def black_hole() -> Iterator[str]:
    """Address that takes no more connections, and says nothing: like a firewall that drops packets."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):  # more than fit into the queue
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def send(handler: Handler, value: Any) -> None:
    content = json.dumps(value).encode()
    handler.send_response(200)
    handler.send_header("content-length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def token(handler: Handler) -> None:
    send(handler, {"access_token": "a-token", "expires_in": 300})


def rows(handler: Handler) -> None:
    send(handler, {"items": [], "total": 0, "next_page": None})


def empty(handler: Handler) -> None:
    send(handler, {})


def silent(handler: Handler) -> None:
    handler.server.over.wait(60)


def drip_body(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "100000")
    handler.end_headers()
    _drip(handler)


def drip_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
    _drip(handler)


class DripToken:
    """Drips blanks until it is released, then sends the token after them."""

    def __init__(self) -> None:
        self.released = threading.Event()

    def __call__(self, handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("connection", "close")
        handler.end_headers()
        while not self.released.wait(0.02):
            handler.wfile.write(b" ")
        handler.wfile.write(b'{"access_token": "a-token", "expires_in": 300}')


def _drip(handler: Handler) -> None:
    while not handler.server.over.wait(0.02):
        handler.wfile.write(b" ")
