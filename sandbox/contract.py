"""Enumerations of the API contract (`openapi.json`, vendor OpenAPI in our own words)."""

from importlib.resources import files
from typing import Any

import msgspec

_SCHEMAS: dict[str, Any] = msgspec.json.decode(files("sandbox").joinpath("openapi.json").read_bytes())[
    "components"
]["schemas"]


def enum(name: str) -> tuple[str, ...]:
    """Return the values of an enumeration of the contract."""
    return tuple(_SCHEMAS[name]["enum"])


RESOURCES = enum("ResourceEnum")
# The orgs copy of the contract lacks this one, so an invitation does not offer it.
PERMISSIONS = tuple(name for name in RESOURCES if name != "group_message")
EVENT_NAMES = enum("WebhookEventNameEnum")
CATCH_ALL_EVENTS = enum("WebhookCatchAllEvents")
