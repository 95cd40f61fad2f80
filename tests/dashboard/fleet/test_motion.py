"""Which vehicles move: places that are only added while a stretch lasts."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet.motion import RESTS_STRETCHES, STANDS, STRETCH_SECONDS, Motion
from tests.dashboard.frames import NOW
from tests.dashboard.histories import METRE

STRETCH = timedelta(seconds=STRETCH_SECONDS)
STILL = 0.0


class Road:
    """Three vehicles side by side, which report in turn."""

    def __init__(self):
        self.motion = Motion()
        self.metres = [0.0, 0.0, 0.0]

    def report(self, at, *, speeds=(STILL, STILL, STILL), live=(True, True, True), ordinals=(0, 1, 2)):
        places = self.motion.update(
            np.array(ordinals, dtype=np.int32),
            np.array([-88.0] * len(ordinals)),
            np.array([40 + self.metres[n] * METRE for n in ordinals]),
            live=np.array(live[: len(ordinals)]),
            speed=np.array(speeds[: len(ordinals)], dtype=np.float64),
            at=at,
        )
        return places.tolist()


def test_who_moves_is_added_and_stays_until_the_stretch_ends():
    road = Road()
    assert road.report(NOW, speeds=(STILL, STILL, 9)) == [STANDS, STANDS, 0]
    assert road.report(NOW + STRETCH / 3, speeds=(9, STILL, STILL)) == [1, STANDS, 0]
    assert road.report(NOW + STRETCH * 0.999, speeds=(9, 9, 9)) == [1, 2, 0]
    assert road.report(NOW + STRETCH, speeds=(9, STILL, 9)) == [1, 2, 0]


def test_who_rests_for_two_hours_leaves_at_the_end_of_a_stretch_and_the_others_keep_their_order():
    road, last = Road(), RESTS_STRETCHES * STRETCH
    assert road.report(NOW, speeds=(9, 9, 9)) == [0, 1, 2]
    assert road.report(NOW + STRETCH / 2, speeds=(9, STILL, STILL)) == [0, 1, 2]
    assert road.report(NOW + last / 2, speeds=(STILL, STILL, 9)) == [0, 1, 2]
    assert road.report(NOW + last + STRETCH * 0.9) == [0, 1, 2]
    assert road.report(NOW + last + STRETCH) == [STANDS, STANDS, 0]
    assert road.report(NOW + last + STRETCH * 1.1, speeds=(STILL, 9, STILL)) == [STANDS, 1, 0]
    assert road.report(NOW + last * 2) == [STANDS, 0, STANDS]


@pytest.mark.parametrize(
    ("metres", "speed", "live", "moves"),
    [
        (0, 0, True, False),
        (0, 0.3, True, True),
        (14, 0, True, False),
        (16, 0, True, True),
        (16, np.nan, True, True),
        (16, 9, False, True),
        (0, 9, False, False),
        (0, np.nan, True, True),
        (0, np.nan, False, False),
        (np.nan, np.nan, True, False),
    ],
)
def test_who_counts_as_moving(metres, speed, live, moves):
    road = Road()
    road.report(NOW)
    road.metres[0] = metres
    places = road.report(NOW, speeds=(speed, STILL, STILL), live=(live, True, True))
    assert places == [0 if moves else STANDS, STANDS, STANDS]


def test_a_vehicle_keeps_its_place_while_it_is_not_heard_of():
    road = Road()
    assert road.report(NOW, speeds=(9, 9, 9)) == [0, 1, 2]
    assert road.report(NOW, ordinals=(0, 2)) == [0, 2]
    assert road.report(NOW) == [0, 1, 2]


@given(st.lists(st.tuples(*[st.sampled_from([0.0, 9.0, np.nan])] * 3), min_size=1, max_size=6))
def test_within_a_stretch_the_rows_of_before_are_the_first_of_the_next(reports):
    road, before = Road(), []
    for speeds in reports:
        places = road.report(NOW, speeds=speeds)
        order = [row for row in np.argsort(places, kind="stable").tolist() if places[row] != STANDS]
        assert order[: len(before)] == before
        assert sorted(place for place in places if place != STANDS) == list(range(len(order)))
        before = order
