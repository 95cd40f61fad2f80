"""What the snapshot of vehicles says about each fleet."""

from datetime import UTC, datetime

import pandas as pd

from dashboard.invitations.fleet_stats import FleetStats, fleet_stats


def test_vehicles_are_counted_by_fleet() -> None:
    when = pd.to_datetime(["2026-03-02T11:00Z", None, "2026-03-01T00:00Z"], format="ISO8601").as_unit("us")
    frame = pd.DataFrame(
        {
            "fleet_id": pd.Categorical(["f1", "f1", "f2"]),
            "fleet": pd.Categorical(["Nord", "Nord", "Sud"]),
            "position_error": pd.Categorical(["", "no position reported", ""]),
            "occurred_at": when,
        }
    )
    assert fleet_stats(frame) == {
        "f1": FleetStats("Nord", 2, 1, datetime(2026, 3, 2, 11, tzinfo=UTC)),
        "f2": FleetStats("Sud", 1, 1, datetime(2026, 3, 1, tzinfo=UTC)),
    }
    assert fleet_stats(frame.iloc[:0]) == {}
