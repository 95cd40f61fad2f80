"""Who may see which vehicles. Every reader of vehicles, page, feed or export, goes through here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dashboard.fleet.filters import Filters, mask
from dashboard.fleet.snapshot import Snapshot

if TYPE_CHECKING:
    from dashboard.fleet.snapshot import TrailerSnapshot


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks, and what they may see."""

    name: str
    """For people, such as an e-mail address; never a secret."""
    fleets: frozenset[str] | None = None
    """The ids of the fleets they may see; None means all."""
    may_invite: bool = True
    """Whether they may see and create invitations."""


OPERATOR = Viewer("operator")
"""Whoever sits at the machine itself, and everybody as long as the data is simulated."""


def vehicles_of(viewer: Viewer, snapshot: Snapshot) -> pd.DataFrame:
    """All vehicles that a viewer may see, in stable order."""
    frame = snapshot.vehicles
    if viewer.fleets is None:
        return frame
    return frame[frame["fleet_id"].isin(viewer.fleets)]


def vehicle_of(viewer: Viewer, snapshot: Snapshot, vehicle_id: str) -> pd.DataFrame | None:
    """One vehicle as a frame of one row; None when there is none that the viewer may see."""
    frame = vehicles_of(viewer, snapshot)
    found = frame[(frame["vehicle_id"] == vehicle_id).to_numpy()]
    return found if len(found) else None


def vehicles_for(viewer: Viewer, snapshot: Snapshot, filters: Filters, now: datetime) -> pd.DataFrame:
    """The vehicles that a viewer may see and has asked for, those without a position included."""
    frame = vehicles_of(viewer, snapshot)
    chosen = mask(frame, filters, now)
    return frame if np.all(chosen) else frame[chosen]


def trailers_for(viewer: Viewer, snapshot: TrailerSnapshot, filters: Filters) -> pd.DataFrame:
    """The trailers that a viewer may see, of the fleets, sources and providers asked for.

    The other filters are about what only vehicles report.
    """
    frame = snapshot.trailers
    if viewer.fleets is not None:
        frame = frame[frame["fleet_id"].isin(viewer.fleets)]
    shared = Filters(fleets=filters.fleets, sources=filters.sources, providers=filters.providers)
    return frame[mask(frame, shared, snapshot.taken_at)]
