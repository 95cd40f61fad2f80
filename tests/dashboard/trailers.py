"""Rows of trailers as the client gives them."""

from typing import Any

from catena_client import TrailerLocation
from tests.dashboard.frames import NOW


def trailer(
    trailer_id: str, *, fleet_id="f1", lon=-88.0, lat=42.0, source="geotab", at=NOW, **given: Any
) -> TrailerLocation:
    """The latest location of one trailer."""
    return TrailerLocation(
        id=f"row-{trailer_id}", fleet_id=fleet_id, connection_id="c", created_at=NOW, updated_at=NOW,
        source_name=source, source_id="s", tsp_slug=source, trailer_id=trailer_id, occurred_at=at,
        location={"type": "Point", "coordinates": [lon, lat]}, **given,
    )  # fmt: skip
