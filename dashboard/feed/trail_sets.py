"""The trails that a viewer looks at: fetched once, worked out once, and drawn by URL."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from dashboard.access.viewer import Viewer, Visibility
from dashboard.feed.codings import Packed
from dashboard.feed.frames import Frames
from dashboard.fleet import details
from dashboard.fleet.colours import Theme
from dashboard.fleet.names import apart
from dashboard.fleet.replay import paths, stop_marks
from dashboard.fleet.snapshot import Snapshot
from dashboard.fleet.trails import Trail, trails
from dashboard.ingest.history import History, Job, Progress


class TrailSet:
    """The trails of some vehicles over one span of hours. Lives as long as a session holds it."""

    def __init__(self, viewer: Viewer, names: Mapping[str, str], job: Job) -> None:
        self.id = secrets.token_urlsafe(9)
        self.names = dict(names)
        """Vehicle id to the name shown, in the order in which they were chosen."""
        self.named = 0
        """The version of the snapshot that its vehicles' names are of."""
        self.hours = job.hours
        self.visibility = viewer.visibility
        """What might be seen when it was made."""
        self._reasons = viewer.may_see_reasons
        self._job = job
        self._lock = threading.Lock()
        self._packed: dict[tuple[str, Theme, bool], Packed] = {}

    @property
    def progress(self) -> Progress:
        """How far the fetching is."""
        return self._job.progress

    def call(self, names: Mapping[str, str], version: int) -> None:
        """Take other names for its vehicles, where a snapshot has some: after a start they come a moment later."""
        with self._lock:
            self.named = version
            known = {vehicle: names.get(vehicle, name) for vehicle, name in self.names.items()}
            if known != self.names:
                self.names = known
                self._packed.clear()

    def cancel(self) -> None:
        """Stop fetching; what has arrived is shown."""
        self._job.cancel()

    @cached_property
    def trails(self) -> dict[str, Trail]:
        """The trails by vehicle id; call it when the progress is finished."""
        by_vehicle = trails(self._job.fixes())
        return {vehicle: by_vehicle[vehicle] for vehicle in self.names if vehicle in by_vehicle}

    @property
    def notes(self) -> list[str]:
        """A sentence for each vehicle whose trail is missing or empty."""
        return self._job.notes(reasons=self._reasons)

    def positions(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Longitudes and latitudes of all fixes."""
        lon = [trail.lon for trail in self.trails.values()]
        lat = [trail.lat for trail in self.trails.values()]
        return np.concatenate([*lon, np.zeros(0)]), np.concatenate([*lat, np.zeros(0)])

    def packed(self, part: Literal["lines", "stops"], *, theme: Theme, metric: bool) -> Packed:
        """The `lines` or the `stops`: a list of what `paths` or `stop_marks` give, with tooltips."""
        with self._lock:
            key = (part, theme, metric)
            if key not in self._packed:
                rows = self._lines(theme=theme, metric=metric) if part == "lines" else self._stops()
                self._packed[key] = Packed.of(rows)
            return self._packed[key]

    def _lines(self, *, theme: Theme, metric: bool) -> list[dict[str, Any]]:
        return [
            line | {"label": f"speed {line['speed']}" if line["speed"] == "unknown" else line["speed"]}
            for vehicle, trail in self.trails.items()
            for line in paths(trail, self.names[vehicle], theme=theme, metric=metric)
        ]

    def _stops(self) -> list[dict[str, Any]]:
        return [
            mark | {"label": f"{mark['label']}, from {mark['start']}"}
            for vehicle, trail in self.trails.items()
            for mark in stop_marks(trail, self.names[vehicle])
        ]


class TrailSets:
    """All trail sets that sessions hold now, found by their ids."""

    def __init__(self, history: History, frames: Frames) -> None:
        self._history = history
        self._frames = frames
        self._sets: WeakValueDictionary[str, TrailSet] = WeakValueDictionary()

    def begin(self, viewer: Viewer, snapshot: Snapshot, vehicle_ids: Sequence[str], hours: int) -> TrailSet:
        """Begin to fetch and return at once; vehicles that may not be seen are left out.

        Raises PermissionError for who may not see trails, or places only rounded, since a trail has them exactly;
        ValueError, in one sentence for the viewer, for more than 20 vehicles or another window.
        """
        if not viewer.may_see_trails or viewer.visibility.rounded:
            raise PermissionError("This viewer may not see where vehicles have been.")
        names = self.names(snapshot, viewer.visibility, vehicle_ids)
        trail_set = TrailSet(viewer, names, self._history.load(names, hours))
        self._sets[trail_set.id] = trail_set
        return trail_set

    def names(self, snapshot: Snapshot, visibility: Visibility, vehicle_ids: Sequence[str]) -> dict[str, str]:
        """What vehicles are called, each otherwise, by id in this order; those that may not be seen are left out."""
        rows = self._frames.vehicles(snapshot, visibility, vehicle_ids)
        titles = {str(row["vehicle_id"].iloc[0]): details.title(row) for row in rows}
        return apart({vehicle_id: titles[vehicle_id] for vehicle_id in vehicle_ids if vehicle_id in titles})

    def find(self, set_id: str) -> TrailSet | None:
        """The set of an id, if it is still looked at."""
        return self._sets.get(set_id)
