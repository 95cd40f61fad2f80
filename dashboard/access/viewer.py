"""Who looks, and what they may see and do. Whoever reads vehicles, page, feed or export, asks `Visibility`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

Role = Literal["operator", "viewer", "guest"]
"""An operator also invites and shares; a viewer looks; a guest came by a share link."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """What may be seen. It says nothing of who looks, so all who may see the same share all work on it."""

    fleets: frozenset[str] | None = frozenset()
    """The ids of the fleets that may be seen; None means all."""
    sources: frozenset[str] | None = None
    """Only vehicles of these sources (platforms) may be seen; None means all."""
    hidden: frozenset[str] = frozenset()
    """What of a vehicle may not be seen: some of `driver`, `vin` and `plate`."""
    rounded: bool = False
    """Whether places may be seen only to about a kilometre."""

    def includes(self, fleet_id: str) -> bool:
        """Whether a fleet may be seen."""
        return self.fleets is None or fleet_id in self.fleets

    def of(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of a frame of vehicles or trailers that may be seen, in its order; the frame itself if all may."""
        return frame if self.fleets is None else frame[frame["fleet_id"].isin(self.fleets)]


EVERYTHING = Visibility(fleets=None)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks: who they are and what they may see and do. Nothing is allowed that is not said here."""

    name: str
    """For people, such as an e-mail address; never a secret, and never part of a key or an address."""
    visibility: Visibility = Visibility()
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
