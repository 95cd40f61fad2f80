"""Who looks, and what they may see and do. Whoever reads vehicles, page, feed or export, asks `Visibility`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dashboard.access.visibility import EVERYTHING, NOTHING, Visibility

__all__ = ["EVERYTHING", "OPERATOR", "Role", "Viewer", "Visibility"]

Role = Literal["operator", "viewer", "guest"]
"""An operator also invites and shares; a viewer looks; a guest came by a share link."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks: who they are and what they may see and do. Nothing is allowed that is not said here."""

    name: str
    """For people, such as an e-mail address; never a secret, and never part of a key or an address."""
    visibility: Visibility = NOTHING
    role: Role = "guest"
    fleet_refs: frozenset[str] | None = frozenset()
    """The fleet references whose invitations they may see and make; None means all."""
    may_export: bool = False
    may_see_trails: bool = False
    session: str = ""
    """Names the session in which they look, and opens nothing; "" where there is none."""
    address: str = ""
    """Where they look from; "" where that is not known."""
    share: str = ""
    """The share link by which a guest came, by its id."""
    feed: str = ""
    """Whose the addresses of the feed are that are made for them."""

    @property
    def may_see_reasons(self) -> bool:
        """Whether they are told why Catena could not be read: addresses, ids and words of its answers."""
        return self.role == "operator"

    @property
    def may_invite(self) -> bool:
        """Whether they may see and make invitations, and share links."""
        return self.role == "operator"

    def includes_invitation(self, fleet_id: str | None, fleet_ref: str) -> bool:
        """Whether an invitation may be seen and changed; one that nobody has accepted has no fleet yet."""
        if not self.may_invite:
            return False
        if self.fleet_refs is None or fleet_ref in self.fleet_refs:
            return True
        return bool(fleet_id) and self.visibility.includes(fleet_id or "")


OPERATOR = Viewer("operator", EVERYTHING, "operator", fleet_refs=None, may_export=True, may_see_trails=True)
"""Whoever sits at the machine itself, and everybody as long as the data is simulated."""
