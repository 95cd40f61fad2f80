"""Fetching the history of a few vehicles: in parallel, cached, with progress, and each vehicle on its own.

The API gives the history of one vehicle per request. All viewers share four workers, so that looking back never
floods the API, and a cache, so that two people who look at the same truck cost one fetch. The caller has checked
that its viewer may see the vehicles.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from cachetools import TTLCache

from catena_client import MAX_PAGE_SIZE, CatenaClient, CatenaError, VehicleLocation, coordinates
from dashboard.fleet import units
from dashboard.fleet.geo import NO_POSITION
from dashboard.runtime.once import once
from dashboard.runtime.workers import Workers

MOST_VEHICLES = 20
WINDOWS_HOURS = (1, 6, 24, 72)
WORKERS = 4
KEPT_SECONDS = 60
KEPT_FIXES = 1_000_000

WAITING, FETCHING, DONE, FAILED, CANCELLED = "waiting", "fetching", "done", "failed", "cancelled"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is."""

    vehicles: int
    done: int
    """Vehicles that are finished in whatever way."""
    fixes: int
    """Fixes that have arrived."""
    finished: bool

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"{self.done} of {self.vehicles} vehicles, {self.fixes:,} fixes so far"


class _Cancelled(Exception):
    """The viewer does not want it any more."""


class Job:
    """One viewer's request for the history of some vehicles. Its methods can be called from any thread."""

    def __init__(self, vehicles: Mapping[str, str], hours: int) -> None:
        self.hours = hours
        self._names = dict(vehicles)
        self._lock = threading.Lock()
        self._cancel = threading.Event()
        self._state = dict.fromkeys(vehicles, WAITING)
        self._arrived: dict[str, int] = {}
        self._fixes: dict[str, pd.DataFrame] = {}
        self._problems: dict[str, str] = {}

    def cancel(self) -> None:
        """Stop after the page that is under way; what has been fetched stays."""
        self._cancel.set()
        with self._lock:
            self._state = {v: CANCELLED if s == WAITING else s for v, s in self._state.items()}

    @property
    def progress(self) -> Progress:
        """How far it is."""
        with self._lock:
            over = sum(state in {DONE, FAILED, CANCELLED} for state in self._state.values())
            return Progress(len(self._state), over, sum(self._arrived.values()), over == len(self._state))

    def fixes(self) -> pd.DataFrame:
        """Return the fixes of the vehicles that are done: `vehicle_id`, `occurred_at`, `lon`, `lat`, `speed`."""
        with self._lock:
            frames = [frame for frame in self._fixes.values() if len(frame)]
        return pd.concat(frames, ignore_index=True) if frames else _frame("", [])

    def notes(self, *, reasons: bool = True) -> list[str]:
        """Return a sentence for each vehicle whose history is missing or empty, with the reason or without."""
        with self._lock:
            sentences = [
                f"The history of {self._names[vehicle]} could not be fetched, the others are not affected"
                + (f": {problem} Try again." if reasons else ". Try again.")
                for vehicle, problem in self._problems.items()
            ]
            sentences += [
                f"{self._names[vehicle]} reported nothing in the last {units.last_hours(self.hours)}."
                for vehicle, frame in self._fixes.items()
                if not len(frame)
            ]
            stopped = sum(state == CANCELLED for state in self._state.values())
        if stopped:
            sentences.append(
                f"Cancelled: the history of {stopped} of {len(self._names)} vehicles was not fetched."
            )
        return sentences

    def _begin(self, vehicle: str) -> bool:
        with self._lock:
            if self._cancel.is_set():
                self._state[vehicle] = CANCELLED
                return False
            self._state[vehicle] = FETCHING
            return True

    def _add(self, vehicle: str, rows: int) -> None:
        with self._lock:
            self._arrived[vehicle] = self._arrived.get(vehicle, 0) + rows
        if self._cancel.is_set():
            raise _Cancelled

    def _end(self, vehicle: str, state: str, frame: pd.DataFrame | None = None, problem: str = "") -> None:
        with self._lock:
            self._state[vehicle] = state
            if frame is not None:
                self._fixes[vehicle] = frame
                self._arrived[vehicle] = len(frame)
            if problem:
                self._problems[vehicle] = problem


class History:
    """The histories of one process. `now` is a clock that gives aware times."""

    def __init__(self, client: CatenaClient, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._client = client
        self._now = now
        self._pool = Workers(WORKERS, "history")
        cache: TTLCache[tuple[str, int], pd.DataFrame] = TTLCache(
            KEPT_FIXES, KEPT_SECONDS, timer=lambda: now().timestamp(), getsizeof=lambda frame: len(frame) + 1
        )
        self._history = once(self._fetch, cache, lambda job, vehicle: (vehicle, job.hours))

    def load(self, vehicles: Mapping[str, str], hours: int) -> Job:
        """Begin to fetch the last `hours` of some vehicles (id to the name shown) and return at once.

        Raises ValueError, in one sentence for the viewer, for more than 20 vehicles or another window.
        """
        if len(vehicles) > MOST_VEHICLES:
            raise ValueError(
                f"Trails can be shown for {MOST_VEHICLES} vehicles at once; choose fewer than {len(vehicles)}."
            )
        if hours not in WINDOWS_HOURS:
            raise ValueError(f"Trails go back 1, 6, 24 or 72 hours, not {hours}.")
        job = Job(vehicles, hours)
        for vehicle in vehicles:
            self._pool.submit(self._run, job, vehicle)
        return job

    def close(self) -> None:
        """Stop; jobs that wait are dropped. Returns at once; what is under way ends with the client."""
        self._pool.close()

    def _run(self, job: Job, vehicle: str) -> None:
        if not job._begin(vehicle):  # noqa: SLF001 - Job and History are one module's two halves
            return
        state, frame, problem = FAILED, None, ""
        try:
            frame = self._history(job, vehicle)
            state = DONE
        except _Cancelled:
            state = CANCELLED
        except CatenaError as error:
            problem = str(error)
        except Exception:
            log.exception("Fetching a vehicle's history failed")
            problem = "Something unexpected happened; the log of the server has the details."
        job._end(vehicle, state, frame, problem)  # noqa: SLF001 - see above

    def _fetch(self, job: Job, vehicle: str) -> pd.DataFrame:
        end = self._now()
        rows: list[VehicleLocation] = []
        for page in self._client.vehicle_locations.pages(
            only_latest=False,
            vehicle_ids=[vehicle],
            from_datetime=end - timedelta(hours=job.hours),
            to_datetime=end,
            size=MAX_PAGE_SIZE,
        ):
            rows += page.items
            job._add(vehicle, len(page.items))  # noqa: SLF001 - see above
        return _frame(vehicle, [row for row in rows if row.deleted_at is None])


def _frame(vehicle: str, rows: Sequence[VehicleLocation]) -> pd.DataFrame:
    positions = np.array(
        [coordinates(row.location) or NO_POSITION for row in rows], dtype=np.float64
    ).reshape(-1, 2)
    times = pd.Series([row.occurred_at for row in rows], dtype="datetime64[us, UTC]")
    return pd.DataFrame(
        {
            "vehicle_id": pd.array([vehicle] * len(rows), dtype="str"),
            "occurred_at": times,
            "lon": positions[:, 0],
            "lat": positions[:, 1],
            "speed": np.array([row.speed for row in rows], dtype=np.float64),
        }
    )
