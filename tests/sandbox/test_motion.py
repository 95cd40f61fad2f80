"""Positions are a closed form of time: history, present, speed and odometer say the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.world.corridors import PLACES
from sandbox.world.motion import EPOCH
from sandbox.world.paths import haversine
from tests.sandbox.conftest import START, Rig

HOUR = 3600.0
moments = st.floats(START - 40 * 24 * HOUR, START + 40 * 24 * HOUR)


def one(rig: Rig, number: int):
    motion = rig.sandbox.world.rows.vehicles.motion
    return motion.take(np.array([number % len(motion.period)]))


@settings(max_examples=150)
@given(number=st.integers(0, 1211), now=moments)
def test_the_newest_fix_is_the_last_of_the_history(shared: Rig, number: int, now: float) -> None:
    motion = one(shared, number)
    newest = motion.latest(np.array([now]))[0]
    assert newest <= now
    assert motion.fixes(now - 3 * HOUR, now + 0.001)[-1] == pytest.approx(newest)


@settings(max_examples=60)
@given(number=st.integers(0, 1211), now=moments, split=st.floats(0.0, 1.0))
def test_two_windows_give_what_one_gives(shared: Rig, number: int, now: float, split: float) -> None:
    motion, middle = one(shared, number), now + split * 6 * HOUR
    parts = [motion.fixes(now, middle), motion.fixes(middle, now + 6 * HOUR)]
    assert np.array_equal(np.concatenate(parts), motion.fixes(now, now + 6 * HOUR))


@settings(max_examples=60)
@given(number=st.integers(0, 1211), now=moments)
def test_the_odometer_integrates_the_speed_and_covers_the_way(shared: Rig, number: int, now: float) -> None:
    roads, motion = shared.sandbox.world.roads, one(shared, number)
    t = now + np.arange(0.0, 4 * HOUR, 5.0)
    state = motion.take(np.zeros(len(t), dtype=int)).state(t, roads)
    assert state.speed.min() >= 0
    assert state.speed.max() <= 31
    assert state.fuel_level.min() >= 0
    assert state.fuel_level.max() <= 100
    driven = np.diff(state.odometer)
    assert driven.min() >= 0
    assert driven == pytest.approx((state.speed[1:] + state.speed[:-1]) / 2 * 5.0, abs=8.0)
    moved = haversine(state.lon[:-1], state.lat[:-1], state.lon[1:], state.lat[1:])
    assert (moved <= driven + 1.0).all()
    assert moved.sum() >= 0.9 * driven.sum() - 1_000  # only corners cut it short
    standing = state.speed[1:] + state.speed[:-1] == 0
    assert moved[standing].max(initial=0.0) < 0.01


def test_moving_vehicles_report_every_10_to_60_seconds(shared: Rig) -> None:
    vehicles = shared.sandbox.world.rows.vehicles
    assert vehicles.motion.interval.min() >= 10
    assert vehicles.motion.interval.max() <= 60


def test_readings_of_long_silent_vehicles_are_positive(shared: Rig) -> None:
    world = shared.sandbox.world
    rows = np.arange(len(world.rows.vehicles))
    state = world.state(rows, np.full(len(rows), EPOCH - 200 * 24 * HOUR))
    assert state.odometer.min() > 0
    assert state.engine_hours.min() > 0
    assert np.isfinite(state.lon).all()


def test_vehicles_stay_near_their_roads(shared: Rig) -> None:
    world = shared.sandbox.world
    rows = np.arange(len(world.rows.vehicles))
    state = world.state(rows, np.full(len(rows), START))
    places = np.array([(p.lon, p.lat) for p in PLACES])
    nearest = places[state.place]
    assert haversine(state.lon, state.lat, nearest[:, 0], nearest[:, 1]).max() < 300_000
    assert -125 < state.lon.min() < state.lon.max() < -65
    assert 18 < state.lat.min() < state.lat.max() < 53
