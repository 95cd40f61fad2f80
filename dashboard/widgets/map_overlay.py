"""What is drawn over the basemap, and the legend that explains it: vehicles or hexagons, trailers, trails."""

from __future__ import annotations

import pandas as pd
import pydeck as pdk

from dashboard.scope import Scope, Summary
from dashboard.snapshot import Snapshot
from dashboard.trail_sets import TrailSet
from dashboard.widgets import map_chart, map_density, map_legend, map_link, map_trailers, map_trails
from dashboard.widgets.map_link import Wanted


def legend(
    snapshot: Snapshot, scope: Scope, summary: Summary, asked: Wanted, trails: TrailSet | None
) -> None:
    """Say what the colours mean."""
    if trails is not None:
        map_trails.legend(scope)
    if asked.look.hexagons:
        map_density.legend(snapshot, scope, asked.look.hexagons)
    elif trails is None:
        map_legend.show(summary.legend, map_link.chosen(asked))


def layers(
    snapshot: Snapshot,
    scope: Scope,
    summary: Summary,
    asked: Wanted,
    *,
    vehicle: pd.DataFrame | None,
    trails: TrailSet | None,
) -> list[pdk.Layer]:
    """The layers from the bottom up. While there are trails, what is live is pale and cannot be pointed at."""
    look, drawn = asked.look, []
    if look.hexagons:
        drawn += map_density.layers(snapshot, scope, look.hexagons)
    if look.trailers:
        drawn += map_trailers.layers(scope, pickable=not (look.hexagons or trails), faded=trails is not None)
    if not look.hexagons:
        drawn += map_chart.vehicles(snapshot, scope, summary, look.vehicle, faded=trails is not None)
    return [*drawn, *(map_chart.ring(vehicle) if trails is None else map_trails.layers(trails, scope))]
