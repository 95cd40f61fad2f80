"""The file of invitations that each viewer is sending or has sent last: one at a time, in however many tabs."""

import threading

from dashboard.access.viewer import Viewer
from dashboard.invitations import rights
from dashboard.invitations.bulk import BulkRun


class BulkRuns:
    """Runs by whose they are (`rights.owner`). Everything raises `NotAllowed` to who may not invite. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, BulkRun] = {}

    def of(self, viewer: Viewer) -> BulkRun | None:
        """Return the run of a viewer."""
        rights.require(viewer)
        return self._runs.get(rights.owner(viewer))

    def start(self, viewer: Viewer, run: BulkRun) -> bool:
        """Start or continue a run; False, and nothing is started, if this or another one of the viewer is there."""
        rights.require(viewer)
        with self._lock:
            return self._runs.setdefault(rights.owner(viewer), run) is run and self._begin(viewer, run)

    def _begin(self, viewer: Viewer, run: BulkRun) -> bool:
        return run.start(viewer)

    def put_away(self, viewer: Viewer, run: BulkRun) -> None:
        """Forget a run that does not run."""
        rights.require(viewer)
        with self._lock:
            if self._runs.get(rights.owner(viewer)) is run and not run.running:
                del self._runs[rights.owner(viewer)]

    def pause_all(self) -> None:
        """Pause what runs, because who may invite has changed; who still may can continue."""
        with self._lock:
            for run in self._runs.values():
                if run.running:
                    run.pause("Who may invite has changed. Continue if you still may.")
