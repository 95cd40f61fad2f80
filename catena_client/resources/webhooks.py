"""Webhooks: addresses Catena tells about events."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from catena_client.call import Call
from catena_client.decoding import decode
from catena_client.models import Webhook, WebhookFilters
from catena_client.paging import ListQuery, ListResource, P
from catena_client.secret import Secret, as_secret


@dataclass(frozen=True, kw_only=True)
class WebhookListFilters(ListQuery):
    """Filters of the list of webhooks."""

    event_name: str | None = None
    """E.g. `invitation.created`."""
    status: str | None = None
    """`active`, `paused`, `stale` or `deleted`."""


class Webhooks(ListResource[Webhook, P]):
    """`/v2/notifications/webhooks`."""

    def get(self, webhook_id: str) -> Webhook:
        """Return one webhook, its address and key masked."""
        return self._session.get(self.path + "/{webhook_id}", Webhook, {"webhook_id": webhook_id})

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
            self.path,
            body=_body(url, event_name, secret, filters),
            hidden=() if secret is None else (secret,),
        )
        answer = self._session.answer(call)
        several = answer.content.lstrip().startswith(b"[")
        return decode(call, answer, list[Webhook]) if several else [decode(call, answer, Webhook)]

    def delete(self, webhook_id: str) -> None:
        """Delete a webhook."""
        self._session.delete(self.path + "/{webhook_id}", {"webhook_id": webhook_id})


def _body(url: str, event_name: str, secret: Secret | None, filters: WebhookFilters) -> bytes:
    body: dict[str, object] = {"url": url, "event_name": event_name}
    if secret is not None:
        body["secret"] = secret.reveal()
    if filters != WebhookFilters():
        body["filters"] = filters
    return msgspec.json.encode(body)
