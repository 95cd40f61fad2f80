"""Frames of vehicles with the columns of a snapshot, and fixes to make them from."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import settings

from dashboard.ingest.fixes import Coordinates, Fix, Point

few = settings(max_examples=settings().max_examples // 3)
"""For properties that build a frame per example, which is slow."""

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
CATEGORICAL = (
    "fleet_id",
    "fleet",
    "fleet_ref",
    "source",
    "source_name",
    "tsp_slug",
    "provider",
    "connection_id",
    "position_error",
)
TEXT = ("vehicle_id", "name", "driver", "plate", "vin", "place")
NUMBERS = ("lon", "lat", "speed", "odometer", "fuel_level", "engine_hours", "coolant_temperature", "heading")


def vehicles(*rows: dict[str, Any]) -> pd.DataFrame:
    """One row per mapping; what is left out is unknown. `age` (seconds) stands for `occurred_at`."""
    records = []
    for ordinal, row in enumerate(rows):
        given = {"source_name": row.get("source", "")} | row
        age = given.pop("age", None)
        record: dict[str, Any] = dict.fromkeys((*TEXT, *CATEGORICAL), "") | dict.fromkeys(NUMBERS, np.nan)
        record |= {
            "ordinal": ordinal,
            "vehicle_id": f"v{ordinal}",
            "occurred_at": pd.NaT,
            "h3": 0,
            "moves": -1,
        }
        if age is not None:
            record["occurred_at"] = NOW - timedelta(seconds=age)
        records.append(record | given)
    names = ("ordinal", *TEXT, *CATEGORICAL, *NUMBERS, "occurred_at", "h3", "moves")
    return typed(pd.DataFrame(records, columns=list(names)))


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the snapshot's dtypes."""
    dtypes: dict[str, Any] = dict.fromkeys(TEXT, "str") | dict.fromkeys(NUMBERS, "float64")
    dtypes |= dict.fromkeys(CATEGORICAL, "str") | {"ordinal": "int32", "h3": "uint64", "moves": "int32"}
    frame = frame.astype(dtypes).astype(dict.fromkeys(CATEGORICAL, "category"))
    frame["occurred_at"] = pd.to_datetime(frame["occurred_at"], utc=True).astype("datetime64[us, UTC]")
    return frame


def fix(vehicle_id, *, lon=-88.0, lat=42.0, **changes):
    """A fix at a position; none at all when `lon` is None."""
    position = None if lon is None else Point(Coordinates(lon, lat))
    base = {
        "id": f"row-{vehicle_id}", "vehicle_id": vehicle_id, "fleet_id": "f1", "fleet_ref": "ref",
        "connection_id": "c1",
        "tsp_slug": "geotab", "source_name": "geotab", "occurred_at": NOW, "location": position,
        "h3_index_11": 626692562405187583,
    }  # fmt: skip
    return Fix(**(base | changes))
