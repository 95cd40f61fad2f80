"""Whether the map may say "Live", and what it says otherwise."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from dashboard.fleet.names import Names
from dashboard.fleet.notices import reasons, summed
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest.fetching import UNFILTERED, Fetched
from dashboard.ingest.notices import notices
from dashboard.ingest.polling import PollState
from dashboard.ingest.rows import Rows
from dashboard.runtime.refusals import Refusal
from dashboard.ui.map.status import health

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def ago(seconds):
    return NOW - timedelta(seconds=seconds)


def taken(seconds):
    return Snapshot(1, ago(seconds), pd.DataFrame())


@pytest.mark.parametrize(
    ("state", "word", "sentence"),
    [
        (PollState(taken(14)), "Live", ""),
        (PollState(taken(45)), "Live", ""),
        (PollState(taken(20), started_at=ago(5)), "Live", ""),
        (PollState(taken(46)), "Interrupted", "Positions on the map are 46 s old."),
        (PollState(taken(46), started_at=ago(31)), "Slow", "Slow: waiting for Catena since 31 s."),
        (PollState(taken(40), started_at=ago(16)), "Slow", "Slow: waiting for Catena since 16 s."),
        (PollState(taken(50), poll_seconds=60), "Live", ""),
        (PollState(taken(90), poll_seconds=60, started_at=ago(30)), "Live", ""),
        (PollState(taken(7), poll_seconds=2), "Interrupted", "Positions on the map are 7 s old."),
        (PollState(), "Starting", ""),
        (PollState(started_at=ago(9)), "Starting", ""),
        (PollState(started_at=ago(75)), "Slow", "Slow: waiting for Catena since 1 min."),
        (
            PollState(taken(20), problem="503.", retry_at=NOW + timedelta(seconds=40)),
            "Interrupted",
            "Positions on the map are 20 s old, because the last poll failed. Trying again in 41 s.",
        ),
        (
            PollState(taken(20), problem="503.", retry_at=NOW + timedelta(seconds=3600)),
            "Interrupted",
            "Positions on the map are 20 s old, because the last poll failed. Trying again in 1 h.",
        ),
        (
            PollState(taken(20), problem="Redis.", apart=True),
            "Interrupted",
            "Positions on the map are 20 s old, because the replicas of this dashboard cannot share newer ones. "
            "Trying again now.",
        ),
        (
            PollState(problem="503.", retry_at=ago(1)),
            "Interrupted",
            "No positions yet. Trying again now.",
        ),
        (
            PollState(problem="503.", retry_at=ago(1), started_at=ago(3)),
            "Interrupted",
            "No positions yet. Trying again now.",
        ),
    ],
)
def test_health(state, word, sentence):
    judged = health(state, NOW)
    assert (judged.state, judged.sentence) == (word, sentence)


def refusal(seconds=300):
    return Refusal("It was answered 403.", ago(seconds))


def test_every_degradation_is_said_to_those_whom_it_concerns_stale_positions_first():
    fetched = Fetched(
        Rows(), {"f1": refusal(), "f2": refusal(), UNFILTERED: refusal()}, frozenset({"f2", UNFILTERED})
    )
    fetched.rows.unknown.update(speed=12, occurred_at=1)
    names = Names(fleets={"f1": "One", "f2": "Two"})
    found = notices(fetched, names, {"names of drivers": refusal(5)}, {"names of vehicles": 3})
    said = {
        notice.sentence(NOW): [notice.concerns(seen) for seen in (None, {"f1"}, {"f2"})] for notice in found
    }
    assert said == {
        "The positions of Two could not be read for 5 min. Its vehicles stay where they were; "
        "all others are up to date.": [True, False, True],
        "The list of all positions could not be read for 5 min. The fleets are read one by "
        "one; vehicles of fleets that no list names stay where they were.": [True, False, False],
        "The names of drivers could not be read for 5 s. Drivers are shown by their ids.":
            [True, True, True],
        "3 rows of the names of vehicles could not be read. Vehicles without a name are shown by their ids.":
            [True, False, False],
        "One could not be read by itself for 5 min. Its vehicles are read with the list of all "
        "positions meanwhile, and are up to date.": [True, True, False],
        "Some values were sent in a form that cannot be read: occurred_at of 1, speed of 12 positions. Only these "
        "values are missing; the vehicles are shown.": [True, False, False],
    }  # fmt: skip
    assert [notice.stale for notice in found] == [True, True, False, False, False, False]
    assert reasons(found)[:1] == ["The positions of Two could not be read: It was answered 403."]
    assert len(reasons(found)) == 4, "of what was refused only"


def test_of_very_many_notices_the_first_are_said_and_the_others_counted():
    fetched = Fetched(Rows(), {f"f{n}": refusal() for n in range(37)})
    said = summed(notices(fetched, Names(), {}, {}), NOW)
    assert len(said) == 4
    assert said[-1] == "And 34 more like these."
