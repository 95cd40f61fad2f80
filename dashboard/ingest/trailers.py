"""Trailers and where they are, asked for only while somebody looks at them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import pandas as pd

from catena_client import MAX_PAGE_SIZE, CatenaClient, CatenaError, Trailer, TrailerLocation, coordinates
from dashboard.fleet.geo import NO_POSITION, position_error
from dashboard.fleet.names import SHORT, Names, masked
from dashboard.fleet.snapshot import TrailerSnapshot
from dashboard.ingest.polling import PollLoop, PollState
from dashboard.ingest.snapshot_builder import AHEAD
from dashboard.runtime.refusals import ONCE, Refusals

log = logging.getLogger(__name__)

POLL_SECONDS = 30.0
"""Trailers report rarely: every few minutes at best."""
NAMES_SECONDS = 600.0
"""Names of trailers are read anew after this long."""
IDLE_SECONDS = 180.0
"""Without anybody who looks for this long, the polling ends and what was known is dropped."""
NAMES = "names of trailers"


class TrailerFacts(NamedTuple):
    """What is known of a trailer apart from where it is; "" where unknown."""

    name: str = ""
    """What it is called: its name, else its plate."""
    vin: str = ""
    plate: str = ""


class TrailerPoller(PollLoop[TrailerSnapshot]):
    """Polls trailers from the first `watch` until nobody has called it for a while."""

    def __init__(
        self, client: CatenaClient, names: Callable[[], Names], clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__("trailers", POLL_SECONDS)
        self._client, self._once = client, client.with_retry(ONCE)
        self._names = names
        self._clock = clock
        self._watched_at = float("-inf")
        self._version = 0
        self._rows: Mapping[str, TrailerLocation] = {}
        self._facts: Mapping[str, TrailerFacts] = {}
        self._named_at = float("-inf")
        self._refusals = Refusals(clock)

    def watch(self) -> PollState[TrailerSnapshot]:
        """What is known now; keeps the polling going. Returns at once."""
        self._watched_at = self._clock()
        self.start()
        return self.state

    def _wanted(self) -> bool:
        """Whether somebody looked of late; if not, what was known is dropped, so as not to be shown later."""
        if self._clock() - self._watched_at <= IDLE_SECONDS:
            return True
        self.state = PollState(poll_seconds=self._poll_seconds)
        self._rows = {}
        return False

    def _take(self) -> TrailerSnapshot:
        client = self._once if self._failures else self._client
        pages = list(client.trailer_locations.pages(only_latest=True, size=MAX_PAGE_SIZE))
        self._read_names()
        now = datetime.now(UTC)
        self._rows = newest((row for page in pages for row in page.items), self._rows, now)
        self._version += 1
        frame = trailers_frame(self._rows.values(), self._facts, self._names())
        return TrailerSnapshot(self._version, now, frame, sum(page.unreadable for page in pages))

    def _read_names(self) -> None:
        """Read what trailers are called, when that is due; while it is refused they are called by their ids."""
        if self._clock() - self._named_at < NAMES_SECONDS or not self._refusals.due(NAMES):
            return
        client = self._once if NAMES in self._refusals else self._client
        try:
            self._facts = {
                trailer.id: _facts_of(trailer) for trailer in client.trailers.iterate(size=MAX_PAGE_SIZE)
            }
        except CatenaError as error:
            log.warning("Could not read the %s, will try again later: %s", NAMES, error)
            self._refusals.failed(NAMES, error)
        else:
            self._refusals.succeeded(NAMES)
            self._named_at = self._clock()


def newest(
    rows: Iterable[TrailerLocation], before: Mapping[str, TrailerLocation], now: datetime
) -> dict[str, TrailerLocation]:
    """The newest location of each trailer, by its id; `before` is what was known of them.

    A row without a time is as new as the answer that brought it.
    """
    latest = now + AHEAD
    newest_rows: dict[str, TrailerLocation] = {}
    for row in rows:
        key = _id(row)
        if _time(row, latest) >= _time(newest_rows.get(key, row), latest):
            newest_rows[key] = row
    for key, row in newest_rows.items():
        held = before.get(key)
        if held and held.occurred_at and row.occurred_at and row.occurred_at < held.occurred_at <= latest:
            newest_rows[key] = held
    return newest_rows


def trailers_frame(
    rows: Iterable[TrailerLocation], facts: Mapping[str, TrailerFacts], names: Names
) -> pd.DataFrame:
    """The columns of a `TrailerSnapshot`, of one location per trailer."""
    kept = list(rows)
    ids = list(map(_id, kept))
    known = [facts.get(trailer_id) or TrailerFacts(_unlisted(trailer_id)) for trailer_id in ids]
    positions = np.array([_position(row) for row in kept], dtype=np.float64).reshape(-1, 2)
    texts = {
        "fleet_id": [row.fleet_id or "" for row in kept],
        "fleet": [names.fleet(row.fleet_id or "", row.fleet_ref or "") for row in kept],
        "source": [row.source_name or "" for row in kept],
        "tsp_slug": [row.tsp_slug or "" for row in kept],
        "source_name": [names.source(row.source_name or "") for row in kept],
    }
    return pd.DataFrame(
        {
            "trailer_id": pd.array(ids, dtype="str"),
            **{
                name: pd.array([getattr(fact, name) for fact in known], dtype="str")
                for name in TrailerFacts._fields
            },
            **{name: pd.Categorical(values) for name, values in texts.items()},
            "occurred_at": pd.Series([row.occurred_at for row in kept], dtype="datetime64[us, UTC]"),
            "lon": positions[:, 0],
            "lat": positions[:, 1],
        }
    )


def _id(row: TrailerLocation) -> str:
    """Id of the trailer, or one made up of its connection and its id there."""
    return row.trailer_id or f"{row.connection_id or ''}/{row.source_trailer_id or row.id}"


def _unlisted(trailer_id: str) -> str:
    """What a trailer is called that no list names: the start of its id."""
    return f"Trailer {trailer_id.rpartition('/')[2][:SHORT]}"


def _facts_of(trailer: Trailer) -> TrailerFacts:
    plate = (trailer.license_plate_number or "").strip()
    name = masked((trailer.trailer_name or "").strip() or plate)
    return TrailerFacts(name, (trailer.vin or "").strip(), plate)


def _position(row: TrailerLocation) -> tuple[float, float]:
    """Longitude and latitude in degrees; NaN where there are none that can be drawn."""
    position = None if row.deleted_at is not None else coordinates(row.location)
    return NO_POSITION if position is None or position_error(*position) else position


def _time(row: TrailerLocation, latest: datetime) -> tuple[bool, datetime]:
    """What makes one location newer than another of the same answer."""
    time = row.occurred_at or datetime.min.replace(tzinfo=UTC)
    return time <= latest, time
