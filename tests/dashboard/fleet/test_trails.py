"""Trails: gaps, stops, distances, and nobody lost on the equator."""

from datetime import timedelta
from math import nan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet.lines import cut, simplify
from dashboard.fleet.replay import paths, positions, stop_label, stop_marks, time_range
from dashboard.fleet.trails import Trail, metres_between, possible, trails
from tests.dashboard.frames import NOW

METRE = 1 / 111_195.08
"""Degrees of latitude."""


def fixes(*rows: tuple[float | None, float, float, float | None], vehicle: str = "a") -> pd.DataFrame:
    """Rows of (seconds, lon, lat, speed)."""
    frame = pd.DataFrame(rows, columns=["seconds", "lon", "lat", "speed"]).astype("float64")
    times = pd.Series([pd.NaT if s is None or s != s else NOW + timedelta(seconds=s) for s, *_ in rows])
    frame["occurred_at"] = pd.to_datetime(times, utc=True).astype("datetime64[us, UTC]")
    return frame.assign(vehicle_id=vehicle)


def trail(*rows: tuple[float | None, float, float, float | None]) -> Trail:
    return trails(fixes(*rows))["a"]


def drive(
    start: float, seconds: float, lon: float, speed: float, every: float = 60
) -> list[tuple[float, float, float, float]]:
    """Northwards from latitude 10 at a steady speed."""
    steps = int(seconds // every) + 1
    return [(start + n * every, lon, 10 + speed * n * every * METRE, speed) for n in range(steps)]


def stand(
    start: float,
    seconds: float,
    lon: float,
    lat: float,
    *,
    jitter: float = 0,
    every: float = 60,
    speed: float | None = 0.0,
) -> list[tuple[float, float, float, float | None]]:
    spread = np.random.default_rng(3).uniform(-jitter, jitter, (10_000, 2)) * METRE
    return [
        (start + n * every, lon + spread[n][0], lat + spread[n][1], speed)
        for n in range(int(seconds // every) + 1)
    ]


def test_fixes_are_sorted_and_told_apart_by_vehicle_and_time() -> None:
    found = trail((60, 1, 2, 3), (0, 1, 1, nan), (60, 1, 2, 3), (0, 1, 1, 5), (None, 1, 1, 1))
    assert found.lat.tolist() == [1, 2]
    assert found.speed.tolist() == [5, 3]
    assert (found.summary.fixes, found.summary.dropped) == (2, 3)


def test_vehicles_do_not_mix() -> None:
    both = pd.concat([fixes((0, 1, 1, 1), (60, 1, 2, 1)), fixes((30, 50, 50, 1), vehicle="b")])
    found = trails(both)
    assert {key: len(one.times) for key, one in found.items()} == {"a": 2, "b": 1}
    assert found["a"].lon.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("lon", "lat", "kept"),
    [
        (0.0, 51.5, True),
        (-60.0, 0.0, True),
        (180.0, 10.0, True),
        (-180.0, -10.0, True),
        (20.0, 90.0, True),
        (20.0, -90.0, True),
        (0.0, 0.0, False),
        (180.1, 10.0, False),
        (10.0, 90.1, False),
        (nan, 10.0, False),
        (10.0, nan, False),
        (float("inf"), 1.0, False),
    ],
)
def test_only_impossible_places_are_dropped(lon: float, lat: float, kept: bool) -> None:
    assert len(trail((0, lon, lat, 1)).times) == int(kept)


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=30))
def test_no_possible_place_is_lost(places: list[tuple[float, float]]) -> None:
    rows = [(60 * n, lon, lat, None) for n, (lon, lat) in enumerate(places)]
    expected = sum(place != (0, 0) for place in places)
    assert len(trail(*rows).times) == expected


def test_a_line_ends_at_a_hole_of_more_than_15_minutes_and_not_before() -> None:
    found = trail((0, 1, 1, 9), (900, 1, 1.1, 9), (1801, 1, 1.2, 9), (1860, 1, 1.3, 9))
    drawn = [line["path"] for line in paths(found, "T")]
    assert drawn == [[[1, 1], [1, 1.1]], [[1, 1.2], [1, 1.3]]]
    assert found.summary.gaps == 1
    assert found.summary.distance == pytest.approx(0.2 / METRE, rel=1e-6)


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
    assert found.summary.distance < 1_200_000
    (place,) = positions({"a": found}, NOW + timedelta(seconds=30))
    assert abs(place["lon"]) == pytest.approx(180)


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90), st.integers(1, 2000)), max_size=20))
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
    assert found.summary.distance == pytest.approx(2 / METRE, rel=1e-6)


def test_a_straight_drive_is_drawn_with_few_points() -> None:
    over = (np.linspace(179.9, 180.1, 50) + 180) % 360 - 180
    assert simplify(over, np.zeros(50)).tolist() == [0, 49]
    (line,) = paths(trail(*drive(0, 3600, 5, 15)), "T")
    assert len(line["path"]) == 2


def test_distance_is_the_great_circle() -> None:
    assert metres_between(np.array([0.0, 0.0]), np.array([0.0, 1.0]))[0] == pytest.approx(111_195, rel=1e-4)
    assert metres_between(np.array([179.5, -179.5]), np.array([0.0, 0.0]))[0] == pytest.approx(
        111_195, rel=1e-4
    )
    assert metres_between(np.array([5.0, 5.0]), np.array([-90.0, 90.0]))[0] == pytest.approx(
        20_015_115, rel=1e-4
    )
    # London to New York by the haversine formula.
    assert metres_between(np.array([-0.1278, -74.006]), np.array([51.5074, 40.7128]))[0] == pytest.approx(
        5_570_000, rel=2e-3
    )


@pytest.mark.parametrize(
    ("jitter", "speed"),
    [(0, 0.0), (40, None), (80, 0.0), (40, 0.0)],
    ids=["still", "no speed", "strong", "weak"],
)
def test_a_stop_is_found_in_spite_of_jitter(jitter: float, speed: float | None) -> None:
    there = drive(0, 1200, 5, 15)
    at = there[-1][2]
    parked = stand(1260, 3540, 5, at, jitter=jitter, speed=speed)
    away = [(4860 + n * 60, 5, at + 15 * 60 * (n + 1) * METRE, 15) for n in range(20)]
    found = trail(*there, *parked, *away)
    (stop,) = found.stops
    assert stop.seconds == pytest.approx(3540, abs=120)
    assert stop.longest_hole == 0
    assert abs(stop.lat - at) < 30 * METRE
    assert found.summary.stopped_seconds == stop.seconds
    assert found.summary.moving_seconds == pytest.approx(2400, abs=180)
    assert found.summary.distance == pytest.approx(15 * 2400, rel=0.08)
    assert [mark["label"] for mark in stop_marks(found, "T")] == [stop_label(stop)]


def test_one_glitch_does_not_end_a_stop_nor_add_distance() -> None:
    rows = stand(0, 1800, 5, 10)
    rows[10] = (600, 5.5, 10.3, 0.0)
    found = trail(*rows)
    (stop,) = found.stops
    assert stop.seconds == 1800
    assert found.summary.distance == 0


def test_two_far_fixes_in_a_row_are_no_glitch() -> None:
    rows = stand(0, 1800, 5, 10)
    rows[10] = rows[11] = (600, 5.01, 10.01, 0.0)
    rows[11] = (660, 5.01, 10.01, 0.0)
    assert [(stop.first, stop.last) for stop in trail(*rows).stops] == [(0, 9), (12, 30)]


def test_a_stop_is_around_its_middle_and_not_around_its_first_fix() -> None:
    offsets = [60, 0, -30, -40, 20] + [-40, 20] * 8
    rows = [(60 * n, 5, 10 + off * METRE, None) for n, off in enumerate(offsets)]
    (stop,) = trail(*rows).stops
    assert (stop.first, stop.last) == (0, len(rows) - 1)


def test_jitter_at_rest_is_not_driving_even_for_a_moment() -> None:
    numbers = trail(*((10 * n, 5, 10 + (n % 2) * 20 * METRE, 0.0) for n in range(20))).summary
    assert (numbers.moving_seconds, numbers.stopped_seconds) == (0, 0)


def test_driving_off_and_back_between_rare_fixes_is_not_a_stop() -> None:
    assert trail((0, 5, 10, 0), (600, 5.1, 10.1, 0), (1200, 5, 10, 0)).stops == ()


@pytest.mark.parametrize(("seconds", "number"), [(240, 0), (299, 0), (300, 1), (301, 1)])
def test_a_stop_begins_at_five_minutes(seconds: float, number: int) -> None:
    assert len(trail((0, 5, 10, 0), (150, 5, 10, 0), (seconds, 5, 10, 0)).stops) == number


def test_slow_traffic_is_not_a_stop_and_a_red_light_is_not_driving() -> None:
    jam = trail(*drive(0, 1800, 5, 1.5))
    assert jam.stops == ()
    assert jam.summary.moving_seconds == 1800
    light = trail(
        (0, 5, 10, 15), (60, 5, 10.01, 15), (120, 5, 10.01, 0), (180, 5, 10.01, 0), (240, 5, 10.02, 15)
    )
    assert light.summary.moving_seconds == 120


def test_two_stops_apart_are_two() -> None:
    found = trail(*stand(0, 600, 5, 10), *stand(900, 600, 5, 10.05))
    assert [(stop.first, stop.last) for stop in found.stops] == [(0, 10), (11, 21)]


def test_a_stop_over_a_hole_says_what_nobody_saw() -> None:
    found = trail(*stand(0, 600, 5, 10), *stand(600 + 7200, 600, 5, 10))
    (stop,) = found.stops
    assert (stop.seconds, stop.longest_hole) == (8400, 7200)
    assert stop_label(stop) == "stopped 2 h 20 min, unseen for up to 2 h"
    assert found.summary.gaps == 1


@pytest.mark.parametrize(
    ("lon", "lat"), [(0.0, 51.0), (10.0, 0.0), (180.0, 5.0), (-180.0, 5.0), (10.0, 89.999)]
)
def test_stops_on_special_lines(lon: float, lat: float) -> None:
    rows = stand(0, 900, lon, lat, jitter=0)
    if abs(lon) == 180:
        rows = [(s, -lon if n < 8 else lon, y, v) for n, (s, _, y, v) in enumerate(rows)]
    (stop,) = trail(*rows).stops
    assert (abs(stop.lon), stop.lat) == (pytest.approx(abs(lon)), pytest.approx(lat))


def test_top_speed_is_reported_and_only_worked_out_when_nobody_reported_one() -> None:
    reported = trail((0, 5, 10, 12), (60, 5, 10.05, None)).summary
    assert (reported.top_speed, reported.top_speed_derived) == (12, False)
    derived = trail((0, 5, 10, None), (60, 5, 10 + 1200 * METRE, None)).summary
    assert derived.top_speed == pytest.approx(20, rel=1e-3)
    assert derived.top_speed_derived
    hole = trail((0, 5, 10, None), (3600, 6, 10, None)).summary
    assert (hole.top_speed, hole.top_speed_derived, hole.distance) == (None, False, 0)
    glitch = trail((0, 5, 10, None), (1, 5.1, 10, None)).summary
    assert glitch.top_speed is None


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


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1200), st.floats(-1, 1), st.floats(-1, 1), st.one_of(st.none(), st.floats(0, 40))
        ),
        max_size=40,
    )
)
def test_the_numbers_agree_with_each_other(rows: list[tuple[int, float, float, float | None]]) -> None:
    seconds = np.cumsum([gap for gap, *_ in rows]).tolist()
    data = fixes(
        *((s, 20 + x * 0.01, 40 + y * 0.01, v) for s, (_, x, y, v) in zip(seconds, rows, strict=True))
    )
    for one in trails(data).values():
        numbers = one.summary
        assert numbers.fixes + numbers.dropped == len(rows)
        length = metres_between(one.lon, one.lat)
        assert 0 <= numbers.distance <= length.sum() + 1e-6
        spread = float((one.times[-1] - one.times[0]) / np.timedelta64(1, "s")) if len(one.times) else 0
        assert numbers.moving_seconds + numbers.stopped_seconds <= spread + 1e-6
        assert all(stop.seconds >= 300 for stop in one.stops)
        assert all(a.last < b.first for a, b in zip(one.stops, one.stops[1:], strict=False))


def test_the_slider_spans_all_trails() -> None:
    both = trails(pd.concat([fixes((0, 1, 1, 1), (60, 1, 2, 1)), fixes((-30, 5, 5, 1), vehicle="b")]))
    assert time_range(both.values()) == (NOW - timedelta(seconds=30), NOW + timedelta(seconds=60))
    assert time_range([]) is None


def test_nothing_gives_no_trails() -> None:
    assert trails(fixes()) == {}
    nowhere = trail((0, 0, 0, 1))
    assert (nowhere.summary.fixes, nowhere.stops, nowhere.summary.top_speed) == (0, (), None)
    assert paths(nowhere, "T") == []
    assert positions({"a": nowhere}, NOW) == []


def test_possible_is_told_for_whole_arrays() -> None:
    assert possible(np.array([0.0, 0.0]), np.array([0.0, 1.0])).tolist() == [False, True]
