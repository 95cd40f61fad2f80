"""Notifications: only a signed, recent, small and new one causes an earlier look; nothing else changes anything."""

import asyncio
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from catena_client import CatenaClient, InvitationCreate, Secret
from dashboard.access.viewer import OPERATOR
from dashboard.ingest import embedded
from dashboard.invitations.webhooks import (
    EVENTS,
    MAX_BODY_BYTES,
    MAX_SENT_BYTES,
    NotificationRejected,
    Registration,
    WebhookReceiver,
    register,
    seconds,
    sign,
)
from sandbox import Sandbox, SandboxConfig
from tests.dashboard.invitations.fakes import FakeCatena, page

KEY = "a-shared-secret-key"
NOW = 1_772_452_800.0


class Site:
    """The route on a server of its own, with a counter of the looks it caused."""

    def __init__(self, secret: str | None = KEY, prefix: str = "") -> None:
        self.looks = 0
        notifications = WebhookReceiver(Secret(secret) if secret else None, self._look, clock=lambda: NOW)
        self.app = Starlette(routes=[notifications.route(prefix)])

    def _look(self) -> None:
        self.looks += 1

    def post(self, body: bytes, **headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", body, named)

    def ask(self, method: str, body: bytes = b"", headers: dict[str, str] | None = None) -> int:
        async def exchange() -> int:
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(self.app), base_url="http://test"
            ) as client:
                answer = await client.request(method, "/webhooks/catena", content=body, headers=headers)
            return answer.status_code

        return asyncio.run(exchange())

    def send(self, body: bytes, *, at: str = str(int(NOW)), key: str = KEY, packed: bool = False) -> int:
        headers = {"x_catena_signature": sign(key.encode(), at, body), "x_catena_timestamp": at}
        if packed:
            return self.post(gzip.compress(body), content_encoding="gzip", **headers)
        return self.post(body, **headers)


def envelope(key: str = "e1") -> bytes:
    return json.dumps({"id": key, "event_name": "invitation.accepted", "data": {}}).encode()


@pytest.mark.parametrize("packed", [False, True])
def test_a_good_one_causes_one_look(packed: bool) -> None:
    site = Site()
    assert site.send(envelope(), packed=packed) == 202
    assert site.looks == 1


def test_repetitions_and_disorder_do_no_harm() -> None:
    site = Site()
    statuses = [site.send(envelope(key)) for key in ("2", "1", "2", "1", "1")]
    assert statuses == [202] * 5
    assert site.looks == 2


@pytest.mark.parametrize("at", [NOW, NOW - 299, NOW + 299])
@pytest.mark.parametrize("write", [lambda t: str(int(t)), lambda t: str(int(t * 1000)), lambda t: f"{t}"])
def test_recent_timestamps_in_seconds_and_milliseconds(at: float, write: Callable[[float], str]) -> None:
    assert Site().send(envelope(), at=write(at)) == 202


def test_iso_timestamps_are_read() -> None:
    assert seconds("2026-03-02T12:00:00Z") == NOW
    assert seconds("2026-03-02T12:00:00") is None


@pytest.mark.parametrize("at", [str(NOW - 301), str(NOW + 301), "", "yesterday", "nan", "inf", "-1"])
def test_stale_or_missing_timestamps_are_refused(at: str) -> None:
    site = Site()
    assert site.send(envelope(), at=at) == 400
    assert site.looks == 0


def test_what_is_not_signed_with_the_key_is_refused() -> None:
    site = Site()
    assert site.send(envelope(), key="another-secret-key") == 401
    assert site.post(envelope(), x_catena_timestamp=str(NOW)) == 401
    signature = sign(KEY.encode(), str(int(NOW)), envelope())
    tampered = envelope() + b" "
    assert site.post(tampered, x_catena_signature=signature, x_catena_timestamp=str(int(NOW))) == 401
    assert site.looks == 0


def test_a_signature_holds_for_its_timestamp_only() -> None:
    site = Site()
    signature = sign(KEY.encode(), str(int(NOW)), envelope())
    assert site.post(envelope(), x_catena_signature=signature, x_catena_timestamp=str(int(NOW) + 1)) == 401
    assert site.looks == 0


def test_oversized_bodies_are_refused_before_they_are_unpacked() -> None:
    site = Site()
    assert site.send(b" " * (MAX_SENT_BYTES + 1)) == 413
    bomb = gzip.compress(b"0" * (MAX_BODY_BYTES * 50))
    assert len(bomb) < MAX_SENT_BYTES
    assert (
        site.post(bomb, content_encoding="gzip", x_catena_timestamp=str(NOW), x_catena_signature="x") == 413
    )
    assert site.looks == 0


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"not gzip", "gzip", 400),
        (gzip.compress(b"{}", mtime=0)[:-4], "gzip", 400),
        (gzip.compress(b"{}", mtime=0) + b"more", "gzip", 400),
        (b"{}", "br", 415),
    ],
)
def test_other_encodings_are_refused(body: bytes, encoding: str, status: int) -> None:
    site = Site()
    assert (
        site.post(body, content_encoding=encoding, x_catena_timestamp=str(NOW), x_catena_signature="x")
        == status
    )
    assert site.looks == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_signed_nonsense_changes_nothing(body: bytes) -> None:
    site = Site()
    assert site.send(body) == 400
    assert site.looks == 0


def test_without_a_secret_there_is_no_such_thing() -> None:
    site = Site(secret=None)
    assert site.send(envelope()) == 404
    assert site.ask("GET") == 405


def test_it_moves_below_the_base_path() -> None:
    site = Site(prefix="/maps")
    assert site.send(envelope()) == 404
    assert site.looks == 0


@given(st.binary(max_size=200), st.text(max_size=40), st.text(max_size=40), st.sampled_from(["", "gzip"]))
def test_nothing_unsigned_gets_through(body: bytes, signature: str, timestamp: str, encoding: str) -> None:
    looks: list[None] = []
    notifications = WebhookReceiver(Secret(KEY), lambda: looks.append(None), clock=lambda: NOW)
    with pytest.raises(NotificationRejected):
        notifications.take(body, signature=signature, timestamp=timestamp, encoding=encoding)
    assert not looks


def test_registering_asks_for_what_is_missing_and_only_once(client: CatenaClient, catena: FakeCatena) -> None:
    catena.webhooks = [
        {
            "id": "1",
            "event_name": "invitation.created",
            "url": "https://map.example.com/*****",
            "status": "active",
        },
        {
            "id": "2",
            "event_name": "vehicle.added",
            "url": "https://other.example.com/*****",
            "status": "active",
        },
        {"id": "3", "event_name": None, "url": "https://[", "status": "active"},
    ]
    done = register(OPERATOR, client, "https://map.example.com", Secret(KEY))
    assert done == Registration(tuple(event for event in EVENTS if event != "invitation.*"), ())
    assert {hook["url"] for hook in catena.webhooks[3:]} == {"https://map.example.com/webhooks/catena"}
    assert {hook["secret"] for hook in catena.webhooks[3:]} == {KEY}
    assert register(OPERATOR, client, "https://map.example.com", Secret(KEY)) == Registration((), ())


def test_registering_says_what_catena_does_not_list_all_the_same(
    client: CatenaClient, catena: FakeCatena
) -> None:
    def forget(request: httpx.Request) -> httpx.Response | None:
        wanted = request.url.path.endswith("/webhooks") and request.method == "GET"
        return httpx.Response(200, json=page([])) if wanted else None

    catena.fault = forget
    assert register(OPERATOR, client, "https://map.example.com", Secret(KEY)) == Registration(EVENTS, EVENTS)


def test_what_the_simulated_catena_sends_is_taken() -> None:
    """Real signatures, gzipped or not, some twice and out of order: each event causes one look."""
    looks: list[None] = []
    sent: list[bool] = []
    notifications = WebhookReceiver(Secret(KEY), lambda: looks.append(None))

    def deliver(_url: str, headers: dict[str, str], body: bytes) -> int:
        sent.append(
            notifications.take(
                body,
                signature=headers["X-Catena-Signature"],
                timestamp=headers["X-Catena-Timestamp"],
                encoding=headers.get("Content-Encoding", ""),
            )
        )
        return 202

    sandbox = Sandbox(SandboxConfig(vehicles=5, fleets=1), sender=deliver)
    with embedded.client(sandbox, lambda _retry: None) as client:
        assert register(OPERATOR, client, "https://map.example.com", Secret(KEY)) == Registration(EVENTS, ())
        for number in range(30):
            client.invitations.create(InvitationCreate(fleet_ref=f"HOOK-{number}"))
        sandbox.webhooks.flush()
    assert len(looks) == sum(sent) >= 30
    assert len(sent) > len(looks), "none came twice"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, [("A", "2026-03-02T11:59:58+00:00")]),
        ({"event_name": "invitation.accepted"}, []),
        ({"fleet_ref": None}, []),
        ({"fleet_ref": ["A"]}, []),
    ],
    ids=["opened", "something else", "of nobody", "odd"],
)
def test_that_a_link_was_opened_is_told_with_its_reference_and_time(
    changes: dict[str, object], told: list[tuple[str, str]]
) -> None:
    heard: list[tuple[str, str]] = []
    notifications = WebhookReceiver(
        Secret(KEY),
        lambda: None,
        on_opened=lambda ref, at: heard.append((ref, at.isoformat())),
        clock=lambda: NOW,
    )
    sent = {
        "id": "e",
        "event_name": "invitation.viewed",
        "fleet_ref": "A",
        "occurred_at": "2026-03-02T11:59:58Z",
    }
    body = json.dumps(sent | changes).encode()
    at = str(int(NOW))
    assert notifications.take(body, signature=sign(KEY.encode(), at, body), timestamp=at)
    assert heard == told


@pytest.mark.parametrize("moment", [None, 7, "soon", "1e18", "-1e300", "9" * 400], ids=str)
def test_an_opening_without_a_time_was_just_now(moment: object) -> None:
    heard: list[datetime] = []
    notifications = WebhookReceiver(
        Secret(KEY), lambda: None, on_opened=lambda _ref, at: heard.append(at), clock=lambda: NOW
    )
    body = json.dumps({"event_name": "invitation.viewed", "fleet_ref": "A", "occurred_at": moment}).encode()
    before, at = datetime.now(UTC), str(int(NOW))
    notifications.take(body, signature=sign(KEY.encode(), at, body), timestamp=at)
    assert before <= heard[0] <= datetime.now(UTC)
