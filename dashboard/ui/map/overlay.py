"""What is drawn over the basemap, and the legend that explains it: vehicles or hexagons, trailers, trails."""

from __future__ import annotations

import pandas as pd
import pydeck as pdk

from dashboard.access.scope import Scope
from dashboard.feed.summary import Summary
from dashboard.feed.trail_sets import TrailSet
from dashboard.fleet.snapshot import Snapshot
from dashboard.ui.map import chart, density, legend, names, permalink, trailers, trails
from dashboard.ui.map.permalink import MapRequest


def show_legend(
    snapshot: Snapshot, scope: Scope, summary: Summary, request: MapRequest, trail_set: TrailSet | None
) -> None:
    """Say what the colours mean."""
    if trail_set is not None:
        trails.legend(scope)
    if request.display.hexagons:
        density.legend(snapshot, scope, request.display.hexagons)
    elif trail_set is None:
        legend.show(summary.legend, permalink.chosen(request), scope.theme)


def layers(
    snapshot: Snapshot,
    scope: Scope,
    summary: Summary,
    request: MapRequest,
    *,
    vehicle: pd.DataFrame | None,
    trail_set: TrailSet | None,
) -> list[pdk.Layer]:
    """The layers from the bottom up. While there are trails, what is live is pale and cannot be pointed at."""
    display, drawn = request.display, []
    if display.hexagons:
        drawn += density.layers(snapshot, scope, display.hexagons)
    if display.trailers:
        drawn += trailers.layers(
            scope, pickable=not (display.hexagons or trail_set), faded=trail_set is not None
        )
    if not display.hexagons:
        drawn += chart.vehicles(snapshot, scope, summary, display.vehicle, faded=trail_set is not None)
        if trail_set is None:
            drawn += names.layers(snapshot, scope, summary)
    return [
        *drawn,
        *(chart.ring(vehicle, scope, summary) if trail_set is None else trails.layers(trail_set, scope)),
    ]
