"""How fresh each provider's vehicles are."""

from datetime import UTC, datetime, timedelta

import pandas as pd

from dashboard.watch.providers import ProviderFreshness, provider_freshness

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def ago(minutes):
    return NOON - timedelta(minutes=minutes)


def frame(*rows):
    """Of rows of provider, source's name, connection, when it was there, and speed."""
    found = pd.DataFrame(
        rows, columns=["provider", "source_name", "connection_id", "occurred_at", "speed"]
    ).astype({"speed": float})
    found["occurred_at"] = pd.to_datetime(found["occurred_at"], utc=True).astype("datetime64[us, UTC]")
    return found.astype(dict.fromkeys(("provider", "source_name", "connection_id"), "category"))


def test_each_provider_has_its_own_numbers_and_the_largest_comes_first():
    seen = frame(
        ("Geotab", "Geotab", "c1", ago(1), 20),
        ("Samsara", "Samsara", "c2", ago(1), 20),
        ("Samsara", "Samsara", "c3", ago(30), 20),
        ("Samsara", "Samsara", "c3", ago(600), 20),
        ("Samsara", "Samsara", "c3", ago(-5), 20),
    )
    deliveries = {"c1": None, "c2": ago(9), "c3": ago(2)}
    assert provider_freshness(seen, deliveries, NOON) == [
        ProviderFreshness("Samsara", 4, 1, 1, 1, 1, ago(-5), ago(2)),
        ProviderFreshness("Geotab", 1, 1, 0, 0, 0, ago(1), None),
    ]


def test_where_the_provider_is_not_known_its_platform_is_named():
    seen = frame(("", "Motive", "c1", None, None), ("", "", "", None, None))
    assert provider_freshness(seen, {}, NOON) == [
        ProviderFreshness("", 1, 0, 0, 1, 0, None, None),
        ProviderFreshness("Motive", 1, 0, 0, 1, 0, None, None),
    ]


def test_no_vehicles_are_no_providers():
    assert provider_freshness(frame(("x", "x", "c", ago(1), 1))[:0], {}, NOON) == []
