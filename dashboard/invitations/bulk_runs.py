"""The file of invitations that each viewer is sending or has sent last: one at a time, in however many tabs."""

import threading

from dashboard.invitations.bulk import BulkRun


class BulkRuns:
    """Runs by the name of their viewer. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, BulkRun] = {}

    def of(self, name: str) -> BulkRun | None:
        """Return the run of a viewer."""
        return self._runs.get(name)

    def start(self, name: str, run: BulkRun) -> bool:
        """Start or continue a run; False, and nothing is started, if this or another one of the viewer is there."""
        with self._lock:
            return self._runs.setdefault(name, run) is run and run.start()

    def put_away(self, name: str, run: BulkRun) -> None:
        """Forget a run that does not run."""
        with self._lock:
            if self._runs.get(name) is run and not run.running:
                del self._runs[name]
