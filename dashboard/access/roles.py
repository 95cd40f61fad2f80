"""What somebody may do who has signed in: from what their identity provider says of them, by the rules there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from dashboard.access.grants import Grant
from dashboard.access.session import Refused
from dashboard.access.viewer import EVERYTHING
from dashboard.configuration.access_rules import GROUP, AccessRule, is_address, lower
from dashboard.configuration.sign_in import Provider


class Roles:
    """The rules in force. Thread-safe."""

    def __init__(
        self,
        rules: Iterable[AccessRule],
        providers: Iterable[Provider],
        groups_claim: str = "groups",
        email_verified: Literal["required", "assumed"] = "required",
    ) -> None:
        """`groups_claim` and `email_verified` as in the settings."""
        self._rules = tuple(rules)
        self._issuers = {provider.name: provider.issuer for provider in providers}
        self._groups_claim = groups_claim
        self._assume_verified = email_verified == "assumed"

    def replace(self, rules: Iterable[AccessRule]) -> None:
        """Let other rules be in force from now on."""
        self._rules = tuple(rules)

    def grant(self, claims: Mapping[str, Any]) -> Grant | Refused:
        """What somebody may do, by the claims of their identity token and `provider`, which says who made it.

        Claims come from outside, so that none is trusted to be of its type. Never raises.
        """
        email = claims.get("email")
        address = lower(email) if isinstance(email, str) and is_address(email) else ""
        if not self._issuer_is_right(claims):
            return Refused("wrong_issuer", address)
        if not address:
            return Refused("not_listed")
        if not self._verified(claims):
            return Refused("not_verified", address)
        names = {address, "@" + address.rpartition("@")[2], *self._groups(claims)}
        for rule in self._rules:
            if not rule.who.isdisjoint(names):
                return Grant(
                    address,
                    rule.role,
                    fleet_refs=rule.fleet_refs,
                    visibility=EVERYTHING,
                    may_export=True,
                    may_see_trails=True,
                )
        return Refused("not_listed", address)

    def _issuer_is_right(self, claims: Mapping[str, Any]) -> bool:
        provider, issuer = claims.get("provider"), claims.get("iss")
        if not isinstance(provider, str) or not isinstance(issuer, str):
            return False
        return self._issuers.get(provider) == issuer.rstrip("/")

    def _verified(self, claims: Mapping[str, Any]) -> bool:
        """A boolean by the standard; some providers send it as text, and some nothing at all."""
        verified = claims.get("email_verified")
        return verified is True or verified == "true" or (verified is None and self._assume_verified)

    def _groups(self, claims: Mapping[str, Any]) -> list[str]:
        groups = claims.get(self._groups_claim)
        listed = groups if isinstance(groups, list) else [groups]
        return [GROUP + group for group in listed if isinstance(group, str)]
