"""A server that answers with recorded answers of the real API, over real HTTP."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

AUTH = "/realms/catena/protocol/openid-connect/"
TOKEN = "replayed-token-d4e5f6"
EMPTY = {
    "items": [],
    "total": 0,
    "current_page": None,
    "current_page_backwards": None,
    "previous_page": None,
    "next_page": None,
}


class Replay(ThreadingHTTPServer):
    """Answers every list of the API from a folder of examples, and counts what it is asked."""

    daemon_threads = True

    def __init__(self, examples: Path, port: int = 0, *, token_status: int = 200) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.examples = examples
        self.token_status = token_status
        self.asked: Counter[str] = Counter()
        """Requests so far by path."""
        self._connections: list[socket.socket] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, to be able to hang up."""
        self._connections.append(request)
        super().process_request(request, client_address)

    def hang_up(self) -> None:
        """End all connections, kept-alive ones too."""
        for connection in self._connections:
            with suppress(OSError):  # closed already
                connection.shutdown(socket.SHUT_RDWR)

    @property
    def url(self) -> str:
        """Where it answers; both the API and the auth host."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a dashboard that is to use it."""
        return {
            "CATENA_API_URL": self.url,
            "CATENA_AUTH_URL": f"{self.url}/realms/catena",
            "CATENA_CLIENT_ID": "replayed-partner",
            "CATENA_CLIENT_SECRET": "replayed-secret-a1b2c3",
        }

    def example(self, name: str) -> Any:
        """A recorded answer, or None."""
        path = self.examples / f"{name}.json"
        return json.loads(path.read_text()) if path.exists() else None

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        """Status and body for a GET."""
        if path == "/v2/telematics/vehicle-locations":
            return self._locations(query)
        if path == "/v2/integrations/connections/data-freshness":
            return 200, self.example("integrations_data_freshness") or []
        if path == "/v2/orgs/tsps":
            return 200, self.example("orgs_tsps_list") or []
        name = path.removeprefix("/v2/").replace("/", "_").replace("-", "_")
        found = self.example(f"{name}_list") or self.example(name)
        return 200, found if found is not None else EMPTY

    def _locations(self, query: dict[str, list[str]]) -> tuple[int, Any]:
        pages = [self.example(f"telematics_vehicle_locations_page{n}") or EMPTY for n in (1, 2)]
        for name in ("fleet_id", "fleet_ref", "vehicle_id"):
            if wanted := query.get(f"{name}s"):
                for page in pages:
                    page["items"] = [row for row in page["items"] if row[name] in wanted]
        for page in pages:
            page["total"] = sum(len(page["items"]) for page in pages)
        cursor = query.get("cursor", [None])[0]
        if cursor is None:
            return 200, pages[0]
        if cursor == pages[0]["next_page"]:
            return 200, pages[1]
        return 400, {"code": 400, "message": "Unknown cursor", "detail": None}


class _Handler(BaseHTTPRequestHandler):
    server: Replay
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.server.asked[parts.path] += 1
        if not self.headers.get("Authorization", "").startswith("Bearer "):
            return self._send(401, {"code": 401, "message": "Unauthorized", "detail": None})
        return self._send(*self.server.answer(parts.path, parse_qs(parts.query)))

    def do_POST(self) -> None:
        path = urlsplit(self.path).path
        self.server.asked[path] += 1
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if path == AUTH + "token":
            if self.server.token_status != 200:
                refusal = {
                    "error": "invalid_client",
                    "error_description": "Invalid client or Invalid credentials",
                }
                return self._send(self.server.token_status, refusal)
            # Longer than any run of the tests, so that how often it is asked for does not depend on their time.
            token = {"access_token": TOKEN, "expires_in": 86_400, "token_type": "Bearer"}
            return self._send(200, token)
        return self._send(200 if path == AUTH + "revoke" else 405, {})

    def _send(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


Served = TypeVar("Served", bound=Replay)


def replaying(examples: Path, port: int = 0, *, token_status: int = 200) -> AbstractContextManager[Replay]:
    """A replay server in a thread of this process."""
    return serving(Replay(examples, port, token_status=token_status))


@contextmanager
def serving(server: Served) -> Iterator[Served]:
    """Answer from a thread of this process."""
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        server.hang_up()
