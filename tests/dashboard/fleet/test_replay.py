"""Trails as they are drawn: lines, stop marks, and everybody's place at one moment."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet.replay import paths, positions, time_range
from dashboard.fleet.trails import trails
from tests.dashboard.frames import NOW
from tests.dashboard.histories import METRE, fixes, trail


def test_a_line_ends_at_a_hole_of_more_than_15_minutes_and_not_before() -> None:
    found = trail((0, 1, 1, 9), (900, 1, 1.1, 9), (1801, 1, 1.2, 9), (1860, 1, 1.3, 9))
    drawn = [line["path"] for line in paths(found, "T")]
    assert drawn == [[[1, 1], [1, 1.1]], [[1, 1.2], [1, 1.3]]]
    assert found.stats.gaps == 1
    assert found.stats.distance == pytest.approx(0.2 / METRE, rel=1e-6)


def test_lonely_fixes_are_not_lines() -> None:
    assert paths(trail((0, 1, 1, 9), (5000, 2, 2, 9), (10_000, 3, 3, 9)), "T") == []
    assert paths(trail((0, 1, 1, 9)), "T") == []


def test_lines_are_coloured_by_the_speed_on_arrival_and_unknown_is_not_slow() -> None:
    found = trail((0, 1, 1, 0), (60, 1, 1.001, 5), (120, 1, 1.002, 6), (180, 1, 1.1, 33), (240, 1, 1.2, None))
    drawn = paths(found, "<b>T</b>", metric=True)
    assert [(line["speed"], len(line["path"])) for line in drawn] == [
        ("under 24 km/h", 2),
        ("over 113 km/h", 2),
        ("unknown", 2),
    ]
    assert len({tuple(line["color"]) for line in drawn}) == 3
    assert drawn[0]["path"][-1] == drawn[1]["path"][0]
    assert {line["name"] for line in drawn} == {"<b>T</b>"}


@pytest.mark.parametrize("direction", [1, -1])
def test_a_line_over_the_antimeridian_is_cut_and_not_drawn_around_the_world(direction: int) -> None:
    found = trail(
        (0, 179.9 * direction, 10, 9), (60, -179.9 * direction, 20, 9), (120, -179.8 * direction, 20, 9)
    )
    west, east = (line["path"] for line in paths(found, "T"))
    assert west == [[179.9 * direction, 10], [180 * direction, pytest.approx(15)]]
    assert east == [[-180 * direction, pytest.approx(15)], [-179.9 * direction, 20], [-179.8 * direction, 20]]
    assert found.stats.distance < 1_200_000
    (place,) = positions({"a": found}, NOW + timedelta(seconds=30))
    assert abs(place["lon"]) == pytest.approx(180)


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-85, 85), st.integers(1, 2000)), max_size=20))
def test_lines_never_jump_half_the_world_and_join_what_is_joined(
    rows: list[tuple[float, float, int]],
) -> None:
    seconds = np.cumsum([gap for *_, gap in rows]).tolist()
    found = trails(fixes(*((s, lon, lat, 3.0) for s, (lon, lat, _) in zip(seconds, rows, strict=True))))
    for one in found.values():
        drawn = [line["path"] for line in paths(one, "T")]
        assert bool(drawn) == bool(one.joined.any())
        for path in drawn:
            assert len(path) >= 2
            assert (np.abs(np.diff([x for x, _ in path])) <= 180).all()
            assert all(abs(x) <= 180 and abs(y) <= 85.06 for x, y in path)


def test_places_at_a_moment_are_between_near_fixes_and_held_over_holes() -> None:
    found = {"a": trail((0, 10, 20, 9), (600, 11, 22, 9), (3600, 50, 50, 9))}

    def at(seconds: float) -> list[tuple[float, float, float]]:
        rows = positions(found, NOW + timedelta(seconds=seconds))
        return [(row["lon"], row["lat"], row["held_seconds"]) for row in rows]

    assert at(-1) == []
    assert at(0) == [(10, 20, 0)]
    assert at(300) == [(10.5, 21, 0)]
    assert at(600) == [(11, 22, 0)]
    assert at(2000) == [(11, 22, 1400)]
    assert at(3600) == [(50, 50, 0)]
    assert at(9999) == [(50, 50, 6399)]
    assert positions(found, NOW + timedelta(seconds=2000))[0]["speed"] is None


@given(
    st.lists(
        st.tuples(st.integers(1, 3000), st.floats(-179, 179), st.floats(-80, 80)), min_size=1, max_size=15
    ),
    st.floats(-100, 50_000),
)
def test_a_place_at_any_moment_is_one_that_the_fixes_allow(
    rows: list[tuple[int, float, float]], when: float
) -> None:
    seconds = np.cumsum([gap for gap, *_ in rows]).tolist()
    found = trails(fixes(*((s, lon, lat, 3.0) for s, (_, lon, lat) in zip(seconds, rows, strict=True))))
    for row in positions(found, NOW + timedelta(seconds=when)):
        one = found["a"]
        before = [n for n, s in enumerate(seconds) if s <= when][-1] if len(one.times) == len(rows) else None
        if before is None:
            continue
        if row["held_seconds"]:
            assert (row["lon"], row["lat"]) == (one.lon[before], one.lat[before])
            assert before == len(rows) - 1 or not one.joined[before]
        else:
            after = min(before + 1, len(rows) - 1)
            low, high = sorted((one.lat[before], one.lat[after]))
            assert low - 1e-9 <= row["lat"] <= high + 1e-9


def test_the_slider_spans_all_trails() -> None:
    both = trails(pd.concat([fixes((0, 1, 1, 1), (60, 1, 2, 1)), fixes((-30, 5, 5, 1), vehicle="b")]))
    assert time_range(both.values()) == (NOW - timedelta(seconds=30), NOW + timedelta(seconds=60))
    assert time_range([]) is None


def test_nothing_gives_no_trails() -> None:
    assert trails(fixes()) == {}
    nowhere = trail((0, 0, 0, 1))
    assert (nowhere.stats.fixes, nowhere.stops, nowhere.stats.top_speed) == (0, (), None)
    assert paths(nowhere, "T") == []
    assert positions({"a": nowhere}, NOW) == []
