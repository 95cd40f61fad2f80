"""Telling a silent vehicle from a late provider, by when each connection last delivered locations.

Only the time of the last delivery counts. The status of a connection or schedule alone says nothing here:
connections marked paused were seen to deliver minutes-old data.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from catena_client import DataFreshness
from dashboard.fleet import units

LATE_AFTER = timedelta(minutes=15)
"""Locations are usually delivered every minute; a provider is behind after this long without."""
RESOURCE = "vehicle_location"


@dataclass(frozen=True, slots=True)
class Banner:
    """One provider of one fleet that is behind."""

    provider: str
    fleet: str
    delivered_at: datetime | None
    """When the most overdue of its connections last delivered, aware; None: never."""
    vehicles: int
    """Vehicles, of those given, whose connection is behind."""
    sentence: str


def delivered(rows: Iterable[DataFreshness]) -> dict[str, datetime | None]:
    """Map connection id to when it last delivered vehicle locations; None: never.

    A connection that no row is about is not in the map: nothing is known about it, so it is not late.
    """
    times: dict[str, datetime | None] = {}
    for row in rows:
        if row.resource != RESOURCE:
            continue
        held = times.get(row.connection_id)
        time = row.last_successful_execution_at
        times[row.connection_id] = time if held is None else held if time is None else max(held, time)
    return times


def behind(
    times: Mapping[str, datetime | None], now: datetime, late_after: timedelta = LATE_AFTER
) -> frozenset[str]:
    """Return the ids of the connections whose last delivery is longer ago than `late_after`."""
    return frozenset(
        connection for connection, time in times.items() if time is None or now - time > late_after
    )


def banners(
    frame: pd.DataFrame,
    times: Mapping[str, datetime | None],
    now: datetime,
    late_after: timedelta = LATE_AFTER,
) -> list[Banner]:
    """Say which providers are behind for the vehicles of a frame, most affected vehicles first.

    A connection without vehicles in the frame is not mentioned.
    """
    late = behind(times, now, late_after)
    affected = frame.loc[frame["connection_id"].isin(late), ["provider", "source", "fleet", "connection_id"]]
    groups: dict[tuple[str, str], list[tuple[str, int]]] = {}
    counts = affected.groupby(list(affected.columns), observed=True, dropna=False, sort=False).size()
    for key, count in counts.items():
        provider, source, fleet, connection = (str(part) for part in (key if isinstance(key, tuple) else ()))
        groups.setdefault((provider or source, fleet), []).append((connection, int(count)))
    late_banners = []
    for (provider, fleet), counted in groups.items():
        marks = [times[connection] for connection, count in counted if count]
        if marks:
            oldest = None if None in marks else min(time for time in marks if time is not None)
            late_banners.append(_banner(provider, fleet, oldest, sum(count for _, count in counted), now))
    return sorted(late_banners, key=lambda banner: (-banner.vehicles, banner.provider, banner.fleet))


def _banner(provider: str, fleet: str, time: datetime | None, vehicles: int, now: datetime) -> Banner:
    ago = None if time is None else units.age((now - time).total_seconds())
    happened = "has not delivered yet" if ago is None else f"last delivered {ago}"
    of = f" of {fleet}" if fleet else ""
    affected = f"{vehicles:,} vehicle{'' if vehicles == 1 else 's'} affected"
    return Banner(provider, fleet, time, vehicles, f"{provider}{of} {happened}, {affected}.")
