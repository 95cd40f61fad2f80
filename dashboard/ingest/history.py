"""Fetching the history of a few vehicles: in parallel, cached, with progress, and each vehicle on its own.

The API gives the history of one vehicle per request. All viewers share four workers, so that looking back never
floods the API, of which each leaves one to the others; and a cache, so that two people who look at the same truck cost
one fetch. The caller has checked that its viewer may see the vehicles.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from cachetools import TTLCache

from catena_client import MAX_PAGE_SIZE, CatenaClient, CatenaError, VehicleLocation, coordinates
from dashboard.fleet import units
from dashboard.fleet.geo import NO_POSITION
from dashboard.runtime.workers import Workers

MOST_VEHICLES = 20
WINDOWS_HOURS = (1, 6, 24, 72)
WORKERS = 4
AT_ONCE = 3
"""Of a job: where nothing is answered, the others can go on."""
KEPT_SECONDS = 60
KEPT_FIXES = 1_000_000

WAITING, FETCHING, DONE, FAILED, CANCELLED = "waiting", "fetching", "done", "failed", "cancelled"

log = logging.getLogger(__name__)

_Asked = tuple[str, int]
"""Vehicle id and hours."""


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
    """Nobody wants it any more."""


class Job:
    """One viewer's request for the history of some vehicles. Its methods can be called from any thread."""

    def __init__(self, vehicles: Mapping[str, str], hours: int) -> None:
        self.hours = hours
        self._names = dict(vehicles)
        self._lock = threading.Lock()
        self._cancel = threading.Event()
        self._waiting = deque(vehicles)
        """Those that no worker has been asked for."""
        self._state = dict.fromkeys(vehicles, WAITING)
        self._arrived: dict[str, int] = {}
        self._fixes: dict[str, pd.DataFrame] = {}
        self._problems: dict[str, str] = {}

    def cancel(self) -> None:
        """Wait for no more; what has been fetched stays."""
        self._cancel.set()
        with self._lock:
            over = {DONE, FAILED}
            self._state = {v: s if s in over else CANCELLED for v, s in self._state.items()}

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

    def _next(self) -> str | None:
        """The vehicle to be fetched next; None when there is none, or nobody waits any more."""
        with self._lock:
            if self._cancel.is_set() or not self._waiting:
                return None
            vehicle = self._waiting.popleft()
            self._state[vehicle] = FETCHING
            return vehicle

    def _add(self, vehicle: str, rows: int) -> None:
        with self._lock:
            self._arrived[vehicle] = self._arrived.get(vehicle, 0) + rows

    def _end(self, vehicle: str, state: str, frame: pd.DataFrame | None = None, problem: str = "") -> None:
        with self._lock:
            if self._state[vehicle] == CANCELLED:
                return
            self._state[vehicle] = state
            if frame is not None:
                self._fixes[vehicle] = frame
                self._arrived[vehicle] = len(frame)
            if problem:
                self._problems[vehicle] = problem


class History:
    """The histories of one process."""

    def __init__(
        self,
        client: CatenaClient,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """`now` is a clock that gives aware times, `timer` one that only counts."""
        self._client = client
        self._now = now
        self._pool = Workers(WORKERS, "history")
        self._lock = threading.Lock()
        self._kept: TTLCache[_Asked, pd.DataFrame] = TTLCache(
            KEPT_FIXES, KEPT_SECONDS, timer=timer, getsizeof=lambda frame: len(frame) + 1
        )
        self._under_way: dict[_Asked, list[Job]] = {}
        """What is being fetched, and all who wait for it."""

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
        for _ in range(AT_ONCE):
            self._go_on(job)
        return job

    def close(self) -> None:
        """Stop; jobs that wait are dropped. Returns at once; what is under way ends with the client."""
        self._pool.close()

    def _go_on(self, job: Job) -> None:
        """Have the next vehicle of a job fetched that has to be: others are known, or fetched already for somebody."""
        while (vehicle := job._next()) is not None:  # noqa: SLF001 - Job and History are one module's two halves
            asked = vehicle, job.hours
            with self._lock:
                frame = self._kept.get(asked)
                if frame is None and asked in self._under_way:
                    self._under_way[asked].append(job)
                    continue
                if frame is None:
                    jobs = self._under_way[asked] = [job]
            if frame is None:
                self._pool.submit(self._fetch, asked, jobs)
                return
            job._end(vehicle, DONE, frame)  # noqa: SLF001 - see above

    def _fetch(self, asked: _Asked, jobs: list[Job]) -> None:
        """Fetch one history, tell all who wait for it, and go on with the job that has asked for it first.

        While it is under way, others may join the `jobs`.
        """
        state, frame, problem = FAILED, None, ""
        try:
            frame = self._read(asked, jobs)
            state = DONE
        except _Cancelled:
            state = CANCELLED
        except CatenaError as error:
            problem = str(error)
        except Exception:
            log.exception("Fetching a vehicle's history failed")
            problem = "Something unexpected happened; the log of the server has the details."
        with self._lock:
            self._leave(asked, jobs)
            if frame is not None:
                with suppress(ValueError):  # it is more than may be kept
                    self._kept[asked] = frame
        for job in jobs:
            job._end(asked[0], state, frame, problem)  # noqa: SLF001 - see above
        self._go_on(jobs[0])

    def _read(self, asked: _Asked, jobs: list[Job]) -> pd.DataFrame:
        vehicle, hours = asked
        end = self._now()
        rows: list[VehicleLocation] = []
        self._tell(asked, jobs, 0)
        for page in self._client.vehicle_locations.pages(
            only_latest=False,
            vehicle_ids=[vehicle],
            from_datetime=end - timedelta(hours=hours),
            to_datetime=end,
            size=MAX_PAGE_SIZE,
        ):
            rows += page.items
            self._tell(asked, jobs, len(page.items))
        return _frame(vehicle, [row for row in rows if row.deleted_at is None])

    def _tell(self, asked: _Asked, jobs: list[Job], fixes: int) -> None:
        """Tell all who wait for a history how many fixes have arrived; raises when nobody does any more."""
        with self._lock:
            waiting = [job for job in jobs if not job._cancel.is_set()]  # noqa: SLF001 - see above
            if not waiting:
                self._leave(asked, jobs)
                raise _Cancelled
        for job in waiting:
            job._add(asked[0], fixes)  # noqa: SLF001 - see above

    def _leave(self, asked: _Asked, jobs: list[Job]) -> None:
        """Let nobody join these any more."""
        if self._under_way.get(asked) is jobs:
            del self._under_way[asked]


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
