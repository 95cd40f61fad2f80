"""Whether this process has positions to show, and they are those of now."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest.polling import PollState

YOUNG_POLLS = 3
"""Positions older than so many polls are stale."""


def readiness(state: PollState[Snapshot], now: datetime) -> Literal["ready", "starting", "stale"]:
    """It in a word. One failed poll changes nothing as long as the positions are young."""
    if state.snapshot is None:
        return "starting"
    old = (now - state.snapshot.taken_at).total_seconds()
    return "ready" if old <= YOUNG_POLLS * state.poll_seconds else "stale"
