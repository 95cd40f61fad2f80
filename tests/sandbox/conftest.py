"""A sandbox with a clock in the test's hand, and a way to call it in this process."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from sandbox import Sandbox, SandboxConfig

START = 1_794_000_000.0  # 2026-11-06T21:20:00Z
TOKEN_PATH = "/realms/catena/protocol/openid-connect/token"
BASE = "http://catena.test"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class Api:
    """Calls an ASGI app without a server."""

    def __init__(self, app: Any, token: str | None = None) -> None:
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE)
        self._runner = asyncio.Runner()
        self.token = token

    def __call__(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        headers = dict(kwargs.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("authorization", f"Bearer {self.token}")

        return self._runner.run(self._client.request(method, path, headers=headers, **kwargs))

    def get(self, path: str, **params: Any) -> Any:
        """Return a good answer's JSON."""
        response = self("GET", path, params=params)
        assert response.status_code == 200, response.text
        return msgspec.json.decode(response.content)

    def every(self, path: str, **params: Any) -> list[Any]:
        """Return the items of all pages."""
        items: list[Any] = []
        page = self.get(path, **params)
        while True:
            items += page["items"]
            if page["next_page"] is None:
                return items
            page = self.get(path, **params, cursor=page["next_page"])

    def sign_in(self, sandbox: Sandbox) -> "Api":
        """Fetch a token with the sandbox's credentials."""
        form = {
            "grant_type": "client_credentials",
            "client_id": sandbox.config.client_id,
            "client_secret": sandbox.config.client_secret,
            "scope": "organization",
        }
        response = self("POST", TOKEN_PATH, data=form)
        assert response.status_code == 200, response.text
        self.token = response.json()["access_token"]
        return self

    def close(self) -> None:
        """End the event loop."""
        self._runner.run(self._client.aclose())
        self._runner.close()


class Rig:
    """A sandbox, its clock and signed-in callers; made once per shape of world."""

    def __init__(self, **config: Any) -> None:
        self.clock = Clock()
        self.sent: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.sandbox = Sandbox(SandboxConfig(**config), clock=self.clock, sender=self._send)
        self.api = Api(self.sandbox.app)
        self.api.sign_in(self.sandbox)
        self.nobody = Api(self.sandbox.app)

    def _send(self, url: str, headers: dict[str, str], body: bytes) -> int:
        self.sent.append((url, headers, body))
        return self.answers.pop(0) if self.answers else 202

    def invite(self, fleet_ref: str = "new-fleet", **fields: Any) -> dict[str, Any]:
        """Create an invitation."""
        response = self.api("POST", "/v2/orgs/invitations", json={"fleet_ref": fleet_ref, **fields})
        assert response.status_code in (200, 201), response.text
        answer: dict[str, Any] = response.json()
        return answer

    def close(self) -> None:
        """Close both callers."""
        self.api.close()
        self.nobody.close()


@pytest.fixture(scope="session")
def shared() -> Iterator[Rig]:
    """The default world, for tests that change nothing. Do not move its clock."""
    rig = Rig(token_seconds=10_000)
    yield rig
    rig.close()


@pytest.fixture
def rig() -> Iterator[Rig]:
    """A small world of one's own, to be changed at will."""
    rig = Rig(vehicles=120, fleets=6)
    yield rig
    rig.close()


@pytest.fixture(scope="session")
def _small() -> Iterator[Rig]:
    rig = Rig(vehicles=120, fleets=6, token_seconds=10_000)
    yield rig
    rig.close()


@pytest.fixture
def small(_small: Rig) -> Iterator[Rig]:
    """A small world for tests that read, and switch faults at most. Do not move its clock."""
    yield _small
    _small.sandbox.faults = ()
