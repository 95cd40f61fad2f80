"""Ages in steps, for rows that are to change rarely."""

from datetime import timedelta

import pytest

from dashboard.feed.words import coarse_ages
from dashboard.fleet.motion import STRETCH_SECONDS
from tests.dashboard.frames import NOW, vehicles

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.mark.parametrize(
    ("speed", "age", "said"),
    [
        (0, 12, "live"),
        (0, 20 * HOUR, "live"),
        (0, -90, "live"),
        (9, 12, "live"),
        (9, 12 * MINUTE, "under 2 h ago"),
        (None, 12 * MINUTE, "under 2 h ago"),
        (9, 2 * HOUR, "2 h ago"),
        (0, 25 * HOUR, "1 day ago"),
        (0, 3 * DAY, "3 days ago"),
        (0, -10 * MINUTE, "in 10 min"),
        (0, None, "time unknown"),
    ],
)
def test_ages_are_said_in_steps(speed, age, said):
    frame = vehicles({"speed": speed, "age": age})
    assert list(coarse_ages(frame, NOW)) == [said]


def test_within_a_stretch_nothing_is_said_anew():
    frame = vehicles(*({"speed": 9, "age": HOUR * 5 - seconds} for seconds in range(0, STRETCH_SECONDS, 7)))
    before, *moments = (NOW + timedelta(seconds=later) for later in (0, 100, STRETCH_SECONDS - 1))
    said = list(coarse_ages(frame, before))
    assert all(list(coarse_ages(frame, moment)) == said for moment in moments)
    assert list(coarse_ages(frame, NOW + timedelta(seconds=STRETCH_SECONDS))) != said


def test_what_came_within_the_stretch_is_not_from_the_future():
    later = NOW + timedelta(seconds=STRETCH_SECONDS - 1)
    frame = vehicles({"speed": None, "age": -MINUTE}, {"speed": 0, "age": -MINUTE})
    assert list(coarse_ages(frame, later)) == ["live", "live"]
