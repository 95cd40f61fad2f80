"""Which providers are behind."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catena_client import DataFreshness
from dashboard.fleet.freshness import FRESHNESS, freshness_codes
from dashboard.fleet.providers import RESOURCE, banners, behind, delivered
from tests.dashboard.frames import NOW, vehicles


def row(connection: str, minutes: float | None, **given: str) -> DataFreshness:
    known = {
        "resource": RESOURCE,
        "fleet_id": "f",
        "source_name": "s",
        "tsp_id": "t",
        "tsp_slug": "g",
    } | given
    time = None if minutes is None else NOW - timedelta(minutes=minutes)
    return DataFreshness(connection_id=connection, last_successful_execution_at=time, **known)


def fleet(
    connection: str, number: int, provider: str = "Geotab", name: str = "Fleet X"
) -> list[dict[str, str]]:
    return [{"connection_id": connection, "provider": provider, "fleet": name, "source": "geotab"}] * number


def test_a_provider_that_is_behind_is_told_with_the_vehicles_it_affects() -> None:
    frame = vehicles(*fleet("c1", 118), *fleet("c2", 7, "Samsara"), *fleet("c3", 1, "", "<b>Y</b>"))
    times = delivered([row("c1", 42), row("c2", 3), row("c3", None)])
    assert [b.sentence for b in banners(frame, times, NOW)] == [
        "Geotab of Fleet X last delivered 42 min ago, 118 vehicles affected.",
        "geotab of <b>Y</b> has not delivered yet, 1 vehicle affected.",
    ]


def test_two_late_connections_of_one_provider_are_one_banner_with_the_older_time() -> None:
    frame = vehicles(*fleet("c1", 2), *fleet("c2", 3), *fleet("c3", 9))
    (banner,) = banners(frame, delivered([row("c1", 60), row("c2", 120), row("c3", 1)]), NOW)
    assert banner.sentence == "Geotab of Fleet X last delivered 2 h ago, 5 vehicles affected."
    assert banner.delivered_at == NOW - timedelta(hours=2)


@pytest.mark.parametrize(
    ("minutes", "late"),
    [(0, False), (15, False), (15.1, True), (60 * 24 * 400, True), (None, True), (-5, False)],
)
def test_late_is_judged_by_time(minutes: float | None, late: bool) -> None:
    assert bool(behind(delivered([row("c", minutes)]), NOW)) is late


@pytest.mark.parametrize("status", ["active", "paused", "stale", "cancelled", "deleted"])
def test_the_status_alone_neither_makes_a_provider_late_nor_a_vehicle_grey(status: str) -> None:
    assert not behind(delivered([row("c", 1, schedule_status=status)]), NOW)
    frame = vehicles({"connection_id": "c", "speed": 9.0, "age": 30})
    assert FRESHNESS[freshness_codes(frame, NOW)[0]] == "live"


def test_other_resources_and_unknown_connections_are_not_late() -> None:
    frame = vehicles(*fleet("c1", 3), *fleet("never mentioned", 4))
    assert banners(frame, delivered([row("c1", 900, resource="hos_event")]), NOW) == []


def test_connections_without_vehicles_are_not_mentioned() -> None:
    assert banners(vehicles(), delivered([row("c", None)]), NOW) == []
    assert banners(vehicles(*fleet("other", 2)), delivered([row("c", 99)]), NOW) == []


@given(st.lists(st.tuples(st.sampled_from("abc"), st.one_of(st.none(), st.floats(-9, 9999))), max_size=9))
def test_the_newest_delivery_of_a_connection_counts(given_rows: list[tuple[str, float | None]]) -> None:
    times = delivered([row(connection, minutes) for connection, minutes in given_rows])
    for connection in {c for c, _ in given_rows}:
        known = [NOW - timedelta(minutes=m) for c, m in given_rows if c == connection and m is not None]
        expected: datetime | None = max(known) if known else None
        assert times[connection] == expected
