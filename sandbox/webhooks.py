"""Webhook subscriptions and their signed deliveries."""

from typing import Any


class Webhooks:
    """Takes events."""

    def announce(self, event: str, fleet: int | None, ref: str, data: dict[str, Any]) -> None:
        """Deliver an event to the subscriptions that ask for it."""
