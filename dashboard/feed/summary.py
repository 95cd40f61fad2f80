"""The numbers beside a map, and what there is to filter by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pandas as pd

from dashboard.access.scope import Scope
from dashboard.access.viewer import Viewer, vehicles_for, vehicles_of
from dashboard.fleet.colours import ColourAssignments, Colouring, LegendEntry, colour
from dashboard.fleet.filters import FilterOptions, Filters
from dashboard.fleet.notices import Notice
from dashboard.fleet.providers import Banner, banners
from dashboard.fleet.snapshot import Snapshot, counts
from dashboard.ingest.fixes import UNREADABLE

LEGEND_KINDS = {
    "source": "sources",
    "fleet": "fleets",
    "state": "states",
    "speed": "speeds",
    "fuel": "fuels",
    "age": "ages",
}
"""What is coloured by to the field of `Filters` that its legend sets."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers beside a map."""

    shown: int
    """Vehicles drawn."""
    total: int
    """Vehicles that the viewer may see, drawn or not."""
    unplaceable: Mapping[str, int]
    """Vehicles asked for that cannot be drawn, by reason. Rows that belong to nobody are counted for those who see all
    fleets and ask for everything."""
    legend: tuple[LegendEntry, ...]
    """What the colours mean, each with its number of vehicles. What is filtered by colour is still counted, so
    that a viewer sees what else there is."""
    late: tuple[Banner, ...]
    """Providers that are behind, for the vehicles asked for."""
    rows: str
    """Equal for two summaries exactly when the same vehicles are drawn in the same order."""
    notices: tuple[Notice, ...] = ()
    """What is degraded, as far as it concerns the viewer."""


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """What a viewer can filter by, and how many of their vehicles have each value."""

    options: FilterOptions = FilterOptions()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Vehicles per value, by field of `Filters`."""


def facet_counts(snapshot: Snapshot, viewer: Viewer) -> FacetCounts:
    """What there is to choose from in a snapshot."""
    frame = vehicles_of(viewer, snapshot)
    columns = {"fleets": "fleet_id", "sources": "source", "providers": "tsp_slug"}
    return FacetCounts(
        FilterOptions.of(frame), {kind: counts(frame, column) for kind, column in columns.items()}
    )


def summarise(snapshot: Snapshot, scope: Scope, now: datetime, slots: ColourAssignments) -> Summary:
    """Count what a scope shows of a snapshot."""
    frame = vehicles_for(scope.viewer, snapshot, scope.filters, now)
    reasons = dict(counts(frame, "unplaceable"))
    reasons.pop("", None)
    fleets = scope.viewer.fleets
    if snapshot.unreadable and fleets is None and scope.filters == Filters():
        reasons[UNREADABLE] = reasons.get(UNREADABLE, 0) + snapshot.unreadable
    placed = placeable(frame)
    open_kind: dict[str, Any] = {LEGEND_KINDS[scope.color_by]: ()}
    open_filters = replace(scope.filters, **open_kind)
    seen = placed
    if open_filters != scope.filters:
        seen = placeable(vehicles_for(scope.viewer, snapshot, open_filters, now))
    return Summary(
        shown=len(placed),
        total=len(vehicles_of(scope.viewer, snapshot)),
        unplaceable=reasons,
        legend=coloured(seen, scope, now, slots).entries,
        late=tuple(banners(frame, snapshot.deliveries, now)),
        rows=hashlib.blake2b(placed["ordinal"].to_numpy().tobytes(), digest_size=8).hexdigest(),
        notices=tuple(notice for notice in snapshot.notices if notice.concerns(fleets)),
    )


def placeable(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that can be drawn."""
    drawable = (frame["unplaceable"] == "").to_numpy()
    return frame if drawable.all() else frame[drawable]


def coloured(placed: pd.DataFrame, scope: Scope, now: datetime, slots: ColourAssignments) -> Colouring:
    """The colours of drawn rows, as a scope wants them."""
    return colour(placed, scope.color_by, now, slots=slots, dark=scope.dark, metric=scope.metric)
