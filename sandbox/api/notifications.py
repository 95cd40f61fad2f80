"""`/v2/notifications`: webhook subscriptions."""

from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api import body as checks
from sandbox.api.body import problems_of, read_object
from sandbox.api.errors import ApiError, json_response
from sandbox.api.paging import cut
from sandbox.api.query import Query, path_uuid
from sandbox.context import Context
from sandbox.contract import CATCH_ALL_EVENTS, EVENT_NAMES, enum
from sandbox.invitations import PARTNER_ID
from sandbox.webhooks import Webhook
from sandbox.world.entities import iso

_EVENTS = frozenset({*EVENT_NAMES, *CATCH_ALL_EVENTS})


def _filters(value: object) -> checks.Verdict:
    if not isinstance(value, dict):
        return checks.mapping(value)
    ids, refs = value.get("fleet_ids"), value.get("fleet_refs")
    return (None if ids is None else checks.uuids(ids)) or (None if refs is None else checks.texts(refs))


def _secret(value: object) -> checks.Verdict:
    if isinstance(value, str) and len(value) < 12:
        return "String should have at least 12 characters", "string_too_short"
    return checks.text(value)


def unmasked(webhook: Webhook) -> dict[str, Any]:
    """Return the answer to a creation."""
    return {
        "url": webhook.url,
        "filters": webhook.filters,
        "secret": webhook.secret,
        "created_at": iso(webhook.created_at),
        "updated_at": iso(webhook.updated_at),
        "deleted_at": None,
        "id": webhook.id,
        "partner_id": PARTNER_ID,
        "status": webhook.status,
        "event_name": webhook.event_name,
    }


def masked(webhook: Webhook) -> dict[str, Any]:
    """Return a WebhookRead: address and secret are hidden."""
    parts = urlsplit(webhook.url)
    return {
        "id": webhook.id,
        "url": f"{parts.scheme}://{parts.netloc}/*****",
        "event_name": webhook.event_name,
        "filters": webhook.filters,
        "secret": None if webhook.secret is None else "*****",
        "status": webhook.status,
        "created_at": iso(webhook.created_at),
        "updated_at": iso(webhook.updated_at),
    }


class Notifications:
    """Endpoints of the notifications host."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._hooks = context.webhooks

    def _one(self, request: Request) -> Webhook:
        webhook_id = path_uuid(request, "webhook_id")
        for webhook in self._hooks.all:
            if webhook.id == webhook_id and webhook.status != "deleted":
                return webhook
        raise ApiError(404, "Webhook not found")

    async def list_webhooks(self, request: Request) -> Response:
        """Answer GET /webhooks; the page has no total."""
        query = Query(request)
        event, size = query.choice("event_name", EVENT_NAMES), query.size()
        status = query.choice("status", enum("WebhookStatusEnum"))
        query.done()
        webhooks = [
            webhook
            for webhook in self._hooks.all
            if (event in (None, webhook.event_name))
            and (webhook.status == status if status else webhook.status != "deleted")
        ]
        page = cut(query, size, len(webhooks))
        items = [masked(webhook) for webhook in webhooks[page.start : page.stop]]
        return json_response(page.body(items, with_total=False))

    async def create_webhook(self, request: Request) -> Response:
        """Answer POST /webhooks: one object, or a list for `x.*`."""
        body = await read_object(request)
        rules: dict[str, checks.Check] = {
            "url": checks.uri,
            "event_name": lambda value: (
                None
                if isinstance(value, str) and value in _EVENTS
                else ("Input should be a known event", "enum")
            ),
            "secret": checks.text,
            "filters": _filters,
        }
        if problems := problems_of(body, rules, ("url", "event_name")):
            raise ApiError(422, problems)
        webhooks = [unmasked(webhook) for webhook in self._hooks.create(body)]
        return json_response(webhooks if body["event_name"].endswith(".*") else webhooks[0])

    async def get_webhook(self, request: Request) -> Response:
        """Answer GET /webhooks/{id}."""
        return json_response(masked(self._one(request)))

    async def update_webhook(self, request: Request) -> Response:
        """Answer PATCH /webhooks/{id}."""
        webhook = self._one(request)
        body = await read_object(request)
        rules: dict[str, checks.Check] = {"url": checks.uri, "secret": _secret, "filters": _filters}
        if problems := problems_of(body, rules, ()):
            raise ApiError(422, problems)
        webhook.url, webhook.secret = body.get("url") or webhook.url, body.get("secret") or webhook.secret
        if "filters" in body:
            webhook.filters = body["filters"]
        webhook.updated_at = self._context.world.clock()
        return json_response(masked(webhook))

    async def delete_webhook(self, request: Request) -> Response:
        """Answer DELETE /webhooks/{id}."""
        self._hooks.set_status(self._one(request), "deleted")
        return Response(status_code=204)

    async def change_webhook(self, request: Request) -> Response:
        """Answer POST …/activate and …/pause."""
        webhook = self._one(request)
        verb = request.url.path.rstrip("/").rsplit("/", 1)[-1]
        self._hooks.set_status(webhook, {"activate": "active", "pause": "paused"}[verb])
        return json_response(masked(webhook))

    def routes(self) -> list[Route]:
        """Return the notifications routes."""
        secured, base = self._context.tokens.secured, "/v2/notifications/webhooks"
        single = f"{base}/{{webhook_id}}"
        return [
            Route(base, secured(self.list_webhooks), methods=["GET"]),
            Route(base, secured(self.create_webhook), methods=["POST"]),
            Route(single, secured(self.get_webhook), methods=["GET"]),
            Route(single, secured(self.update_webhook), methods=["PATCH"]),
            Route(single, secured(self.delete_webhook), methods=["DELETE"]),
            Route(f"{single}/activate", secured(self.change_webhook), methods=["POST"]),
            Route(f"{single}/pause", secured(self.change_webhook), methods=["POST"]),
        ]
