"""What a screen on the wall shows."""

from datetime import timedelta

from dashboard.fleet.counters import Counters, counters, fleet_on_show
from tests.dashboard.frames import NOW, vehicles


def test_the_big_numbers() -> None:
    frame = vehicles(
        {"fleet_id": "f1", "source": "geotab", "speed": 9.0, "age": 10},
        {"fleet_id": "f1", "source": "geotab", "speed": 9.0, "age": 99999},
        {"fleet_id": "f2", "source": "samsara", "age": 10},
        {"age": 10, "speed": 0.0},
    )
    assert counters(frame, NOW) == Counters(vehicles=4, moving=1, fleets=2, sources=2)
    assert counters(frame[:0], NOW) == Counters(0, 0, 0, 0)


def test_every_fleet_has_its_turn_and_the_cycle_follows_the_clock() -> None:
    turns = [fleet_on_show(["a", "b", "c"], NOW + timedelta(seconds=20 * n)) for n in range(6)]
    assert turns[:3] == turns[3:]
    assert sorted(str(turn) for turn in turns[:3]) == ["a", "b", "c"]
    assert fleet_on_show([], NOW) is None
    assert fleet_on_show(["a"], NOW) == "a"
