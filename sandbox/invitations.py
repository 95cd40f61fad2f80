"""The life of an invitation: created or refreshed, then accepted, declined, expired or deleted."""

import secrets
import uuid
from collections.abc import Callable
from typing import Any

from sandbox.api import body as checks
from sandbox.api.errors import ApiError, Problem
from sandbox.world.entities import DEFAULT_PERMISSIONS, Agreement, Fleet, Invitation, iso
from sandbox.world.world import World

PARTNER_SLUG = "sandbox-partner"
PARTNER_ID = "5a4d0b0e-6c0a-5d0f-8f3e-0b5d6c1f7a21"
HOUR = 3600.0
# Deprecated twins are still accepted and still answered.
_TWINS = ("name", "email", "regulatory_id", "regulatory_id_type", "phone", "website", "country_code")
_CHECKS: dict[str, checks.Check] = {
    "fleet_ref": checks.filled,
    "fleet_name": checks.PLAIN_NAME,
    "fleet_email": checks.EMAIL,
    "fleet_phone": checks.PHONE,
    "fleet_regulatory_id": checks.text,
    "fleet_regulatory_id_type": checks.text,
    "fleet_website": checks.uri,
    "fleet_country_code": checks.COUNTRY,
    "success_redirect_url": checks.uri,
    "failure_redirect_url": checks.uri,
    "callback_url": checks.https,
    "limit_tsps": checks.texts,
    "permissions": checks.permissions,
    "expires_in_hours": checks.integer(1, 672),
}
_ANSWERED = ("success_redirect_url", "failure_redirect_url", "callback_url", "limit_tsps")
# Tells the webhooks: event name, fleet number (None before acceptance), fleet_ref, data.
Announce = Callable[[str, int | None, str, dict[str, Any]], None]
# Gives a fleet its access token.
IssueToken = Callable[[float, int], str]


def check_create(body: dict[str, Any]) -> dict[str, Any]:
    """Return the invitation's fields under their present names; 422 with every problem found."""
    fields = dict(body)
    for twin in _TWINS:
        old = fields.pop(f"partner_provided_fleet_{twin}", None)
        if old is not None and fields.get(f"fleet_{twin}") is None:
            fields[f"fleet_{twin}"] = old
    problems = checks.problems_of(fields, _CHECKS, ("fleet_ref",))
    if "expires_in_hours" in fields and fields["expires_in_hours"] is None:
        problems.append(
            Problem("body.expires_in_hours", "null", "Input should be a valid integer", "int_type")
        )
    if fields.get("fleet_regulatory_id") and not fields.get("fleet_regulatory_id_type"):
        problems.append(
            Problem(
                "body.fleet_regulatory_id_type",
                "null",
                "Value error, needed when fleet_regulatory_id is set",
                "value_error",
            )
        )
    if problems:
        raise ApiError(422, problems)
    return {name: fields[name] for name in _CHECKS if fields.get(name) is not None}


class Invitations:
    """All invitations of the partner, oldest first."""

    def __init__(
        self, world: World, seeded: list[Invitation], announce: Announce, issue_token: IssueToken
    ) -> None:
        self._world = world
        self._announce = announce
        self._issue_token = issue_token
        self.all: list[Invitation] = list(seeded)
        self._by_id = {invitation.id: invitation for invitation in seeded}
        self._by_ref = {invitation.ref: invitation for invitation in seeded}
        for invitation in seeded:
            if invitation.fleet is not None:
                self._give_tokens(invitation)

    def _give_tokens(self, invitation: Invitation) -> None:
        if invitation.fleet is None:
            return
        invitation.access_token = self._issue_token(672 * HOUR, invitation.fleet)
        invitation.refresh_token = secrets.token_urlsafe(32)

    def get(self, invitation_id: str) -> Invitation:
        """Return an invitation; 404 if there is none."""
        invitation = self._by_id.get(invitation_id)
        if invitation is None:
            raise ApiError(404, "Invitation not found")
        return invitation

    def listed(self, fleet_ref: str | None) -> list[Invitation]:
        """Return the invitations, deleted ones included, oldest first."""
        with self._world.lock:
            return [invitation for invitation in self.all if fleet_ref is None or invitation.ref == fleet_ref]

    def create(self, body: dict[str, Any]) -> tuple[Invitation, bool]:
        """Create an invitation (True), or refresh the open, accepted or declined one of its fleet_ref (False).

        Over an expired or deleted one a new invitation is made; the contract leaves that open.
        """
        fields = check_create(body)
        ref = fields["fleet_ref"]
        with self._world.lock:
            now = self._world.clock()
            old = self._by_ref.get(ref)
            if old is not None and old.status(now) in {"active", "accepted", "declined"}:
                self._refresh(old, fields, now)
                return old, False
            hours = int(fields.get("expires_in_hours", 24))
            new = Invitation(
                id=str(uuid.uuid4()),
                ref=ref,
                created_at=now,
                expires_in_hours=hours,
                fields=fields,
                permissions=dict(fields.get("permissions") or DEFAULT_PERMISSIONS),
                expires_at=now + hours * HOUR,
            )
            self.all.append(new)
            self._by_id[new.id] = self._by_ref[ref] = new
        self._tell("invitation.created", new)
        return new, True

    def _refresh(self, invitation: Invitation, fields: dict[str, Any], now: float) -> None:
        invitation.fields = {**invitation.fields, **fields}
        invitation.expires_in_hours = int(fields.get("expires_in_hours", 24))
        invitation.expires_at = now + invitation.expires_in_hours * HOUR
        if "permissions" in fields:
            invitation.permissions = dict(fields["permissions"])
        if invitation.chosen == "accepted":
            self._give_tokens(invitation)
            invitation.reopened = True
        else:
            invitation.chosen = "active"
            invitation.declined_at = invitation.decline_reason = None

    def delete(self, invitation_id: str) -> None:
        """Delete an invitation that has not been accepted; 409 otherwise."""
        with self._world.lock:
            invitation = self.get(invitation_id)
            if invitation.chosen == "accepted":
                raise ApiError(409, "An accepted invitation cannot be deleted; cancel the share agreement")
            if invitation.chosen == "deleted":
                raise ApiError(404, "Invitation not found")
            invitation.chosen = "deleted"
        self._tell("invitation.deleted", invitation)

    def _open(self, invitation_id: str, now: float) -> Invitation:
        invitation = self.get(invitation_id)
        status = invitation.status(now)
        if status == "deleted":
            raise ApiError(404, "Invitation not found")
        if status != "active":
            raise ApiError(409, f"The invitation is {status}")
        return invitation

    def accept(self, invitation_id: str) -> Invitation:
        """Accept an open invitation: a fleet and a share agreement come to be. 409 if it is not open."""
        world = self._world
        with world.lock:
            now = world.clock()
            invitation = self._open(invitation_id, now)
            invitation.chosen, invitation.accepted_at = "accepted", now
            invitation.fleet = world.add_fleet(self._fleet(invitation, now))
            world.agreements.append(
                Agreement(world.new_id(), invitation.fleet, invitation.id, now, dict(invitation.permissions))
            )
            world.changed()
            self._give_tokens(invitation)
        self._tell("invitation.accepted", invitation)
        fleet = world.fleets[invitation.fleet]
        agreement = {"id": world.agreements[-1].id, "fleet_id": fleet.id, "fleet_ref": fleet.ref}
        self._announce("share_agreement.created", invitation.fleet, invitation.ref, agreement)
        return invitation

    def _fleet(self, invitation: Invitation, now: float) -> Fleet:
        world, sent = self._world, invitation.fields
        name = sent.get("fleet_name")
        city = world.home()
        text = {field: str(sent[f"fleet_{field}"]) for field in _TWINS if sent.get(f"fleet_{field}")}
        return Fleet(
            id=world.new_id(),
            ref=invitation.ref,
            name=str(name or f"Fleet {invitation.id}"),
            display_name=str(name) if name else None,
            invitation_id=invitation.id,
            created_at=now,
            city=city,
            routes=tuple(world.roads.regional(city).tolist()),
            email=text.get("email"),
            phone=text.get("phone"),
            website=text.get("website"),
            regulatory_id=text.get("regulatory_id"),
            regulatory_id_type=text.get("regulatory_id_type"),
            country_code=text.get("country_code"),
        )

    def decline(self, invitation_id: str, reason: str | None) -> Invitation:
        """Decline an open invitation, with or without a reason. 409 if it is not open."""
        with self._world.lock:
            now = self._world.clock()
            invitation = self._open(invitation_id, now)
            invitation.chosen, invitation.declined_at = "declined", now
            invitation.decline_reason = reason
        self._tell("invitation.declined", invitation)
        return invitation

    def viewed(self, invitation: Invitation) -> None:
        """Note that somebody has opened the invitation's link."""
        invitation.viewed_at = self._world.clock()
        self._tell("invitation.viewed", invitation)

    def _tell(self, event: str, invitation: Invitation) -> None:
        data = {"fleet_ref": invitation.ref, "status": invitation.status(self._world.clock())}
        self._announce(event, invitation.fleet, invitation.ref, data)

    def answer(self, invitation: Invitation, connect_url: str) -> dict[str, Any]:
        """Return the invitation as the API shows it, secrets included."""
        sent, fleet = invitation.fields, invitation.fleet

        def moment(seconds: float | None) -> str | None:
            return None if seconds is None else iso(seconds)

        return {
            "id": invitation.id,
            "created_at": iso(invitation.created_at),
            "magic_link": f"{connect_url.rstrip('/')}/?invite={invitation.id}",
            "expires_at": iso(invitation.expires_at),
            "expires_in_hours": invitation.expires_in_hours,
            "status": invitation.status(self._world.clock()),
            "accepted_at": moment(invitation.accepted_at),
            "pre_registration_access_token": invitation.access_token,
            "pre_registration_refresh_token": invitation.refresh_token,
            "fleet_id": None if fleet is None else self._world.fleets[fleet].id,
            "partner_slug": PARTNER_SLUG,
            "partner_id": PARTNER_ID,
            "decline_reason": invitation.decline_reason,
            "declined_at": moment(invitation.declined_at),
            "fleet_ref": invitation.ref,
            "permissions": invitation.permissions,
            **{name: sent.get(name) for name in _ANSWERED},
            **{f"fleet_{twin}": sent.get(f"fleet_{twin}") for twin in _TWINS},
            **{f"partner_provided_fleet_{twin}": sent.get(f"fleet_{twin}") for twin in _TWINS},
        }
