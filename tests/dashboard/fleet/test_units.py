"""Numbers as people read them."""

from datetime import UTC, datetime, timedelta, timezone
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet import units


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (units.speed(20.1168, metric=False), "45 mph"),
        (units.speed(20.1168, metric=True), "72 km/h"),
        (units.speed(0.0, metric=False), "0 mph"),
        (units.speed(-0.01, metric=True), "0 km/h"),
        (units.distance(1609.344, metric=False), "1.0 mi"),
        (units.distance(500_000_000, metric=True), "500,000 km"),
        (units.distance(500_000_000, metric=False), "310,686 mi"),
        (units.distance(99_960, metric=True), "100 km"),
        (units.temperature(358.15, metric=True), "85 °C"),
        (units.temperature(358.15, metric=False), "185 °F"),
        (units.temperature(273.0, metric=True), "0 °C"),
        (units.percent(61.7), "62 %"),
        (units.percent(0.0), "0 %"),
        (units.hours(1234.5), "1,234.5 h"),
        (units.duration(12.9), "12 s"),
        (units.duration(300), "5 min"),
        (units.duration(7_800), "2 h 10 min"),
        (units.duration(7_200), "2 h"),
        (units.duration(86_400), "1 day"),
        (units.duration(3 * 86_400 + 4 * 3600), "3 days 4 h"),
        (units.age(0), "0 s ago"),
        (units.age(12), "12 s ago"),
        (units.age(59.9), "59 s ago"),
        (units.age(180), "3 min ago"),
        (units.age(5 * 3600), "5 h ago"),
        (units.age(86_400), "1 day ago"),
        (units.age(2 * 86_400), "2 days ago"),
        (units.age(-600), "in 10 min"),
        (units.age(-0.4), "0 s ago"),
        (
            units.moment(datetime(2026, 5, 4, 14, 0, 7, tzinfo=timezone(timedelta(hours=2)))),
            "2026-05-04 12:00:07 UTC",
        ),
        (units.moment(datetime(2026, 5, 4, tzinfo=UTC)), "2026-05-04 00:00:00 UTC"),
    ],
)
def test_numbers_are_said_as_people_read_them(said: str | None, expected: str) -> None:
    assert said == expected


@pytest.mark.parametrize("unknown", [None, nan, float("inf")])
def test_what_is_unknown_is_never_a_number(unknown: float | None) -> None:
    said = [
        f(unknown, metric=m) for f in (units.speed, units.distance, units.temperature) for m in (True, False)
    ]
    said += [f(unknown) for f in (units.percent, units.hours, units.duration, units.age)]
    assert said == [None] * len(said)


@given(st.floats(-1e9, 1e9))
def test_no_age_is_said_to_be_more_than_it_is(seconds: float) -> None:
    said = units.age(seconds)
    assert said is not None
    count = int(said.removeprefix("in ").split()[0])
    size = {"s": 1, "min": 60, "h": 3600, "day": 86400, "days": 86400}[said.removeprefix("in ").split()[1]]
    assert count * size <= abs(seconds) < (count + 1) * size
