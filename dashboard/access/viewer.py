"""Who looks, and what they may see and do. Whoever reads vehicles, page, feed or export, asks `Visibility`."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True)
class Visibility:
    """What may be seen. It says nothing of who looks, so all who may see the same share all work on it."""

    fleets: frozenset[str] | None = frozenset()
    """The ids of the fleets that may be seen; None means all."""

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
    may_invite: bool = False
    """Whether they may see and create invitations."""


OPERATOR = Viewer("operator", EVERYTHING, may_invite=True)
"""Whoever sits at the machine itself, and everybody as long as the data is simulated."""
