"""So many times in so many seconds, never more and, kept to, never fewer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboard.runtime.rate import Rate
from tests.dashboard.door.knocking import Clock

MOMENTS = st.lists(st.floats(0, 100), min_size=1, max_size=60).map(sorted)


@given(MOMENTS, st.integers(1, 10))
def test_at_once_and_then_at_an_even_pace(moments, times):
    clock = Clock(0)
    rate = Rate(times, 10.0, clock)
    taken = []
    for moment in moments:
        clock.now = moment
        wait = rate.take("a")
        assert wait == 0 or 0 < wait <= 10.000001
        if wait == 0:
            taken.append(moment)
    assert taken[:1] == moments[:1]
    for end in taken:
        # A full burst, and what has come free since.
        assert sum(end - 10 < moment <= end for moment in taken) <= 2 * times
    assert len(taken) <= times + (moments[-1] - moments[0]) * times / 10 + 1e-3


def test_the_wait_that_is_said_is_enough():
    clock = Clock(0)
    rate = Rate(3, 30.0, clock)
    assert [rate.take("a") for _ in range(3)] == [0, 0, 0]
    clock.now += rate.take("a")
    assert rate.take("a") == 0
    assert rate.take("a") > 0
    assert rate.take("b") == 0


def test_what_is_too_much_at_once_is_not_counted():
    rate = Rate(3, 30.0, Clock(0))
    assert rate.take("a", 4) > 0
    assert rate.take("a", 3) == 0
