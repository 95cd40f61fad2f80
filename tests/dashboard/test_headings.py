"""Headings: from successive fixes, and only once a vehicle has moved."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.headings import Headings, bearing, distance


def degrees(*values):
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((0, 0), (0, 1), 0),
        ((0, 0), (1, 0), 90),
        ((0, 1), (0, 0), 180),
        ((1, 0), (0, 0), 270),
        ((179.9, 0), (-179.9, 0), 90),
    ],
)
def test_bearing(start, end, expected):
    found = bearing(degrees(start[0]), degrees(start[1]), degrees(end[0]), degrees(end[1]))
    assert found[0] == pytest.approx(expected, abs=1e-6)


def test_distance_of_one_degree_of_latitude():
    assert distance(degrees(0), degrees(0), degrees(0), degrees(1))[0] == pytest.approx(111_195, rel=1e-4)


def test_no_heading_until_a_vehicle_has_moved_fifteen_metres():
    headings, ordinals = Headings(), np.array([0], dtype=np.int32)
    metre = 1 / 111_195
    assert np.isnan(headings.update(ordinals, degrees(0), degrees(50))[0])
    assert np.isnan(headings.update(ordinals, degrees(0), degrees(50 + 10 * metre))[0])
    # The small step is not forgotten: it and the next one together are a move.
    assert headings.update(ordinals, degrees(0), degrees(50 + 16 * metre))[0] == pytest.approx(0, abs=1e-6)
    # Standing still afterwards keeps the heading.
    assert headings.update(ordinals, degrees(0), degrees(50 + 17 * metre))[0] == pytest.approx(0, abs=1e-6)


def test_losing_the_position_for_a_while_keeps_the_anchor():
    headings, ordinals = Headings(), np.array([0], dtype=np.int32)
    headings.update(ordinals, degrees(0), degrees(0))
    headings.update(ordinals, degrees(np.nan), degrees(np.nan))
    assert headings.update(ordinals, degrees(1), degrees(0))[0] == pytest.approx(90)


def test_vehicles_do_not_mix_when_others_come_and_go():
    headings = Headings()
    headings.update(np.array([0, 1], dtype=np.int32), degrees(0, 10), degrees(0, 0))
    found = headings.update(np.array([1, 5], dtype=np.int32), degrees(11, 20), degrees(0, 0))
    assert found[0] == pytest.approx(90)
    assert np.isnan(found[1])
    assert headings.update(np.array([0], dtype=np.int32), degrees(0), degrees(1))[0] == pytest.approx(
        0, abs=1e-6
    )


@given(st.floats(-180, 180), st.floats(-85, 85), st.floats(0, 359.9), st.floats(20, 50_000))
def test_walking_along_a_bearing_gives_it_back(lon, lat, course, metres):
    angle, phi = np.radians(course), np.radians(lat)
    arc = metres / 6_371_008.8
    phi2 = np.arcsin(np.sin(phi) * np.cos(arc) + np.cos(phi) * np.sin(arc) * np.cos(angle))
    lon2 = lon + np.degrees(
        np.arctan2(np.sin(angle) * np.sin(arc) * np.cos(phi), np.cos(arc) - np.sin(phi) * np.sin(phi2))
    )
    found = bearing(degrees(lon), degrees(lat), degrees(lon2), degrees(np.degrees(phi2)))[0]
    assert abs((found - course + 180) % 360 - 180) < 0.01
    assert distance(degrees(lon), degrees(lat), degrees(lon2), degrees(np.degrees(phi2)))[0] == pytest.approx(
        metres, rel=1e-3
    )
