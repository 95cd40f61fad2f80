"""A stand-in for Catena under the client's transport: answers by rule, and keeps what it was asked."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
EXAMPLES = Path(__file__).resolve().parents[3] / "shared" / "catena-api" / "examples"
CLIENT_SECRET = "s3cret-of-the-client"
TOKEN = "token-number"


def page(items: list[Any], next_page: str | None = None, **more: Any) -> httpx.Response:
    return httpx.Response(200, json={"items": items, "next_page": next_page, **more})


def sample(name: str) -> bytes:
    """An answer of the sandbox."""
    return (SAMPLES / f"{name}.json").read_bytes()


def example(name: str) -> bytes:
    """A recorded answer of Catena, where these facts are at hand; they are not ours to keep in the repository."""
    path = EXAMPLES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the recorded examples are not here ({name})")
    return path.read_bytes()


@dataclass
class FakeCatena:
    """`answer` handles API requests; `token` handles token requests and counts them."""

    answer: Callable[[httpx.Request], httpx.Response] = lambda _: page([])
    token: Callable[[httpx.Request], httpx.Response] | None = None
    expires_in: float = 300
    requests: list[httpx.Request] = field(default_factory=list)
    token_requests: list[httpx.Request] = field(default_factory=list)
    revocations: list[httpx.Request] = field(default_factory=list)
    lock: Any = field(default_factory=threading.Lock)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/revoke"):
            self.revocations.append(request)
            return httpx.Response(200)
        if request.url.path.endswith("/token"):
            with self.lock:
                self.token_requests.append(request)
                number = len(self.token_requests)
            if self.token is not None:
                return self.token(request)
            return httpx.Response(
                200,
                json={
                    "access_token": f"{TOKEN}-{number}",
                    "expires_in": self.expires_in,
                    "token_type": "Bearer",
                },
            )
        with self.lock:
            self.requests.append(as_sent(request))
        return self.answer(request)

    def queries(self) -> list[dict[str, list[str]]]:
        return [
            {name: request.url.params.get_list(name) for name in request.url.params}
            for request in self.requests
        ]


class Waits(list[float]):
    """Takes the place of sleeping."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


class Clock:
    """Stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Raw(str):
    """JSON text that json.dumps would not write."""


def written(value: Any) -> str:
    """Like json.dumps, with raw pieces as they are."""
    match value:
        case Raw():
            return value
        case dict():
            return "{" + ", ".join(f"{json.dumps(name)}: {written(one)}" for name, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(written(one) for one in value) + "]"
        case _:
            return json.dumps(value)


def form(request: httpx.Request) -> dict[str, str]:
    return dict(httpx.QueryParams(request.content.decode()))


def body(request: httpx.Request) -> Any:
    return json.loads(request.content)


WHEN = "2026-04-17T01:41:18.263362Z"


def fleet_row(number: int = 0, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"fleet-{number}",
        "name": f"Fleet {number}",
        "fleet_ref": f"REF-{number}",
        "created_at": WHEN,
        "updated_at": WHEN,
        **fields,
    }


def source_row(number: int = 0, **fields: Any) -> dict[str, Any]:
    """What the contract requires of rows that come from a provider, and nothing else."""
    return {
        "id": f"row-{number}",
        "fleet_id": "fleet-0",
        "connection_id": "connection-0",
        "created_at": WHEN,
        "updated_at": WHEN,
        "source_name": "geotab",
        "source_id": f"source-{number}",
        "source_data_hash": "0",
        **fields,
    }


INVITATION_ID = "5ec4e7aa-1111-4222-8333-444455556666"


def invitation_row(**fields: Any) -> dict[str, Any]:
    return {
        "id": INVITATION_ID,
        "created_at": WHEN,
        "magic_link": f"https://connect.test/?invite={INVITATION_ID}",
        "expires_at": WHEN,
        "expires_in_hours": 24,
        "status": "active",
        "fleet_ref": "REF-0",
        "pre_registration_access_token": "pre-access",
        "pre_registration_refresh_token": "pre-refresh",
        **fields,
    }


def as_sent(request: httpx.Request) -> httpx.Request:
    """Copy a request: the token auth changes it when it sends it again."""
    return httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
