"""What one map shows, for whom and how; and what there is to say about it besides the vehicles themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from dashboard.access import Viewer, vehicles_for, vehicles_of
from dashboard.map.filters import Filters
from dashboard.snapshot import Snapshot, counts

STALE_AFTER_SECONDS = 120
"""Without a new snapshot for this long, ages are counted anew each minute."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a map shows. Two viewers with equal scopes share all work."""

    viewer: Viewer
    filters: Filters = Filters()
    color_by: str = "source"
    dark: bool = False
    metric: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers beside a map."""

    shown: int
    """Vehicles drawn."""
    total: int
    """Vehicles that the viewer may see, drawn or not."""
    unplaceable: Mapping[str, int]
    """Vehicles asked for that cannot be drawn, by reason."""
    rows: str
    """Equal for two summaries exactly when the same vehicles are drawn in the same order."""


def summarise(snapshot: Snapshot, scope: Scope, now: datetime) -> Summary:
    """Count what a scope shows of a snapshot."""
    frame = vehicles_for(scope.viewer, snapshot, scope.filters, now)
    reasons = dict(counts(frame, "unplaceable"))
    placed = (frame["unplaceable"] == "").to_numpy()
    drawn = frame["ordinal"].to_numpy()[placed]
    reasons.pop("", None)
    return Summary(
        shown=int(np.count_nonzero(placed)),
        total=len(vehicles_of(scope.viewer, snapshot)),
        unplaceable=reasons,
        rows=hashlib.blake2b(drawn.tobytes(), digest_size=8).hexdigest(),
    )


def as_of(snapshot: Snapshot, now: datetime | None = None) -> datetime:
    """The moment that ages are counted from: the snapshot's, or the current minute once it has grown old."""
    now = now or datetime.now(UTC)
    if (now - snapshot.taken_at).total_seconds() <= STALE_AFTER_SECONDS:
        return snapshot.taken_at
    return now.replace(second=0, microsecond=0)
