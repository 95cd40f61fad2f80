"""Webhook subscriptions and their deliveries: signed, sometimes gzipped, repeated and out of order.

Deliveries go only to addresses that a caller with a token has registered. Signature, headers and retries follow
the provider's documentation; the envelope's fields are ours, but for the `id` and `occurred_at` it speaks of.
"""

import base64
import gzip
import hashlib
import hmac
import http.client
import logging
import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import msgspec

from sandbox.contract import EVENT_NAMES
from sandbox.invitations import PARTNER_ID
from sandbox.world.entities import iso
from sandbox.world.world import World

log = logging.getLogger(__name__)

# Posts one body to an address and returns the answer's status; raises OSError if there is none.
Sender = Callable[[str, dict[str, str], bytes], int]

TRIES = 3
TIMEOUT_SECONDS = 3.0
GZIP_SHARE, TWICE_SHARE = 0.5, 0.2
GATHER_SECONDS = 0.2  # events of this long are shuffled, as order is not promised
MIN_HEALTH, HEALTH_AFTER = 0.95, 5
_EXPANDED = tuple(name for name in EVENT_NAMES if not name.endswith(".*"))


@dataclass
class Webhook:
    """One subscription to one event."""

    id: str
    url: str = field(repr=False)
    event_name: str
    secret: str | None = field(repr=False)
    filters: dict[str, list[str] | None] | None
    created_at: float
    updated_at: float
    status: str = "active"
    sent: int = 0
    failed: int = 0

    def wants(self, event: str, fleet_id: str | None, fleet_ref: str) -> bool:
        """Tell whether an event is for this subscription."""
        filters = self.filters or {}
        ids, refs = filters.get("fleet_ids"), filters.get("fleet_refs")
        return (
            self.status == "active"
            and self.event_name == event
            and (ids is None or fleet_id in ids)
            and (refs is None or fleet_ref in refs)
        )


def actions(event_name: str) -> list[str]:
    """Return the events that a name stands for: itself, or every action of `x.*`."""
    if not event_name.endswith(".*"):
        return [event_name]
    return [name for name in _EXPANDED if name.startswith(event_name[:-1])]


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return base64 of HMAC-SHA256 over timestamp, a dot and the uncompressed body."""
    digest = hmac.digest(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return base64.b64encode(digest).decode()


class _NoRedirects(HTTPRedirectHandler):
    """Keeps deliveries at the registered address."""

    def redirect_request(self, *_args: object) -> None:
        """Follow nothing."""


def post(url: str, headers: dict[str, str], body: bytes) -> int:
    """Post with the standard library."""
    request = Request(url, body, headers, method="POST")  # noqa: S310  http(s) was checked at registration
    try:
        with build_opener(_NoRedirects).open(request, timeout=TIMEOUT_SECONDS) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


class Webhooks:
    """All subscriptions, and a queue of deliveries.

    Without a `sender` a background thread posts them. With one, nothing is sent until `flush` is called.
    """

    def __init__(self, world: World, sender: Sender | None = None) -> None:
        self._world = world
        self.sender = sender or post
        """How one is sent; another may take its place."""
        self._threaded = sender is None
        self._random = random.Random(world.config.seed)  # noqa: S311  decides duplicates, protects nothing
        self._lock = threading.Lock()
        self._queue: list[tuple[Webhook, bytes]] = []
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self.all: list[Webhook] = []

    def create(self, body: dict[str, Any]) -> list[Webhook]:
        """Subscribe to each action of an event name."""
        now = self._world.clock()
        webhooks = [
            Webhook(
                self._world.new_id(), body["url"], name, body.get("secret"), body.get("filters"), now, now
            )
            for name in actions(body["event_name"])
        ]
        with self._lock:
            self.all.extend(webhooks)
        for webhook in webhooks:
            self._lifecycle("webhook.created", webhook)
        return webhooks

    def set_status(self, webhook: Webhook, status: str) -> None:
        """Pause, activate or delete a subscription; activating clears its health."""
        webhook.status, webhook.updated_at = status, self._world.clock()
        if status == "active":
            webhook.sent = webhook.failed = 0
        self._lifecycle({"active": "webhook.activated"}.get(status, f"webhook.{status}"), webhook)

    def _lifecycle(self, event: str, webhook: Webhook) -> None:
        data = {"id": webhook.id, "event_name": webhook.event_name, "status": webhook.status}
        self.announce(event, None, "", data)

    def announce(self, event: str, fleet: int | None, ref: str, data: dict[str, Any]) -> None:
        """Queue an event for every subscription that asks for it."""
        fleet_id = None if fleet is None else self._world.fleets[fleet].id
        envelope = {
            "id": str(uuid.uuid4()),
            "event_name": event,
            "occurred_at": iso(self._world.clock()),
            "partner_id": PARTNER_ID,
            "fleet_id": fleet_id,
            "fleet_ref": ref or None,
            "data": data,
        }
        body = msgspec.json.encode(envelope)
        with self._lock:
            deliveries = [(webhook, body) for webhook in self.all if webhook.wants(event, fleet_id, ref)]
            self._queue.extend(deliveries)
            if deliveries and self._threaded:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._work, name="sandbox-webhooks", daemon=True)
                    self._thread.start()
                self._wake.set()

    def _work(self) -> None:
        pause = threading.Event()
        while True:
            self._wake.wait()
            pause.wait(GATHER_SECONDS)
            self._wake.clear()
            self.flush()

    def flush(self) -> None:
        """Send what is queued, in any order and some of it twice."""
        with self._lock:
            waiting, self._queue = self._queue, []
            twice = [delivery for delivery in waiting if self._random.random() < TWICE_SHARE]
        waiting += twice
        self._random.shuffle(waiting)
        for webhook, body in waiting:
            if webhook.status == "active":
                self._deliver(webhook, body)

    def _deliver(self, webhook: Webhook, body: bytes) -> None:
        zipped = self._random.random() < GZIP_SHARE
        for attempt in range(TRIES):
            headers = {
                "Content-Type": "application/json",
                "X-Catena-Timestamp": str(int(self._world.clock())),
                "X-Request-ID": str(uuid.uuid4()),
            }
            if webhook.secret:
                headers["X-Catena-Signature"] = sign(webhook.secret, headers["X-Catena-Timestamp"], body)
            if zipped:
                headers["Content-Encoding"] = "gzip"
            try:
                status = self.sender(webhook.url, headers, gzip.compress(body) if zipped else body)
            except (OSError, URLError, http.client.HTTPException, ValueError):
                status = 0
            if 200 <= status < 300:
                break
            log.info("Webhook delivery %d of %d failed with status %d", attempt + 1, TRIES, status)
        else:
            webhook.failed += 1
        webhook.sent += 1
        if webhook.sent >= HEALTH_AFTER and 1 - webhook.failed / webhook.sent < MIN_HEALTH:
            self.set_status(webhook, "stale")
