"""What somebody was let in with, and what that means now."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from dashboard.access.viewer import EVERYTHING, Role, Viewer, Visibility


@dataclass(frozen=True, slots=True)
class Grant:
    """What a rule, a key or a share link allows."""

    name: str
    """Of whom it was given to, for people; never a secret."""
    role: Role
    fleet_refs: frozenset[str] | None = frozenset()
    """Limits it to the fleets of these references, whatever fleets these are at the moment; None: to nothing."""
    visibility: Visibility = EVERYTHING
    """Limits it to fleets that are known once for all, and says what of them is hidden."""
    may_export: bool = False
    may_see_trails: bool = False
    share: str = ""
    """The id of the share link, if it was one."""

    @property
    def sees_everything(self) -> bool:
        """Whether it is an operator's whom nothing limits, so that numbers of the whole process are for them."""
        return self.role == "operator" and self.fleet_refs is None and self.visibility == EVERYTHING


EVERYBODY = Grant("operator", "operator", fleet_refs=None, may_export=True, may_see_trails=True)
"""What everybody has who can open simulated data, and whoever has the key of the machine itself."""


def viewer_of(grant: Grant, refs: Mapping[str, str], session: str = "", address: str = "") -> Viewer:
    """Whom a grant makes of somebody; `refs` gives each fleet's reference as known now, by fleet id.

    A fleet whose reference is not known is not seen by those who are limited to references.
    """
    visibility = grant.visibility
    if grant.fleet_refs is not None:
        fleets = frozenset(fleet for fleet, ref in refs.items() if ref in grant.fleet_refs)
        visibility = visibility.within(Visibility(fleets))
    return Viewer(
        grant.name,
        visibility,
        grant.role,
        grant.fleet_refs,
        grant.may_export,
        grant.may_see_trails and not visibility.rounded,  # a trail has all places, exactly
        session,
        address,
        grant.share,
        feed_key(grant, session),
    )


def feed_key(grant: Grant, session: str) -> str:
    """Whose an address of the feed is: a session's, for as long as it may see and do the same; "" without one."""
    return f"{session} {_digest(grant)}" if session else ""


@lru_cache(1000)
def _digest(grant: Grant) -> str:
    """Names a grant alike in every process."""
    return hashlib.blake2b(msgspec.json.encode(grant, order="deterministic"), digest_size=12).hexdigest()
