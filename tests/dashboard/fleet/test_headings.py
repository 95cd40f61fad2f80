"""Headings: from successive fixes, and only once a vehicle has moved."""

import numpy as np
import pytest

from dashboard.fleet.headings import Headings
from tests.dashboard.histories import METRE


def degrees(*values):
    return np.array(values, dtype=np.float64)


class Track:
    """One vehicle whose fixes come in turn."""

    def __init__(self):
        self._headings, self._ordinals = Headings(), np.array([0], dtype=np.int32)

    def fix(self, seconds, lon, lat):
        return self._headings.update(self._ordinals, degrees(lon), degrees(lat), degrees(seconds))[0]


def test_no_heading_until_a_vehicle_has_moved_fifteen_metres():
    track = Track()
    assert np.isnan(track.fix(0, 0, 50))
    assert np.isnan(track.fix(60, 0, 50 + 10 * METRE))
    # The small step is not forgotten: it and the next one together are a move.
    assert track.fix(120, 0, 50 + 26 * METRE) == pytest.approx(0, abs=1e-6)
    # Standing still afterwards keeps the heading, however long.
    assert track.fix(180, 0, 50 + 27 * METRE) == pytest.approx(0, abs=1e-6)
    assert track.fix(9999, 0, 50 + 27 * METRE) == pytest.approx(0, abs=1e-6)


def test_losing_the_position_for_a_while_keeps_the_anchor():
    track = Track()
    track.fix(0, 0, 0)
    track.fix(60, np.nan, np.nan)
    assert track.fix(120, 0.01, 0) == pytest.approx(90)


@pytest.mark.parametrize(
    ("seconds", "metres"),
    [
        pytest.param(60, 5_000, id="faster than any truck"),
        pytest.param(0, 500, id="elsewhere at the same time"),
        pytest.param(-30, 500, id="before the last one"),
        pytest.param(301, 500, id="after a longer silence than a fresh fix may have"),
    ],
)
def test_a_jump_or_a_gap_gives_no_heading_and_ends_the_one_there_was(seconds, metres):
    track = Track()
    track.fix(0, 0, 0)
    assert track.fix(60, 0, 500 * METRE) == pytest.approx(0, abs=1e-6)
    assert np.isnan(track.fix(60 + seconds, 0, (500 + metres) * METRE))
    onwards = track.fix(400 + seconds, METRE * 100, (500 + metres) * METRE)
    assert np.isnan(onwards), "another gap"
    assert track.fix(430 + seconds, METRE * 200, (500 + metres) * METRE) == pytest.approx(90, abs=0.1)


def test_vehicles_do_not_mix_when_others_come_and_go():
    headings = Headings()
    headings.update(np.array([0, 1], dtype=np.int32), degrees(0, 10), degrees(0, 0), degrees(0, 0))
    found = headings.update(
        np.array([1, 5], dtype=np.int32), degrees(10.01, 20), degrees(0, 0), degrees(60, 60)
    )
    assert found[0] == pytest.approx(90)
    assert np.isnan(found[1])
    found = headings.update(np.array([0], dtype=np.int32), degrees(0), degrees(0.01), degrees(60))
    assert found[0] == pytest.approx(0, abs=1e-6)
