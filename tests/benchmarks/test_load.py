"""What the load tool makes of the ticks that its viewers saw."""

import pytest

from benchmarks.load import figures, summed
from benchmarks.viewers import Tick


def seen(*asked, seconds=0.5, news=True):
    return [Tick(moment, seconds, news) for moment in asked]


def test_only_runs_that_bring_a_snapshot_are_ticks_and_only_those_of_the_span_count():
    crowd = [
        [*seen(9, seconds=9), *seen(10, 15, 20), *seen(16, seconds=7, news=False), *seen(25)],
        seen(11, 16, 21),
    ]
    found = figures(crowd, since=10, seconds=15, poll=5)
    assert found["tick_p95_seconds"] == 0.5
    assert found["runs_per_poll"] == pytest.approx(7 / 2 / 3)
    assert found["news_per_poll"] == pytest.approx(1)
    assert found["lost"] == 0


@pytest.mark.parametrize(
    ("moments", "lost"),
    [((10, 15, 20, 25, 30, 35), 0), ((10, 15, 31, 35), 1), ((26,), 1), ((), 1), ((10, 13), 1)],
    ids=["all", "a gap", "at the beginning", "nothing", "at the end"],
)
def test_whoever_has_nothing_new_for_three_polls_is_lost(moments, lost):
    assert figures([seen(*moments)], since=10, seconds=30, poll=5)["lost"] == lost


def test_a_snapshot_is_as_old_as_the_quickest_viewer_says():
    crowd = [[Tick(12, 1, True, version=7, taken=11)], [Tick(14, 1, True, version=7, taken=13.5)]]
    found = figures(crowd, since=10, seconds=10, poll=5)
    assert found["seen_p50_seconds"] == 3
    assert found["seen_p95_seconds"] == pytest.approx(3.9)


def test_of_several_rounds_the_median_is_given_with_its_spread():
    found = summed(
        [{"tick": 3.0, "failures": {}}, {"tick": 1.0, "failures": {}}, {"tick": 2.0, "failures": {}}]
    )
    assert found == {"tick": 2.0, "tick_spread": [1.0, 3.0], "failures": [{}, {}, {}]}
