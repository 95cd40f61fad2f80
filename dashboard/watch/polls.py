"""The polls of the last hour: when each began, how long it took, and what came of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Literal

KEPT = timedelta(hours=1)
SLOW_SECONDS = 10.0
"""A poll that takes longer is slow, and longer where polls are further apart."""
GAP_POLLS = 3
"""Between two polls that follow each other nobody was asked for so many times the usual pause: that is a gap."""

Outcome = Literal["ok", "slow", "failed"]


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll that is over."""

    began: datetime
    """Aware UTC."""
    seconds: float
    outcome: Outcome
    problem: str = ""
    """Why it failed, a sentence with text from outside; "" if it did not."""

    @property
    def ended(self) -> datetime:
        """When it was over, aware UTC."""
        return self.began + timedelta(seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which Catena was not asked."""

    since: datetime
    until: datetime


class PollLog:
    """What is known of the last hour's polls. Written by the poller's thread, read by any."""

    def __init__(self, poll_seconds: float, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`poll_seconds`: how far apart polls begin as long as all is well."""
        self._usual = poll_seconds
        self._slow = max(poll_seconds, SLOW_SECONDS)
        self._now = now
        self._polls: deque[Poll] = deque()

    def add(self, began: datetime, seconds: float, problem: str) -> Poll:
        """Write down a poll that is over, as the poller tells of it; gives what it was."""
        outcome: Outcome = "failed" if problem else "slow" if seconds > self._slow else "ok"
        poll = Poll(began, seconds, outcome, problem)
        self._polls.append(poll)
        while self._polls and self._polls[0].ended < self._now() - KEPT:
            self._polls.popleft()
        return poll

    def polls(self) -> list[Poll]:
        """Those that ended within the last hour, the oldest first."""
        since = self._now() - KEPT
        return [poll for poll in self._polls.copy() if poll.ended >= since]

    def gaps(self) -> list[Gap]:
        """The times within the last hour in which nobody was asked for long, the oldest first, up to now."""
        polls = self.polls()
        ends = [poll.ended for poll in polls]
        begins = [*(poll.began for poll in polls[1:]), self._now()]
        least = timedelta(seconds=GAP_POLLS * self._usual)
        return [
            Gap(end, begin) for end, begin in zip(ends, begins, strict=bool(polls)) if begin - end > least
        ]


@dataclass(frozen=True, slots=True)
class Minute:
    """The polls that began within one minute."""

    since: datetime
    """Its beginning, aware UTC."""
    polls: int
    failed: int
    slow: int
    longest: float
    """Seconds that the longest of them took."""

    @property
    def outcome(self) -> Outcome:
        """The worst of them."""
        return "failed" if self.failed else "slow" if self.slow else "ok"


def by_minute(polls: Iterable[Poll]) -> list[Minute]:
    """Polls summed up by the minute in which each began, as these follow each other."""
    groups = groupby(polls, lambda poll: poll.began.replace(second=0, microsecond=0))
    return [_minute(since, list(within)) for since, within in groups]


def _minute(since: datetime, polls: Sequence[Poll]) -> Minute:
    outcomes = [poll.outcome for poll in polls]
    longest = max(poll.seconds for poll in polls)
    return Minute(since, len(polls), outcomes.count("failed"), outcomes.count("slow"), longest)
