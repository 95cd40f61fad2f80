"""The clock of a replay: where it is, whether it runs, and how fast."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

SPEEDS = (1, 60, 300, 900)
"""Times faster than it happened."""
USUAL_SPEED = 300


@dataclass(frozen=True, slots=True)
class Playback:
    """A replay of the time from `start` to `end`. `clock` arguments are seconds of any clock that only grows."""

    start: datetime
    end: datetime
    at: datetime
    """The moment shown when it was last started, stopped or moved."""
    speed: int = USUAL_SPEED
    since: float | None = None
    """The clock when it was last started or moved; None: it stands."""

    def moment(self, clock: float) -> datetime:
        """The moment shown now."""
        if self.since is None:
            return self.at
        return min(self.end, self.at + timedelta(seconds=max(0.0, clock - self.since) * self.speed))

    def playing(self, clock: float) -> bool:
        """Whether it runs; at the end it stands."""
        return self.since is not None and self.moment(clock) < self.end

    def play(self, clock: float) -> Playback:
        """Run on from the moment shown, or from the beginning when that is the end."""
        moment = self.moment(clock)
        return replace(self, at=self.start if moment >= self.end else moment, since=clock)

    def pause(self, clock: float) -> Playback:
        """Stand at the moment shown."""
        return replace(self, at=self.moment(clock), since=None)

    def seek(self, moment: datetime, clock: float) -> Playback:
        """Show another moment, running or standing as before."""
        runs = self.since is not None
        return replace(self, at=min(self.end, max(self.start, moment)), since=clock if runs else None)

    def at_speed(self, speed: int, clock: float) -> Playback:
        """Go on from the moment shown at another speed."""
        return replace(self.seek(self.moment(clock), clock), speed=speed)
