"""What a snapshot tells of the memory of the builder that made it."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd

from dashboard.fleet.geo import Floats
from dashboard.fleet.motion import STANDS, stretch_of
from dashboard.fleet.snapshot import Snapshot


def remembered(last: Snapshot) -> pd.DataFrame:
    """What a snapshot alone tells of the memory with it; ordinals that it lacks stay nobody's."""
    known = last.vehicles
    memory = pd.DataFrame(
        {
            "moved_lon": known["lon"],
            "moved_lat": known["lat"],
            "heading": known["heading"],
            "last_lon": known["lon"],
            "last_lat": known["lat"],
            "last_at": seconds(known, last.taken_at),
        }
    )
    by_ordinal = memory.set_index(known["ordinal"]).reindex(
        range(known["ordinal"].max() + 1 if len(known) else 0)
    )
    ids = np.full(len(by_ordinal), "", dtype=object)
    places = np.full(len(by_ordinal), STANDS, dtype=np.int32)
    ids[known["ordinal"]], places[known["ordinal"]] = known["vehicle_id"], known["moves"]
    # When each moved last is lost with the memory: as far as anybody knows, now.
    moved = np.where(places == STANDS, 0, stretch_of(last.taken_at)).astype(np.int32)
    return by_ordinal.assign(vehicle_id=ids, place=places, moved=moved)


def moment(time: datetime) -> np.datetime64:
    """An aware time as numpy has it, in UTC."""
    return np.datetime64(time.astimezone(UTC).replace(tzinfo=None), "us")


def seconds(frame: pd.DataFrame, taken_at: datetime) -> Floats:
    """When each fix was, in seconds; one without a time was when it came."""
    times = frame["occurred_at"].to_numpy("datetime64[us]")
    known = np.where(np.isnat(times), moment(taken_at), times)
    return np.asarray(known.astype("datetime64[us]").astype(np.int64) / 1e6)
