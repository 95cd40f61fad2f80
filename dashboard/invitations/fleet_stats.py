"""What the snapshot of vehicles says about each fleet."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd


@dataclass(frozen=True, slots=True)
class FleetStats:
    """One fleet's vehicles, in numbers."""

    name: str
    vehicles: int
    placed: int
    """Vehicles that can be drawn."""
    newest: datetime | None
    """When the newest position was taken, aware UTC; None without any."""


def fleet_stats(vehicles: pd.DataFrame) -> dict[str, FleetStats]:
    """Count a snapshot's vehicles by fleet id. Those that no fleet is known of are left out."""
    if vehicles.empty:
        return {}
    groups = vehicles.assign(placed=vehicles["position_error"] == "").groupby("fleet_id", observed=True)
    table = groups.agg(
        fleet=("fleet", "first"),
        vehicles=("fleet_id", "size"),
        placed=("placed", "sum"),
        newest=("occurred_at", "max"),
    )
    newest = [None if pd.isna(moment) else moment.to_pydatetime() for moment in table["newest"]]
    rows = zip(table.index, table["fleet"], table["vehicles"], table["placed"], newest, strict=True)
    return {
        str(fleet_id): FleetStats(str(name), int(vehicles), int(placed), last)
        for fleet_id, name, vehicles, placed, last in rows
        if fleet_id
    }
