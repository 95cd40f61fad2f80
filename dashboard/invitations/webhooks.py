"""Catena's notifications: a reason to look sooner, never a source of truth.

``POST /webhooks/catena`` takes a notification whose signature is right and whose timestamp is at most five
minutes off, and then causes an earlier poll. Nothing but a stage's first step, "Link opened", depends on it, so a
lost, repeated or late one costs nothing more. The signature is base64 HMAC-SHA256 over ``<timestamp>.<uncompressed
body>`` (Catena's documentation on webhook validation; the form of the timestamp is not stated there, so seconds,
milliseconds and ISO 8601 are read).
"""

import base64
import hashlib
import hmac
import json
import logging
import math
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from cachetools import LRUCache
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from catena_client import MAX_PAGE_SIZE, CatenaClient, Secret, Webhook
from dashboard.access.viewer import Viewer
from dashboard.invitations import rights

log = logging.getLogger(__name__)

PATH = "/webhooks/catena"
MAX_AGE_SECONDS = 300.0
MAX_SENT_BYTES = 256 * 1024
MAX_BODY_BYTES = 2 * 1024 * 1024
"""After decompression."""
REMEMBERED = 10_000
"""Envelope ids kept to recognise repetitions."""
EVENTS = ("invitation.*", "connection.*", "share_agreement.*", "vehicle.added")
"""What we register for: everything that moves a fleet along the funnel."""
OPENED = "invitation.viewed"


class NotificationRejected(Exception):
    """A notification that is not accepted, with the HTTP status that says why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Registration:
    """What came of registering."""

    new: tuple[str, ...]
    """The events that were registered now."""
    missing: tuple[str, ...]
    """Those that Catena does not list all the same."""


class WebhookReceiver:
    """Checks notifications and calls `on_event` once for each new one."""

    def __init__(
        self,
        secret: Secret | None,
        on_event: Callable[[], None],
        *,
        on_opened: Callable[[str, datetime], None] = lambda _reference, _at: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`secret` is the one the webhook was registered with; None means that no notification is taken.

        `on_opened` is told of which fleet reference a link was opened, and when: that alone nothing else says.
        """
        self._secret = secret
        self._on_event = on_event
        self._on_opened = on_opened
        self._clock = clock
        self._seen: LRUCache[str, None] = LRUCache(REMEMBERED)
        self._lock = threading.Lock()

    def route(self, prefix: str = "") -> Route:
        """Return the route, below the dashboard's base path."""
        return Route(f"{prefix}{PATH}", self._answer, methods=["POST"])

    async def _answer(self, request: Request) -> Response:
        try:
            sent = await _limited(request)
            new = self.take(
                sent,
                signature=request.headers.get("x-catena-signature", ""),
                timestamp=request.headers.get("x-catena-timestamp", ""),
                encoding=request.headers.get("content-encoding", ""),
            )
        except NotificationRejected as refusal:
            log.info("A notification was refused: %s", refusal)
            return PlainTextResponse(str(refusal), status_code=refusal.status)
        return PlainTextResponse("Taken." if new else "Known already.", status_code=202)

    def told(self, _url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Take one that comes without a network, from the simulated Catena; give the status of the answer."""
        try:
            self.take(
                body,
                signature=headers["X-Catena-Signature"],
                timestamp=headers["X-Catena-Timestamp"],
                encoding=headers.get("Content-Encoding", ""),
            )
        except NotificationRejected as refusal:
            return refusal.status
        return 202

    def take(self, sent: bytes, *, signature: str, timestamp: str, encoding: str = "") -> bool:
        """Check a notification; return whether it was new. Raises `NotificationRejected`."""
        if self._secret is None:
            raise NotificationRejected(404, "This dashboard takes no notifications.")
        sent_at = seconds(timestamp)
        if sent_at is None or abs(self._clock() - sent_at) > MAX_AGE_SECONDS:
            raise NotificationRejected(400, "The timestamp is missing or more than five minutes off.")
        body = unpacked(sent, encoding)
        if not hmac.compare_digest(
            sign(self._secret.reveal().encode(), timestamp, body).encode(), signature.encode()
        ):
            raise NotificationRejected(401, "The signature does not match.")
        try:
            envelope = json.loads(body)
        except (ValueError, RecursionError):
            raise NotificationRejected(400, "The body is not JSON.") from None
        if not isinstance(envelope, dict):
            raise NotificationRejected(400, "The body is not a JSON object.")
        key = hashlib.sha256(str(envelope.get("id") or body).encode()).hexdigest()
        with self._lock:
            if key in self._seen:
                return False
            self._seen[key] = None
        if envelope.get("event_name") == OPENED and isinstance(reference := envelope.get("fleet_ref"), str):
            self._on_opened(reference, _moment(envelope.get("occurred_at")))
        self._on_event()
        return True


def _moment(occurred_at: object) -> datetime:
    """When something happened, by Catena's clock if it says so."""
    sent = seconds(occurred_at) if isinstance(occurred_at, str) else None
    try:
        return datetime.now(UTC) if sent is None else datetime.fromtimestamp(sent, UTC)
    except (OverflowError, ValueError, OSError):  # no date that a calendar has
        return datetime.now(UTC)


def sign(secret: bytes, timestamp: str, body: bytes) -> str:
    """Return the signature of an uncompressed body."""
    digest = hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def seconds(timestamp: str) -> float | None:
    """Read a timestamp as seconds since 1970, or None."""
    try:
        number = float(timestamp)
    except ValueError:
        try:
            moment = datetime.fromisoformat(timestamp)
        except ValueError:
            return None
        return moment.timestamp() if moment.tzinfo else None
    return (number / 1000 if number > 1e11 else number) if math.isfinite(number) else None


def unpacked(sent: bytes, encoding: str) -> bytes:
    """Decompress a body, refusing one that would grow past the limit before it does."""
    if encoding.strip().lower() in ("", "identity"):
        return sent
    if encoding.strip().lower() != "gzip":
        raise NotificationRejected(415, "Only gzip is understood.")
    reader = zlib.decompressobj(wbits=31)
    try:
        body = reader.decompress(sent, MAX_BODY_BYTES)
    except zlib.error:
        raise NotificationRejected(400, "The body is not gzip.") from None
    if reader.unconsumed_tail:
        raise NotificationRejected(413, "The body is too large.")
    if not reader.eof or reader.unused_data:
        raise NotificationRejected(400, "The body is not one complete gzip file.")
    return body


async def _limited(request: Request) -> bytes:
    """Read the request's body up to the limit, whatever its headers claim."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_SENT_BYTES:
            raise NotificationRejected(413, "The body is too large.")
    return bytes(body)


def register(viewer: Viewer, client: CatenaClient, public_url: str, secret: Secret) -> Registration:
    """Register what is missing of `EVENTS`. Raises `CatenaError`, and `NotAllowed` to who does not see all fleets.

    Notifications are of all fleets, and the whole account has them or not.
    """
    rights.require(viewer)
    if rights.is_limited(viewer):
        raise rights.NotAllowed("Only an operator who sees all fleets may register notifications.")
    events = _missing(client, public_url)
    for event in events:
        client.webhooks.create(url=f"{public_url}{PATH}", event_name=event, secret=secret)
    return Registration(tuple(events), tuple(_missing(client, public_url)))


def _missing(client: CatenaClient, public_url: str) -> list[str]:
    """Return those of `EVENTS` that no active webhook at our host is registered for. Raises `CatenaError`.

    Catena masks a webhook's address in lists except for its host, so the host has to do.
    """
    host = urlsplit(public_url).netloc
    registered = {
        hook.event_name or ""
        for hook in client.webhooks.iterate(status="active", size=MAX_PAGE_SIZE)
        if _host(hook) == host
    }
    topics = {name.split(".")[0] for name in registered}
    return [
        event
        for event in EVENTS
        if event not in registered and not (event.endswith(".*") and event[:-2] in topics)
    ]


def _host(hook: Webhook) -> str:
    try:
        return urlsplit(hook.url).netloc if isinstance(hook.url, str) else ""
    except ValueError:  # not an address at all
        return ""
