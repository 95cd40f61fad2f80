"""Stops: found in spite of jitter, and none made up."""

import pytest

from dashboard.fleet.replay import stop_label, stop_marks
from tests.dashboard.histories import METRE, drive, stand, trail


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
    assert found.stats.stopped_seconds == stop.seconds
    assert found.stats.moving_seconds == pytest.approx(2400, abs=180)
    assert found.stats.distance == pytest.approx(15 * 2400, rel=0.08)
    assert [mark["label"] for mark in stop_marks(found, "T")] == [stop_label(stop)]


def test_one_glitch_does_not_end_a_stop_nor_add_distance() -> None:
    rows = stand(0, 1800, 5, 10)
    rows[10] = (600, 5.5, 10.3, 0.0)
    found = trail(*rows)
    (stop,) = found.stops
    assert stop.seconds == 1800
    assert found.stats.distance == 0


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


def test_driving_off_and_back_between_rare_fixes_is_not_a_stop() -> None:
    assert trail((0, 5, 10, 0), (600, 5.1, 10.1, 0), (1200, 5, 10, 0)).stops == ()


@pytest.mark.parametrize(("seconds", "number"), [(240, 0), (299, 0), (300, 1), (301, 1)])
def test_a_stop_begins_at_five_minutes(seconds: float, number: int) -> None:
    assert len(trail((0, 5, 10, 0), (150, 5, 10, 0), (seconds, 5, 10, 0)).stops) == number


def test_two_stops_apart_are_two() -> None:
    found = trail(*stand(0, 600, 5, 10), *stand(900, 600, 5, 10.05))
    assert [(stop.first, stop.last) for stop in found.stops] == [(0, 10), (11, 21)]


def test_a_stop_over_a_hole_says_what_nobody_saw() -> None:
    found = trail(*stand(0, 600, 5, 10), *stand(600 + 7200, 600, 5, 10))
    (stop,) = found.stops
    assert (stop.seconds, stop.longest_hole) == (8400, 7200)
    assert stop_label(stop) == "stopped 2 h 20 min, unseen for up to 2 h"
    assert found.stats.gaps == 1


@pytest.mark.parametrize(
    ("lon", "lat"), [(0.0, 51.0), (10.0, 0.0), (180.0, 5.0), (-180.0, 5.0), (10.0, 85.0)]
)
def test_stops_on_special_lines(lon: float, lat: float) -> None:
    rows = stand(0, 900, lon, lat, jitter=0)
    if abs(lon) == 180:
        rows = [(s, -lon if n < 8 else lon, y, v) for n, (s, _, y, v) in enumerate(rows)]
    (stop,) = trail(*rows).stops
    assert (abs(stop.lon), stop.lat) == (pytest.approx(abs(lon)), pytest.approx(lat))
