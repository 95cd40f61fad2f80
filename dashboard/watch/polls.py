"""Polls summed up for a picture of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from dashboard.ingest.poll_log import Outcome, Poll


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
