"""Positions: which can be drawn, how far apart they are and in which direction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet.geo import bearing, distance, position_error, usable


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


@pytest.mark.parametrize(
    ("start", "end", "metres", "precision"),
    [
        ((0, 0), (0, 1), 111_195, 1e-4),
        ((179.5, 0), (-179.5, 0), 111_195, 1e-4),
        ((5, -90), (5, 90), 20_015_115, 1e-4),
        pytest.param((-0.1278, 51.5074), (-74.006, 40.7128), 5_570_000, 2e-3, id="London to New York"),
    ],
)
def test_distance_is_the_great_circle(start, end, metres, precision):
    found = distance(degrees(start[0]), degrees(start[1]), degrees(end[0]), degrees(end[1]))
    assert found[0] == pytest.approx(metres, rel=precision)


def test_usable_is_told_for_whole_arrays():
    assert usable(degrees(0, 0), degrees(0, 1)).tolist() == [False, True]


@given(
    st.floats() | st.sampled_from([0.0, -0.0, 180.0, -180.0]),
    st.floats() | st.sampled_from([0.0, -0.0, 85.0511, -85.0511, 90.0]),
)
def test_the_rule_for_one_position_and_for_many_is_the_same(lon, lat):
    assert usable(degrees(lon), degrees(lat))[0] == (position_error(lon, lat) == "")
