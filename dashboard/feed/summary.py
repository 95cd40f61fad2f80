"""The numbers beside a map, and what there is to filter by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from dashboard.access.scope import Scope
from dashboard.access.viewer import EVERYTHING, Visibility
from dashboard.feed.drawing import Layer, Rows
from dashboard.feed.frames import Frames
from dashboard.fleet.colours import ColourAssignments, Colouring, LegendEntry, colour
from dashboard.fleet.filters import FilterOptions
from dashboard.fleet.names import suffix
from dashboard.fleet.notices import Notice
from dashboard.fleet.providers import Banner, banners
from dashboard.fleet.snapshot import Snapshot, as_of, counts
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
    drawn: Mapping[Layer, bytes]
    """The vehicles of each layer of the map in the order in which they are drawn: their ordinals, 4 bytes each."""
    notices: tuple[Notice, ...] = ()
    """What is degraded, as far as it concerns the viewer."""

    @property
    def moving(self) -> int:
        """Vehicles drawn that move."""
        return len(self.drawn["moving"]) // np.dtype(np.int32).itemsize


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """What a viewer can filter by, and how many of their vehicles have each value."""

    options: FilterOptions = FilterOptions()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Vehicles per value, by field of `Filters`."""


def facet_counts(frame: pd.DataFrame) -> FacetCounts:
    """What there is to choose from among all vehicles that may be seen."""
    columns = {"fleets": "fleet_id", "sources": "source", "providers": "tsp_slug"}
    return FacetCounts(
        FilterOptions.of(frame), {kind: counts(frame, column) for kind, column in columns.items()}
    )


OF_A_SUMMARY = ("position_error", "connection_id", "provider", "source", "fleet")
"""The columns of a frame that are counted."""


def summarise(
    frames: Frames,
    snapshot: Snapshot,
    scope: Scope,
    layers: Mapping[Layer, Rows],
    legend: tuple[LegendEntry, ...],
) -> Summary:
    """Count what a scope shows of a snapshot, by the rows of each layer of all that may be seen.

    `legend` is that of `of_any_colour(scope)`.
    """
    visibility, filters, now = scope.visibility, scope.filters, as_of(snapshot)
    visible = frames.visible(snapshot, visibility)
    kept = frames.drawn(snapshot, visibility, filters)
    frame = frames.filtered(snapshot, visibility, filters, OF_A_SUMMARY)
    reasons = dict(counts(frame, "position_error"))
    reasons.pop("", None)
    if snapshot.unreadable and scope.visibility == EVERYTHING and not filters:
        reasons[UNREADABLE] = reasons.get(UNREADABLE, 0) + snapshot.unreadable
    ordinals = visible["ordinal"].to_numpy(np.int32)
    return Summary(
        shown=int(kept.sum()),
        total=len(visible),
        unplaceable=reasons,
        legend=legend,
        late=tuple(banners(frame, snapshot.deliveries, now)),
        drawn={layer: ordinals[rows[kept[rows]]].tobytes() for layer, rows in layers.items()},
        notices=_notices(snapshot, visible, visibility),
    )


def _notices(snapshot: Snapshot, visible: pd.DataFrame, visibility: Visibility) -> tuple[Notice, ...]:
    """The notices that concern a viewer, in words that tell nothing of other fleets."""
    if visibility == EVERYTHING:
        return snapshot.notices
    fleets = visibility.fleets
    if visibility.sources is not None:  # a fleet of which they see no vehicle is none of theirs
        fleets = frozenset(visible["fleet_id"].unique())
    return tuple(
        replace(notice, what=notice.what.replace(suffix(notice.fleet_id), "")) if notice.fleet_id else notice
        for notice in snapshot.notices
        if notice.concerns(fleets)
    )


def of_any_colour(scope: Scope) -> Scope:
    """A scope without the filter that its legend sets."""
    any_colour: dict[str, Any] = {LEGEND_KINDS[scope.colour_by]: ()}
    return replace(scope, filters=replace(scope.filters, **any_colour))


OF_A_COLOUR = ("source", "source_name", "fleet_id", "fleet", "speed", "occurred_at", "fuel_level")
"""The columns of a frame that anything is coloured by."""


def coloured(placed: pd.DataFrame, scope: Scope, now: datetime, assignments: ColourAssignments) -> Colouring:
    """The colours of drawn rows, as a scope wants them; `placed` has `OF_A_COLOUR`."""
    return colour(
        placed, scope.colour_by, now, assignments=assignments, theme=scope.theme, metric=scope.metric
    )
