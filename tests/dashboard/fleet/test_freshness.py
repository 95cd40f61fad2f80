"""Live, late, silent; moving, stopped, unknown."""

from datetime import timedelta
from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet.freshness import FRESHNESS, STATES, Thresholds, ages, freshness_codes, state_codes
from tests.dashboard.frames import NOW, few, vehicles

MIN, H = 60, 3600


@pytest.mark.parametrize(
    ("speed", "age", "fresh", "state"),
    [
        (20.0, 0, "live", "moving"),
        (20.0, 5 * MIN, "live", "moving"),
        (20.0, 5 * MIN + 1, "late", "moving"),
        (20.0, 4 * H, "late", "moving"),
        (20.0, 4 * H + 1, "silent", "silent"),
        (0.0, 5 * MIN + 1, "live", "stopped"),
        (0.0, 24 * H, "live", "stopped"),
        (0.0, 24 * H + 1, "silent", "silent"),
        (0.2, 6 * H, "live", "stopped"),
        (0.447, 6 * H, "silent", "silent"),
        (0.447, 60, "live", "moving"),
        (nan, 60, "live", "unknown"),
        (nan, 10 * MIN, "late", "unknown"),
        (nan, 4 * H + 1, "silent", "silent"),
        (20.0, -119, "live", "moving"),
        (20.0, -121, "clock", "moving"),
        (0.0, -86400, "clock", "stopped"),
        (nan, -3600, "clock", "unknown"),
        (20.0, None, "silent", "silent"),
        (nan, None, "silent", "silent"),
    ],
)
def test_freshness_and_state(speed: float, age: float | None, fresh: str, state: str) -> None:
    frame = vehicles({"speed": speed, "age": age})
    assert FRESHNESS[freshness_codes(frame, NOW)[0]] == fresh
    assert STATES[state_codes(frame, NOW)[0]] == state


speeds = st.one_of(st.just(nan), st.floats(0, 60))


@few
@given(speeds, st.lists(st.floats(0, 10 * 86400), min_size=2, max_size=20).map(sorted))
def test_a_vehicle_never_gets_fresher_by_waiting(speed: float, waited: list[float]) -> None:
    codes = freshness_codes(vehicles(*({"speed": speed, "age": age} for age in waited)), NOW)
    assert (np.diff(codes) >= 0).all()


@few
@given(st.floats(-1e6, 1e6))
def test_a_missing_speed_is_never_taken_for_stopped_or_moving(age: float) -> None:
    assert STATES[state_codes(vehicles({"age": age}), NOW)[0]] in {"unknown", "silent"}


def test_the_limits_are_in_one_place() -> None:
    frame = vehicles({"speed": 20.0, "age": 90})
    strict = Thresholds(moving_live=timedelta(minutes=1))
    assert FRESHNESS[freshness_codes(frame, NOW, strict)[0]] == "late"


def test_ages_are_in_seconds_whatever_the_resolution() -> None:
    frame = vehicles({"age": 1.5}, {"age": None}, {"age": -3})
    np.testing.assert_array_equal(ages(frame, NOW), [1.5, nan, -3.0])
    frame["occurred_at"] = frame["occurred_at"].astype("datetime64[ns, UTC]")
    np.testing.assert_array_equal(ages(frame, NOW), [1.5, nan, -3.0])
