"""How fresh the vehicles of each provider are, and when it last delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from dashboard.fleet.freshness import CLOCK, FRESHNESS, LATE, LIVE, SILENT, freshness_codes


@dataclass(frozen=True, slots=True)
class ProviderFreshness:
    """One provider's vehicles."""

    provider: str
    """Its name, else that of its platform; "" where neither is known."""
    vehicles: int
    live: int
    late: int
    silent: int
    clock: int
    """Vehicles whose clock is ahead."""
    newest: datetime | None
    """Of all fixes of its vehicles the newest, aware UTC; None: no fix has a time."""
    delivered: datetime | None
    """When it last delivered locations by any of its connections; None: never, or not known."""


def provider_freshness(
    frame: pd.DataFrame, deliveries: Mapping[str, datetime | None], now: datetime
) -> list[ProviderFreshness]:
    """Each provider of the vehicles in a frame, the one with most vehicles first."""
    names = np.where(
        frame["provider"].to_numpy(dtype=object) != "",
        frame["provider"].to_numpy(dtype=object),
        frame["source_name"].to_numpy(dtype=object),
    )
    codes = freshness_codes(frame, now)
    columns = {word: codes == FRESHNESS.index(word) for word in FRESHNESS}
    columns |= {"newest": frame["occurred_at"], "connection": frame["connection_id"].astype(object)}
    found = [
        _one(str(name), rows, deliveries) for name, rows in pd.DataFrame(columns).groupby(names, sort=False)
    ]
    return sorted(found, key=lambda one: (-one.vehicles, one.provider))


def _one(name: str, rows: pd.DataFrame, deliveries: Mapping[str, datetime | None]) -> ProviderFreshness:
    number = {word: int(rows[word].sum()) for word in FRESHNESS}
    newest = rows["newest"].max()
    times = [time for connection in rows["connection"].unique() if (time := deliveries.get(connection))]
    return ProviderFreshness(
        name,
        len(rows),
        number[LIVE],
        number[LATE],
        number[SILENT],
        number[CLOCK],
        None if pd.isna(newest) else newest.to_pydatetime().astimezone(UTC),
        max(times, default=None),
    )
