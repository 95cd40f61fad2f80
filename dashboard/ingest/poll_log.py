"""The polls of the last hour: when each began, how long it took, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
    """What is known of the last hour's polls. Read by any thread; what two write at once, one of them wins."""

    def __init__(self, poll_seconds: float, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`poll_seconds`: how far apart polls begin as long as all is well."""
        self._usual = poll_seconds
        self._slow = max(poll_seconds, SLOW_SECONDS)
        self._now = now
        self._polls: tuple[Poll, ...] = ()

    def add(self, began: datetime, seconds: float, problem: str) -> Poll:
        """Write down a poll that is over, and why it failed, "" if it did not; gives what it was."""
        outcome: Outcome = "failed" if problem else "slow" if seconds > self._slow else "ok"
        poll = Poll(began, seconds, outcome, problem)
        self._polls = (*self.polls(), poll)
        return poll

    def replace(self, polls: Iterable[Poll]) -> None:
        """Go on from these, the oldest first."""
        self._polls = tuple(polls)

    @property
    def last(self) -> datetime | None:
        """When the last one began, which no two have in common."""
        polls = self._polls
        return polls[-1].began if polls else None

    def polls(self) -> list[Poll]:
        """Those that ended within the last hour, the oldest first."""
        since = self._now() - KEPT
        return [poll for poll in self._polls if poll.ended >= since]

    def gaps(self) -> list[Gap]:
        """The times within the last hour in which nobody was asked for long, the oldest first, up to now."""
        polls = self.polls()
        ends = [poll.ended for poll in polls]
        begins = [*(poll.began for poll in polls[1:]), self._now()]
        least = timedelta(seconds=GAP_POLLS * self._usual)
        return [
            Gap(end, begin) for end, begin in zip(ends, begins, strict=bool(polls)) if begin - end > least
        ]
