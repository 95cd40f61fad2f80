"""Trailers and where they are, asked for only while somebody looks at them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from catena_client import CatenaClient, CatenaError, TrailerLocation, coordinates
from dashboard.map.views import MAX_LATITUDE
from dashboard.names import masked
from dashboard.polling.directory import Names
from dashboard.polling.fixes import PAGE_SIZE

log = logging.getLogger(__name__)

POLL_SECONDS = 30.0
"""Trailers report rarely: every few minutes at best."""
NAMES_SECONDS = 600.0
"""Names of trailers are read anew after this long."""
IDLE_SECONDS = 180.0
"""Without anybody who looks for this long, the polling ends and what was known is dropped."""


@dataclass(frozen=True, slots=True)
class TrailerSnapshot:
    """All known trailers with a location, at one moment; immutable."""

    version: int
    taken_at: datetime
    """Aware UTC."""
    trailers: pd.DataFrame = field(repr=False)
    """The columns `trailer_id`, `name`, `fleet_id`, `fleet`, `source`, `tsp_slug`, `provider`, `occurred_at`,
    with the meanings that they have in a snapshot of vehicles, and `lon`, `lat`: degrees, NaN where it cannot be
    drawn."""


@dataclass(frozen=True, slots=True)
class TrailerState:
    """What is known of trailers now."""

    snapshot: TrailerSnapshot | None = None
    problem: str = ""
    """Why the last poll failed, a sentence for the user; empty when it succeeded."""


class TrailerPoller:
    """Polls in a thread of its own from the first `watch` until nobody has called it for a while."""

    def __init__(self, client: CatenaClient, names: Callable[[], Names]) -> None:
        self._client = client
        self._names = names
        self._state = TrailerState()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._watched_at = 0.0
        self._version = 0
        self._called: Mapping[str, str] = {}
        self._called_at = float("-inf")

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
        """Stop after the request under way and wait for the thread, 5 seconds at most."""
        self._closing.set()
        thread = self._thread
        if thread is not None:
            thread.join(5)

    def _run(self) -> None:
        while True:
            self.poll_once()
            self._closing.wait(POLL_SECONDS)
            with self._lock:
                if self._closing.is_set() or time.monotonic() - self._watched_at > IDLE_SECONDS:
                    self._thread = None
                    self._state = TrailerState()
                    return

    def poll_once(self) -> None:
        """Poll and publish what came of it; the last good snapshot stays when a poll fails."""
        try:
            self._read_names()
            rows: list[TrailerLocation] = []
            for page in self._client.trailer_locations.pages(only_latest=True, size=PAGE_SIZE):
                rows += page.items
                if self._closing.is_set():
                    return
            self._version += 1
            frame = trailers_frame(rows, self._called, self._names())
            self._state = TrailerState(TrailerSnapshot(self._version, datetime.now(UTC), frame))
        except CatenaError as error:
            self._failed(str(error))
        except Exception:  # the thread must outlive a defect
            log.exception("Reading the trailers failed for a reason of our own")
            self._failed("The dashboard could not read the answer from Catena. Its log says more.")

    def _failed(self, problem: str) -> None:
        log.warning("Could not read the trailers: %s", problem)
        self._state = replace(self._state, problem=problem)

    def _read_names(self) -> None:
        if time.monotonic() - self._called_at < NAMES_SECONDS:
            return
        self._called = {
            trailer.id: name
            for trailer in self._client.trailers.iterate(size=PAGE_SIZE)
            if (name := masked((trailer.trailer_name or trailer.license_plate_number or "").strip()))
        }
        self._called_at = time.monotonic()


def trailers_frame(rows: Iterable[TrailerLocation], called: Mapping[str, str], names: Names) -> pd.DataFrame:
    """The columns of a `TrailerSnapshot`: one row per trailer, its newest location."""
    newest: dict[str, TrailerLocation] = {}
    for row in rows:
        key = row.trailer_id or f"{row.connection_id}/{row.source_trailer_id or row.id}"
        held = newest.setdefault(key, row)
        if _time(row) > _time(held):
            newest[key] = row
    kept = list(newest.values())
    places = np.array([_place(row) for row in kept], dtype=np.float64).reshape(-1, 2)
    texts = {
        "fleet_id": [row.fleet_id or "" for row in kept],
        "fleet": [names.fleet(row.fleet_id or "", row.fleet_ref or "") for row in kept],
        "source": [row.source_name or "" for row in kept],
        "tsp_slug": [row.tsp_slug or "" for row in kept],
        "provider": [names.provider(row.tsp_slug or "", row.source_name or "") for row in kept],
    }
    return pd.DataFrame(
        {
            "trailer_id": pd.array(list(newest), dtype="str"),
            "name": pd.array([called.get(key, "") for key in newest], dtype="str"),
            **{name: pd.Categorical(values) for name, values in texts.items()},
            "occurred_at": pd.Series([row.occurred_at for row in kept], dtype="datetime64[us, UTC]"),
            "lon": places[:, 0],
            "lat": places[:, 1],
        }
    )


def _place(row: TrailerLocation) -> tuple[float, float]:
    """Longitude and latitude; NaN where they are missing, or 0, 0 (no GPS signal), or too near a pole to draw."""
    found = None if row.deleted_at is not None else coordinates(row.location)
    if found is None or found == (0, 0) or abs(found[1]) > MAX_LATITUDE:
        return np.nan, np.nan
    return found


def _time(row: TrailerLocation) -> datetime:
    return row.occurred_at or datetime.min.replace(tzinfo=UTC)
