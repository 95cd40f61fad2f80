"""From what was recorded to numbers per tick. A tick counts when it carried a snapshot not drawn before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Tick:
    """The runs of a page's fragments that first saw one snapshot."""

    version: int
    began: float
    """Seconds since 1970."""
    cpu_seconds: float


@dataclass(frozen=True)
class PageCost:
    """What one viewer of one page costs per tick."""

    kind: str
    vehicles: int
    run: int
    """The how many-th time that the page was opened."""
    ticks: int
    cpu_ms: float
    kilobytes: float | None
    """None where nobody listened to the network."""
    long_task_ms: float
    """Time that passed in tasks of 50 ms or more, which is more on a busy machine."""
    thread_ms: float
    """CPU time of the page's thread, short tasks included."""


def runs(lines: Iterable[str]) -> list[dict[str, float | str]]:
    """The runs in a meter's log, oldest first. A line that is still being written is left out."""
    return sorted(
        (json.loads(line) for line in lines if line.endswith("}\n")), key=lambda run: float(run["at"])
    )


def ticks(found: Iterable[dict[str, float | str]]) -> list[Tick]:
    """One tick per snapshot. With several fragments, the first run of each on that snapshot makes up its tick."""
    drawn: set[tuple[object, object]] = set()
    by_version: dict[int, list[dict[str, float | str]]] = {}
    for run in found:
        known = (run["fragment"], run["version"])
        if run["version"] and known not in drawn:
            drawn.add(known)
            by_version.setdefault(int(run["version"]), []).append(run)
    return [
        Tick(version, float(first[0]["at"]), sum(float(run["cpu_seconds"]) for run in first))
        for version, first in by_version.items()
    ]


def between(found: Sequence[Tick], began: float, ended: float) -> list[Tick]:
    """The ticks that began in a span of time."""
    return [tick for tick in found if began <= tick.began < ended]


def mean_per_tick(events: Iterable[tuple[float, float]], began: float, ended: float, ticks: int) -> float:
    """The amounts of (time, amount) in a span of time, shared out over its ticks."""
    return sum(amount for at, amount in events if began <= at < ended) / ticks


def cpu_ms(found: Sequence[Tick]) -> float:
    """Median CPU milliseconds of the script per tick."""
    return median(tick.cpu_seconds for tick in found) * 1000
