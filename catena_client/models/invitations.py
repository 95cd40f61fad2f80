"""Invitations of fleets."""

from typing import NamedTuple

import msgspec

from catena_client.models.base import Model, NonNegativeInt, Time
from catena_client.secret import Secret


class Invitation(Model, kw_only=True, frozen=True):
    """An invitation. Whoever knows its id or link can read it, its tokens included: all four are Secrets."""

    id: Secret
    """Id and at the same time the token in the link."""
    created_at: Time | None = None
    """When it was created."""
    magic_link: Secret | None = None
    """Address the fleet opens to take part; single use, for the invited fleet alone."""
    expires_at: Time | None = None
    """When it ends; stays in the past for accepted ones (seen in recorded answers)."""
    expires_in_hours: NonNegativeInt | None = None
    """Lifetime it was created with, in hours."""
    status: str | None = None
    """`active`, `accepted`, `declined`, `expired` or `deleted`."""
    fleet_ref: str | None = None
    """The partner's own name of the fleet."""
    fleet_id: str | None = None
    """Id of the fleet, None until accepted."""
    accepted_at: Time | None = None
    """When it was accepted; may be None although accepted (seen in recorded answers)."""
    declined_at: Time | None = None
    """When it was declined."""
    decline_reason: str | None = None
    """The fleet's words."""
    pre_registration_access_token: Secret | None = None
    """Token of the fleet's registration, set once accepted."""
    pre_registration_refresh_token: Secret | None = None
    """Token that renews it, set once accepted."""
    partner_id: str | None = None
    """Id of the partner who invites."""
    partner_slug: str | None = None
    """Short name of the partner who invites."""
    fleet_name: str | None = None
    """Name given by the partner."""
    fleet_email: str | None = None
    """E-mail address given by the partner."""
    fleet_phone: str | None = None
    """Telephone number given by the partner."""
    fleet_regulatory_id: str | None = None
    """Number at the authority."""
    fleet_regulatory_id_type: str | None = None
    """Its kind, e.g. DOT or MC."""
    fleet_website: str | None = None
    """Address of the fleet's site."""
    fleet_country_code: str | None = None
    """Three letters (ISO 3166 alpha-3)."""
    callback_url: str | None = None
    """Address told about the outcome."""
    success_redirect_url: str | None = None
    """Where the fleet goes on success."""
    failure_redirect_url: str | None = None
    """Where the fleet goes on failure."""
    limit_tsps: list[str] | None = None
    """The only TSPs offered; None offers all."""
    permissions: dict[str, str] | None = None
    """Resource to `read` or `read_write`."""


class InvitationCreate(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A new invitation. What is None is not sent."""

    fleet_ref: str
    """The partner's own name of the fleet. A live invitation with the same one is refreshed instead."""
    fleet_name: str | None = None
    """Letters, digits and spaces only."""
    fleet_email: str | None = None
    """E-mail address."""
    fleet_phone: str | None = None
    """Telephone number, e.g. +1 312 555 0100."""
    fleet_regulatory_id: str | None = None
    """Number at the authority; needs its type."""
    fleet_regulatory_id_type: str | None = None
    """E.g. DOT or MC."""
    fleet_website: str | None = None
    """Address, 1 to 2083 characters."""
    fleet_country_code: str | None = None
    """Three letters (ISO 3166 alpha-3)."""
    success_redirect_url: str | None = None
    """Address, 1 to 2083 characters."""
    failure_redirect_url: str | None = None
    """Address, 1 to 2083 characters."""
    callback_url: str | None = None
    """https address, 1 to 2083 characters."""
    limit_tsps: list[str] | None = None
    """The only TSPs to offer (slugs in the contract's example); None offers all."""
    permissions: dict[str, str] | None = None
    """Resource to `read` or `read_write`; None asks for read on everything."""
    expires_in_hours: int | None = None
    """1 to 672; the API's default is 24."""


class InvitationResult(NamedTuple):
    """What became of a create."""

    invitation: Invitation
    """The invitation as it is now."""
    created: bool
    """True: new (201). False: a live one with the same fleet_ref was refreshed (200)."""
