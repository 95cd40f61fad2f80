"""Fleets."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from catena_client.models.base import Model, Time
from catena_client.secret import Secret, mask_uuids


class Fleet(Model, kw_only=True, frozen=True):
    """A fleet that shares its data.

    Its default `name` and `websites` contain the invitation's id, which is a secret (seen in recorded answers):
    show `display_name` or `fleet_ref`, or pass the name through `mask_uuids`.
    """

    id: str
    """Id of the fleet, the key to use."""
    name: str | None = None
    """Name; may contain the invitation's id."""
    fleet_ref: str | None = None
    """The partner's own name of the fleet; not unique."""
    created_at: Time | None = None
    """When the fleet came to be."""
    updated_at: Time | None = None
    """When it last changed."""
    invitation_id: Secret | None = None
    """Id of the invitation it came by; whoever knows it can read the invitation."""
    description: str | None = None
    """Free text."""
    display_name: str | None = None
    """Name to show."""
    legal_name: str | None = None
    """Registered name."""
    dba_name: str | None = None
    """Trade name ("doing business as")."""
    websites: list[str] | None = None
    """Addresses; the default one contains the invitation's id."""
    regulatory_id: str | None = None
    """Number at the authority, e.g. a DOT number."""
    regulatory_id_type: str | None = None
    """Its kind, e.g. DOT or MC."""
    regulatory_id_date: date | None = None
    """Its date."""
    regulatory_id_status: str | None = None
    """Its status, free text."""
    registered_email: str | None = None
    """E-mail address."""
    registered_phone: str | None = None
    """Telephone number."""
    registered_fax: str | None = None
    """Fax number."""
    address: str | None = None
    """Street address."""
    city: str | None = None
    """City."""
    province: str | None = None
    """State or province."""
    postal_code: str | None = None
    """Postal code."""
    country_code: str | None = None
    """Three letters (ISO 3166 alpha-3)."""

    def __rich_repr__(self) -> Iterator[tuple[str, Any]]:  # type: ignore[override]
        for name in ("id", "fleet_ref"):
            yield name, getattr(self, name)
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if name not in {"id", "fleet_ref"} and value is not None:
                yield name, mask_uuids(value) if isinstance(value, str) else _masked_items(value)

    def __repr__(self) -> str:
        return f"Fleet({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"


def _masked_items(value: object) -> object:
    return [mask_uuids(item) for item in value] if isinstance(value, list) else value
