"""The last hour's polls: what came of each, what is forgotten, and what is a gap."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.ingest.poll_log import PollLog

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Clock:
    """A time of day moved by hand."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


def after(seconds):
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("usual", "seconds", "problem", "outcome"),
    [
        (15, 1.0, "", "ok"),
        (15, 15.0, "", "ok"),
        (15, 15.1, "", "slow"),
        (2, 9.0, "", "ok"),
        (2, 10.5, "", "slow"),
        (15, 60.0, "no answer", "failed"),
    ],
)
def test_each_poll_is_ok_slow_or_failed(usual, seconds, problem, outcome):
    log = PollLog(usual, Clock())
    poll = log.add(NOON, seconds, problem)
    assert (poll.outcome, poll.problem, poll.ended) == (outcome, problem, after(seconds))


def test_what_is_older_than_an_hour_is_forgotten():
    clock = Clock()
    log = PollLog(15, clock)
    for begun in (0, 15, 30):
        log.add(after(begun), 1, "")
    clock.now = after(3600 + 16)
    assert [poll.began for poll in log.polls()] == [after(15), after(30)]
    clock.now = after(2 * 3600)
    log.add(after(2 * 3600 - 2), 1, "")
    assert [poll.began for poll in log.polls()] == [after(2 * 3600 - 2)]
    assert len(log._polls) == 1


def test_a_poll_during_which_the_machine_slept_for_hours_is_forgotten_too():
    clock = Clock()
    log = PollLog(15, clock)
    clock.now = after(3 * 3600)
    assert log.add(NOON, 5, "no answer").outcome == "failed"
    assert log.polls() == []


@pytest.mark.parametrize(
    ("begins", "now", "gaps"),
    [
        ([], 600, []),
        ([0, 15, 30], 32, []),
        ([0, 46], 47, []),
        ([0, 47], 48, [(1, 47)]),
        ([0, 200], 700, [(1, 200), (201, 700)]),
    ],
    ids=["nothing", "steady", "just not", "one", "between and up to now"],
)
def test_a_gap_is_a_time_in_which_nobody_was_asked_for_long(begins, now, gaps):
    clock = Clock()
    log = PollLog(15, clock)
    for begun in begins:
        log.add(after(begun), 1, "")
    clock.now = after(now)
    assert [(gap.since, gap.until) for gap in log.gaps()] == [(after(a), after(b)) for a, b in gaps]


def test_going_on_from_the_polls_of_another_it_knows_the_last_by_its_beginning():
    one, other = PollLog(15, Clock()), PollLog(15, Clock())
    other.add(after(30), 1, "what nobody else has heard of")
    for begun in (0, 15):
        one.add(after(begun), 1, "")
    assert [one.last, other.last, PollLog(15).last] == [after(15), after(30), None]
    other.replace(one.polls())
    other.add(after(45), 1, "")
    assert [poll.began for poll in other.polls()] == [after(0), after(15), after(45)]
