"""Trails: what is kept of a history, and the numbers that sum it up."""

from math import nan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet.geo import distance
from dashboard.fleet.trails import trails
from tests.dashboard.histories import METRE, drive, fixes, trail


def test_fixes_are_sorted_and_told_apart_by_vehicle_and_time() -> None:
    found = trail((60, 1, 2, 3), (0, 1, 1, nan), (60, 1, 2, 3), (0, 1, 1, 5), (None, 1, 1, 1))
    assert found.lat.tolist() == [1, 2]
    assert found.speed.tolist() == [5, 3]
    assert (found.stats.fixes, found.stats.dropped) == (2, 3)


def test_vehicles_do_not_mix() -> None:
    both = pd.concat([fixes((0, 1, 1, 1), (60, 1, 2, 1)), fixes((30, 50, 50, 1), vehicle="b")])
    found = trails(both)
    assert {key: len(one.times) for key, one in found.items()} == {"a": 2, "b": 1}
    assert found["a"].lon.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("lon", "lat", "kept"),
    [
        (0.0, 51.5, True),
        (-60.0, 0.0, True),
        (180.0, 10.0, True),
        (-180.0, -10.0, True),
        (20.0, 85.05, True),
        (20.0, -85.05, True),
        (20.0, 85.06, False),
        (20.0, -90.0, False),
        (0.0, 0.0, False),
        (180.1, 10.0, False),
        (10.0, 90.1, False),
        (nan, 10.0, False),
        (10.0, nan, False),
        (float("inf"), 1.0, False),
    ],
)
def test_only_positions_that_cannot_be_drawn_are_dropped(lon: float, lat: float, kept: bool) -> None:
    assert len(trail((0, lon, lat, 1)).times) == int(kept)


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-85, 85)), min_size=1, max_size=30))
def test_no_other_position_is_lost(places: list[tuple[float, float]]) -> None:
    rows = [(60 * n, lon, lat, None) for n, (lon, lat) in enumerate(places)]
    expected = sum(place != (0, 0) for place in places)
    assert len(trail(*rows).times) == expected


def test_jitter_at_rest_is_not_driving_even_for_a_moment() -> None:
    numbers = trail(*((10 * n, 5, 10 + (n % 2) * 20 * METRE, 0.0) for n in range(20))).stats
    assert (numbers.moving_seconds, numbers.stopped_seconds) == (0, 0)


def test_slow_traffic_is_not_a_stop_and_a_red_light_is_not_driving() -> None:
    jam = trail(*drive(0, 1800, 5, 1.5))
    assert jam.stops == ()
    assert jam.stats.moving_seconds == 1800
    light = trail(
        (0, 5, 10, 15), (60, 5, 10.01, 15), (120, 5, 10.01, 0), (180, 5, 10.01, 0), (240, 5, 10.02, 15)
    )
    assert light.stats.moving_seconds == 120


def test_top_speed_is_reported_and_only_worked_out_when_nobody_reported_one() -> None:
    reported = trail((0, 5, 10, 12), (60, 5, 10.05, None)).stats
    assert (reported.top_speed, reported.top_speed_derived) == (12, False)
    derived = trail((0, 5, 10, None), (60, 5, 10 + 1200 * METRE, None)).stats
    assert derived.top_speed == pytest.approx(20, rel=1e-3)
    assert derived.top_speed_derived
    hole = trail((0, 5, 10, None), (3600, 6, 10, None)).stats
    assert (hole.top_speed, hole.top_speed_derived, hole.distance) == (None, False, 0)
    glitch = trail((0, 5, 10, None), (1, 5.1, 10, None)).stats
    assert glitch.top_speed is None


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1200), st.floats(-1, 1), st.floats(-1, 1), st.one_of(st.none(), st.floats(0, 40))
        ),
        max_size=40,
    )
)
def test_the_numbers_agree_with_each_other(rows: list[tuple[int, float, float, float | None]]) -> None:
    seconds = np.cumsum([gap for gap, *_ in rows]).tolist()
    data = fixes(
        *((s, 20 + x * 0.01, 40 + y * 0.01, v) for s, (_, x, y, v) in zip(seconds, rows, strict=True))
    )
    for one in trails(data).values():
        numbers = one.stats
        assert numbers.fixes + numbers.dropped == len(rows)
        length = distance(one.lon[:-1], one.lat[:-1], one.lon[1:], one.lat[1:])
        assert 0 <= numbers.distance <= length.sum() + 1e-6
        spread = float((one.times[-1] - one.times[0]) / np.timedelta64(1, "s")) if len(one.times) else 0
        assert numbers.moving_seconds + numbers.stopped_seconds <= spread + 1e-6
        assert all(stop.seconds >= 300 for stop in one.stops)
        assert all(a.last < b.first for a, b in zip(one.stops, one.stops[1:], strict=False))
