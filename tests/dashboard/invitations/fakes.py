"""A small Catena for these tests: enough of the organisation endpoints, in memory, with switchable faults."""

import json
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import zxingcpp
from PIL import Image

from dashboard.access.viewer import OPERATOR, Viewer
from dashboard.invitations.bulk import BulkRun
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.models import InvitationLists
from tests.dashboard.waiting import until

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class FakeCatena:
    """Answers the client's requests. Tests change its lists, its clock and its faults directly."""

    def __init__(self) -> None:
        self.now = START
        self.invitations: list[dict[str, Any]] = []
        self.agreements: list[dict[str, Any]] = []
        self.connections: list[dict[str, Any]] = []
        self.freshness: list[dict[str, Any]] = []
        self.webhooks: list[dict[str, Any]] = []
        self.tsps: list[dict[str, Any]] = []
        self.calls: Counter[str] = Counter()
        self.posted: list[dict[str, Any]] = []
        self.fault: Callable[[httpx.Request], httpx.Response | None] = lambda _request: None
        self.lose_answers = False
        """POSTs are carried out, but their answer never arrives."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "t", "expires_in": 300, "token_type": "Bearer"})
        self.calls[f"{request.method} {path}"] += 1
        if (answer := self.fault(request)) is not None:
            return answer
        if path == "/v2/orgs/invitations":
            return self._post(request) if request.method == "POST" else self._list(request)
        if path.startswith("/v2/orgs/invitations/"):
            return self._single(request.method, path.rpartition("/")[2])
        if path == "/v2/notifications/webhooks" and request.method == "POST":
            hook = {
                **json.loads(request.content),
                "id": str(uuid.uuid4()),
                "partner_id": "p",
                "status": "active",
            }
            self.webhooks.append(hook)
            return httpx.Response(200, json=hook)
        plain = {"/v2/orgs/tsps": self.tsps, "/v2/integrations/connections/data-freshness": self.freshness}
        if path in plain:
            return httpx.Response(200, json=plain[path])
        paged = {
            "/v2/orgs/share-agreements": self.agreements,
            "/v2/integrations/connections": self.connections,
            "/v2/notifications/webhooks": self.webhooks,
        }
        if path in paged:
            return httpx.Response(200, json=page(paged[path]))
        return httpx.Response(404, json={"code": 404, "message": "Not Found", "detail": None})

    def seconds(self) -> float:
        """Its clock as one that only counts."""
        return self.now.timestamp()

    def invite(self, fleet_ref: str, **values: Any) -> dict[str, Any]:
        """Add an invitation as if somebody else had made it."""
        made = invitation(fleet_ref, self.now, **values)
        self.invitations.append(made)
        return made

    def _single(self, method: str, key: str) -> httpx.Response:
        found = [i for i in self.invitations if i["id"] == key]
        if not found:
            return httpx.Response(404, json={"code": 404, "message": "Not Found", "detail": None})
        if method == "GET":
            return httpx.Response(200, json=found[0])
        self.invitations.remove(found[0])
        return httpx.Response(204)

    def _list(self, request: httpx.Request) -> httpx.Response:
        ref = request.url.params.get("fleet_ref")
        rows = [i for i in self.invitations if ref is None or i["fleet_ref"] == ref]
        start, size = int(request.url.params.get("cursor", 0)), int(request.url.params.get("size", 300))
        more = start + size < len(rows)
        listed = page(rows[start : start + size], str(start + size) if more else None)
        return httpx.Response(
            200, content=json.dumps(listed)
        )  # plain ASCII, so that odd characters can be sent

    def _post(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.posted.append(body)
        hours = body.get("expires_in_hours", 24)
        live = next(
            (
                i
                for i in self.invitations
                if i["fleet_ref"] == body["fleet_ref"] and i["status"] in ("active", "accepted", "declined")
            ),
            None,
        )
        if live is None:
            answer = self.invite(**{**body, "expires_in_hours": hours})
        else:
            answer = live
            live["expires_at"] = stamp(self.now + timedelta(hours=hours))
            if live["status"] == "declined":
                live.update(status="active", declined_at=None, decline_reason=None)
        if self.lose_answers:
            raise httpx.ReadTimeout("the answer was lost", request=request)
        return httpx.Response(200 if live else 201, json=answer)


def invitation(fleet_ref: str, now: datetime, **values: Any) -> dict[str, Any]:
    """Return an invitation as the API sends it."""
    key = str(uuid.uuid4())
    hours = values.get("expires_in_hours", 24)
    return {
        "id": key,
        "created_at": stamp(now),
        "magic_link": f"https://connect.example.com/?invite={key}",
        "expires_at": stamp(now + timedelta(hours=hours)),
        "expires_in_hours": hours,
        "status": "active",
        "fleet_ref": fleet_ref,
        "fleet_id": None,
        "accepted_at": None,
        "declined_at": None,
        "decline_reason": None,
        "pre_registration_access_token": None,
        "pre_registration_refresh_token": None,
        "partner_id": "11111111-1111-4111-8111-111111111111",
        "partner_slug": "example",
        "limit_tsps": None,
        "permissions": {"vehicle": "read", "vehicle_location": "read"},
        **values,
    }


def page(items: list[dict[str, Any]], next_page: str | None = None) -> dict[str, Any]:
    """Wrap items as a page."""
    return {"items": items, "current_page": "c", "previous_page": None, "next_page": next_page}


def stamp(moment: datetime) -> str:
    """Write a time as the API does."""
    return moment.isoformat().replace("+00:00", "Z")


def refreshed(invitations: InvitationService) -> InvitationLists:
    """Let the service read what is due, wait for it, and return what it knows."""
    invitations.lists(OPERATOR)
    for thread in threading.enumerate():
        if thread.name == "invitations":
            thread.join()
    return invitations.peek(OPERATOR)


def finish(run: BulkRun, viewer: Viewer = OPERATOR) -> None:
    """Send what is left of a file, and wait for it."""
    run.start(viewer)
    until(lambda: not run.running)


def decoded(picture: Image.Image) -> list[str]:
    """Read all QR codes of a picture."""
    return [code.text for code in zxingcpp.read_barcodes(picture)]
