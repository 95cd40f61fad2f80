"""Webhooks: addresses Catena tells about events."""

from typing import Any

from catena_client.models.base import Model, Time
from catena_client.secret import Secret


class WebhookFilters(Model, kw_only=True, frozen=True):
    """The fleets a webhook is told about; None is all."""

    fleet_ids: list[str] | None = None
    """Ids of fleets."""
    fleet_refs: list[str] | None = None
    """The partner's own names of fleets."""


class Webhook(Model, kw_only=True, frozen=True):
    """A webhook."""

    id: str
    """Id of the webhook."""
    event_name: str | None = None
    """E.g. `invitation.created`."""
    url: Any = None
    """Address; partly masked in all answers but the one to its creation, and untyped in the contract."""
    status: str | None = None
    """`active`, `paused`, `stale` or `deleted`."""
    filters: WebhookFilters | None = None
    """The fleets it is told about."""
    secret: Secret | None = None
    """Key of the signatures; masked in all answers but the one to its creation."""
    created_at: Time | None = None
    """When it was made."""
    updated_at: Time | None = None
    """When it last changed."""
    deleted_at: Time | None = None
    """When it was deleted."""
