"""What is degraded, in sentences for the people whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dashboard.fleet import units
from dashboard.runtime.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that is not as it should be, while the rest is."""

    what: str
    """What happened, without a full stop. Text from outside may be in it."""
    then: str
    """What that means, a sentence."""
    refusal: Refusal | None = None
    """Since when, and the error."""
    fleet_id: str | None = ""
    """The fleet it is about: it concerns who may see that one. "": it concerns everybody; None: who sees all."""
    stale: bool = False
    """Whether positions on the map are older than they look."""

    @property
    def brief(self) -> str:
        """Say it without since when and why, as plain text."""
        return f"{self.what}. {self.then}"

    def sentence(self, now: datetime) -> str:
        """Say it with since when, as plain text."""
        if self.refusal is None:
            return self.brief
        lasting = units.duration((now - self.refusal.since).total_seconds())
        return f"{self.what} for {lasting}. {self.then}"

    def concerns(self, fleets: frozenset[str] | None) -> bool:
        """Whether it is for a viewer of these fleets; None are all."""
        return fleets is None or self.fleet_id == "" or self.fleet_id in fleets


def reasons(notices: Iterable[Notice]) -> list[str]:
    """Why, in the words of the errors, of those notices that have one; for operators."""
    return [f"{notice.what}: {notice.refusal.error}" for notice in notices if notice.refusal]


def summed(notices: Iterable[Notice], now: datetime, most: int = 3) -> list[str]:
    """The sentences of some notices; of very many only the first, and how many more."""
    sentences = [notice.sentence(now) for notice in notices]
    more = len(sentences) - most
    return sentences if more <= 0 else [*sentences[:most], f"And {more:,} more like these."]
