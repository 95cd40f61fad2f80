"""Trailers and where they are, asked for only while somebody looks at them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from catena_client import CatenaClient, CatenaError, ClientClosed, TrailerLocation, coordinates
from dashboard.fleet.geo import NO_POSITION, position_error
from dashboard.fleet.names import SHORT, Names, masked
from dashboard.fleet.snapshot import TrailerSnapshot
from dashboard.ingest.rows import PAGE_SIZE
from dashboard.ingest.snapshot_builder import AHEAD
from dashboard.runtime.refusals import ONCE, Refusals, pause

log = logging.getLogger(__name__)

POLL_SECONDS = 30.0
"""Trailers report rarely: every few minutes at best."""
NAMES_SECONDS = 600.0
"""Names of trailers are read anew after this long."""
IDLE_SECONDS = 180.0
"""Without anybody who looks for this long, the polling ends and what was known is dropped."""
CLOSE_SECONDS = 1.0
"""Closing waits no longer for the poll under way; it ends with the client."""
NAMES = "names of trailers"


@dataclass(frozen=True, slots=True)
class TrailerState:
    """What is known of trailers now."""

    snapshot: TrailerSnapshot | None = None
    problem: str = ""
    """Why the last poll failed, a sentence for the user with text from outside; empty when it succeeded."""
    retry_at: datetime | None = None
    """After a failed poll: when the next one will be made, aware UTC."""


class TrailerPoller:
    """Polls in a thread of its own from the first `watch` until nobody has called it for a while."""

    def __init__(self, client: CatenaClient, names: Callable[[], Names]) -> None:
        self._client, self._once = client, client.with_retry(ONCE)
        self._names = names
        self._state = TrailerState()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._watched_at = 0.0
        self._version = 0
        self._failures = 0
        self._rows: Mapping[str, TrailerLocation] = {}
        self._called: Mapping[str, str] = {}
        self._called_at = float("-inf")
        self._refusals = Refusals()

    @property
    def state(self) -> TrailerState:
        """What is known now, without asking for more."""
        return self._state

    def watch(self) -> TrailerState:
        """What is known now; keeps the polling going. Returns at once."""
        with self._lock:
            self._watched_at = time.monotonic()
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="trailers", daemon=True)
                self._thread.start()
        return self._state

    def close(self) -> None:
        """Stop asking, and wait a second at most; whatever is under way then ends with the client."""
        self._closing.set()
        thread = self._thread
        if thread is not None:
            thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        while True:
            self._closing.wait(self.poll_once())
            with self._lock:
                if self._closing.is_set() or time.monotonic() - self._watched_at > IDLE_SECONDS:
                    self._thread = None
                    self._state = TrailerState()
                    self._rows = {}
                    return

    def poll_once(self) -> float:
        """Poll, publish what came of it, and give the seconds until the next poll is due.

        The last good snapshot stays when a poll fails; while polls fail, one request is made, once.
        """
        try:
            rows, unreadable = self._read_rows()
            self._read_names()
        except ClientClosed:
            return POLL_SECONDS
        except CatenaError as error:
            return self._failed(error, str(error))
        except Exception as error:  # the thread must outlive a defect
            log.exception("Reading the trailers failed for a reason of our own")
            return self._failed(
                error, "The dashboard could not read the answer from Catena. Its log says more."
            )
        now = datetime.now(UTC)
        self._rows = newest(rows, self._rows, now)
        self._version += 1
        self._failures = 0
        frame = trailers_frame(self._rows.values(), self._called, self._names())
        self._state = TrailerState(TrailerSnapshot(self._version, now, frame, unreadable))
        return POLL_SECONDS

    def _read_rows(self) -> tuple[list[TrailerLocation], int]:
        """All rows, and how many could not be read."""
        rows: list[TrailerLocation] = []
        unreadable = 0
        client = self._once if self._failures else self._client
        for page in client.trailer_locations.pages(only_latest=True, size=PAGE_SIZE):
            rows += page.items
            unreadable += page.unreadable
        return rows, unreadable

    def _failed(self, error: Exception, problem: str) -> float:
        log.warning("Could not read the trailers: %s", problem)
        self._failures += 1
        seconds = pause(self._failures, error, POLL_SECONDS)
        retry_at = datetime.now(UTC) + timedelta(seconds=seconds)
        self._state = replace(self._state, problem=problem, retry_at=retry_at)
        return seconds

    def _read_names(self) -> None:
        """Read what trailers are called, when that is due; while it is refused they are called by their ids."""
        if time.monotonic() - self._called_at < NAMES_SECONDS or not self._refusals.due(NAMES):
            return
        client = self._once if NAMES in self._refusals else self._client
        try:
            self._called = {
                trailer.id: masked((trailer.trailer_name or trailer.license_plate_number or "").strip())
                for trailer in client.trailers.iterate(size=PAGE_SIZE)
            }
        except CatenaError as error:
            log.warning("Could not read the %s, will try again later: %s", NAMES, error)
            self._refusals.failed(NAMES, error)
        else:
            self._refusals.succeeded(NAMES)
            self._called_at = time.monotonic()


def newest(
    rows: Iterable[TrailerLocation], before: Mapping[str, TrailerLocation], now: datetime
) -> dict[str, TrailerLocation]:
    """The newest location of each trailer, by its id; `before` is what was known of them.

    A row without a time is as new as the answer that brought it.
    """
    latest = now + AHEAD
    found: dict[str, TrailerLocation] = {}
    for row in rows:
        key = _id(row)
        if _time(row, latest) >= _time(found.get(key, row), latest):
            found[key] = row
    for key, row in found.items():
        held = before.get(key)
        if held and held.occurred_at and row.occurred_at and row.occurred_at < held.occurred_at <= latest:
            found[key] = held
    return found


def trailers_frame(rows: Iterable[TrailerLocation], called: Mapping[str, str], names: Names) -> pd.DataFrame:
    """The columns of a `TrailerSnapshot`, of one location per trailer."""
    kept = list(rows)
    ids = list(map(_id, kept))
    positions = np.array([_position(row) for row in kept], dtype=np.float64).reshape(-1, 2)
    texts = {
        "fleet_id": [row.fleet_id or "" for row in kept],
        "fleet": [names.fleet(row.fleet_id or "", row.fleet_ref or "") for row in kept],
        "source": [row.source_name or "" for row in kept],
        "tsp_slug": [row.tsp_slug or "" for row in kept],
        "provider": [names.provider(row.tsp_slug or "", row.source_name or "") for row in kept],
    }
    return pd.DataFrame(
        {
            "trailer_id": pd.array(ids, dtype="str"),
            "name": pd.array([_name(trailer_id, called) for trailer_id in ids], dtype="str"),
            **{name: pd.Categorical(values) for name, values in texts.items()},
            "occurred_at": pd.Series([row.occurred_at for row in kept], dtype="datetime64[us, UTC]"),
            "lon": positions[:, 0],
            "lat": positions[:, 1],
        }
    )


def _id(row: TrailerLocation) -> str:
    """Id of the trailer, or one made up of its connection and its id there."""
    return row.trailer_id or f"{row.connection_id or ''}/{row.source_trailer_id or row.id}"


def _name(trailer_id: str, called: Mapping[str, str]) -> str:
    """The name of a trailer; one that no list names is called by the start of its id."""
    name = called.get(trailer_id)
    return f"Trailer {trailer_id.rpartition('/')[2][:SHORT]}" if name is None else name


def _position(row: TrailerLocation) -> tuple[float, float]:
    """Longitude and latitude in degrees; NaN where there are none that can be drawn."""
    position = None if row.deleted_at is not None else coordinates(row.location)
    return NO_POSITION if position is None or position_error(*position) else position


def _time(row: TrailerLocation, latest: datetime) -> tuple[bool, datetime]:
    """What makes one location newer than another of the same answer."""
    time = row.occurred_at or datetime.min.replace(tzinfo=UTC)
    return time <= latest, time
