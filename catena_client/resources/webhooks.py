"""Webhooks: addresses Catena tells about events."""

from collections.abc import Iterator, Sequence
from typing import TypedDict, Unpack

import msgspec

from catena_client.call import Call
from catena_client.decoding import decode
from catena_client.models import Page, Webhook, WebhookFilters
from catena_client.paging import Listing
from catena_client.secret import Secret, as_secret
from catena_client.session import Session


class WebhookListFilters(TypedDict, total=False):
    """Filters of the list of webhooks."""

    event_name: str | None
    """E.g. `invitation.created`."""
    status: str | None
    """`active`, `paused`, `stale` or `deleted`."""


class Webhooks:
    """`/v2/notifications/webhooks`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._list = Listing(session, "/v2/notifications/webhooks", Page[Webhook], WebhookListFilters)

    def page(
        self, *, cursor: str | None = None, size: int | None = None, **filters: Unpack[WebhookListFilters]
    ) -> Page[Webhook]:
        """Return one page of webhooks."""
        return self._list.page(filters, cursor, size)

    def pages(
        self, *, size: int | None = None, **filters: Unpack[WebhookListFilters]
    ) -> Iterator[Page[Webhook]]:
        """Return all pages of webhooks."""
        return self._list.pages(filters, size)

    def iterate(self, *, size: int | None = None, **filters: Unpack[WebhookListFilters]) -> Iterator[Webhook]:
        """Return all webhooks."""
        return self._list.rows(filters, size)

    def get(self, webhook_id: str) -> Webhook:
        """Return one webhook, its address and key masked."""
        return self._session.get(
            "/v2/notifications/webhooks/{webhook_id}", Webhook, {"webhook_id": webhook_id}
        )

    def create(
        self,
        *,
        url: str,
        event_name: str,
        secret: str | Secret | None = None,
        fleet_ids: Sequence[str] | None = None,
        fleet_refs: Sequence[str] | None = None,
    ) -> list[Webhook]:
        """Make a webhook; a name ending in `.*` makes one for each of its events.

        `secret` signs what is sent, 12 characters or more. Not repeated by itself, except after a 429.
        """
        secret = None if secret is None else as_secret(secret)
        filters = WebhookFilters(
            fleet_ids=None if fleet_ids is None else list(fleet_ids),
            fleet_refs=None if fleet_refs is None else list(fleet_refs),
        )
        call = Call(
            "POST",
            "/v2/notifications/webhooks",
            body=_body(url, event_name, secret, filters),
            hidden=() if secret is None else (secret,),
        )
        answer = self._session.answer(call)
        several = answer.content.lstrip().startswith(b"[")
        return decode(call, answer, list[Webhook]) if several else [decode(call, answer, Webhook)]

    def delete(self, webhook_id: str) -> None:
        """Delete a webhook."""
        self._session.delete("/v2/notifications/webhooks/{webhook_id}", {"webhook_id": webhook_id})


def _body(url: str, event_name: str, secret: Secret | None, filters: WebhookFilters) -> bytes:
    body: dict[str, object] = {"url": url, "event_name": event_name}
    if secret is not None:
        body["secret"] = secret.reveal()
    if filters != WebhookFilters():
        body["filters"] = filters
    return msgspec.json.encode(body)
