"""Polls summed up for a picture."""

from datetime import UTC, datetime, timedelta

from dashboard.ingest.poll_log import Poll
from dashboard.watch.polls import Minute, by_minute

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def after(seconds):
    return NOON + timedelta(seconds=seconds)


def test_polls_are_summed_up_by_the_minute_in_which_they_began():
    polls = [
        Poll(after(begun), seconds, outcome)
        for begun, seconds, outcome in (
            (0, 1, "ok"),
            (15, 20, "slow"),
            (59, 2, "ok"),
            (60, 3, "failed"),
            (75, 99, "slow"),
            (300, 1, "ok"),
        )
    ]
    minutes = by_minute(polls)
    assert minutes == [
        Minute(NOON, polls=3, failed=0, slow=1, longest=20),
        Minute(after(60), polls=2, failed=1, slow=1, longest=99),
        Minute(after(300), polls=1, failed=0, slow=0, longest=1),
    ]
    assert [minute.outcome for minute in minutes] == ["slow", "failed", "ok"]
