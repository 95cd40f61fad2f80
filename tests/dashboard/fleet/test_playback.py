"""The clock of a replay."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet.playback import SPEEDS, Playback

START = datetime(2026, 5, 4, 6, tzinfo=UTC)
END = START + timedelta(hours=6)
STOPPED = Playback(START, END, at=START, speed=60)


def test_a_clock_that_stands_stays_where_it_is():
    assert STOPPED.moment(0) == STOPPED.moment(1e9) == START
    assert not STOPPED.playing(5)


@pytest.mark.parametrize(
    ("speed", "seconds", "expected"), [(1, 10, 10), (60, 10, 600), (300, 2, 600), (900, 4, 3600)]
)
def test_a_running_clock_is_as_many_times_faster(speed, seconds, expected):
    running = STOPPED.at_speed(speed, 100).play(100)
    assert running.moment(100 + seconds) == START + timedelta(seconds=expected)
    assert running.playing(100 + seconds)


def test_it_stops_at_the_end_and_begins_anew_from_there():
    over = STOPPED.play(0).moment(1e9), STOPPED.play(0).playing(1e9)
    assert over == (END, False)
    again = STOPPED.play(0).pause(1e9).play(2e9)
    assert again.moment(2e9) == START


def test_pausing_keeps_the_moment_and_playing_goes_on_from_it():
    paused = STOPPED.play(0).pause(10)
    assert paused.moment(500) == START + timedelta(minutes=10)
    assert paused.play(1000).moment(1010) == START + timedelta(minutes=20)


@given(
    st.lists(st.tuples(st.sampled_from(["play", "pause", "seek", "speed"]), st.integers(-9, 30)), max_size=12)
)
def test_the_moment_never_leaves_the_trails_and_changing_speed_never_jumps(steps):
    play, clock = STOPPED, 0.0
    for what, value in steps:
        clock += 7
        before = play.moment(clock)
        match what:
            case "play":
                play = play.play(clock)
            case "pause":
                play = play.pause(clock)
                assert play.moment(clock) == before
            case "seek":
                play = play.seek(START + timedelta(hours=value), clock)
            case "speed":
                play = play.at_speed(SPEEDS[value % len(SPEEDS)], clock)
                assert play.moment(clock) == before
        assert START <= play.moment(clock) <= END
