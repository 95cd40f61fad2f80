"""Lines to draw: few points, none far beside the fixes, cut at the antimeridian."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet.lines import cut, simplify
from dashboard.fleet.replay import paths
from tests.dashboard.histories import METRE, drive, trail


@given(
    st.lists(st.tuples(st.integers(-60, 60), st.integers(-60, 60)), min_size=2, max_size=60),
    st.sampled_from([0.0, 179.9999]),
)
def test_no_fix_lies_far_beside_its_line(steps: list[tuple[int, int]], start: float) -> None:
    lon = (start + np.cumsum([x for x, _ in steps]) * METRE + 180) % 360 - 180
    lat = 10 + np.cumsum([y for _, y in steps]) * METRE
    kept = simplify(lon, lat)
    assert (kept[0], kept[-1]) == (0, len(lon) - 1)
    x = (np.unwrap(lon, period=360) - start) / METRE * np.cos(np.radians(10))
    y = (lat - 10) / METRE
    for index in range(len(lon)):
        after = int(np.searchsorted(kept, index, side="right"))
        a, b = kept[max(after - 1, 0)], kept[min(after, len(kept) - 1)]
        along = np.array([x[b] - x[a], y[b] - y[a]])
        across = np.array([x[index] - x[a], y[index] - y[a]])
        share = float(np.clip(across @ along / (along @ along), 0, 1)) if (along @ along) else 0.0
        assert np.hypot(*(across - share * along)) <= 5.5


def test_the_antimeridian_is_one_line_from_either_side() -> None:
    found = trail((0, 180, 10, 9), (60, -180, 11, 9), (120, 180, 12, 9))
    ends = [line["path"] for line in paths(found, "T")]
    assert list(cut([[180, 10], [-180, 11]])) == [[[180, 10], [180, 10]], [[-180, 10], [-180, 11]]]
    assert ends[0][0] == [180, 10]
    assert ends[-1][-1] == [180, 12]
    assert found.stats.distance == pytest.approx(2 / METRE, rel=1e-6)


def test_a_straight_drive_is_drawn_with_few_points() -> None:
    over = (np.linspace(179.9, 180.1, 50) + 180) % 360 - 180
    assert simplify(over, np.zeros(50)).tolist() == [0, 49]
    (line,) = paths(trail(*drive(0, 3600, 5, 15)), "T")
    assert len(line["path"]) == 2
