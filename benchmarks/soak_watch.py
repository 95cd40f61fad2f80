"""What a dashboard says of itself while it is soaked: memory, metrics and the log."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

import httpx
import psutil
from prometheus_client.parser import text_string_to_metric_families

DEFECT = re.compile(
    r"Traceback|\bERROR\b|\bCRITICAL\b|\b[A-Z]\w*(Exception|Error)\b:|never (awaited|retrieved)"
)
"""In the line of a log that tells of something that nobody has caught, or of a defect of ours."""
TRACE_LINES = 60


@dataclass(frozen=True)
class Sample:
    """A process at a moment."""

    at: float
    """Seconds after the first one."""
    mb: float
    """That it holds."""
    age: float | None = None
    """Seconds since the snapshot was taken that it shows; None: it did not answer."""
    failing: bool = False
    """Whether its last poll failed."""


@dataclass(frozen=True)
class Shown:
    """What the map shows, as far as faults can change it."""

    vehicles: int
    rejected: tuple[tuple[str, int], ...]
    """Rows that cannot be drawn, by why."""
    fleets_held: int
    ready: bool
    failing: bool
    age: float


class Watched:
    """A running dashboard with its metrics on a port of their own."""

    def __init__(self, pid: int, metrics_port: int) -> None:
        self._process = psutil.Process(pid)
        self._url = f"http://127.0.0.1:{metrics_port}/metrics"

    def mb(self) -> float:
        """Megabytes that it holds."""
        return self._process.memory_info().rss / 1e6

    async def shown(self, http: httpx.AsyncClient) -> Shown | None:
        """What it shows; None before the first snapshot, and while it is too busy to say."""
        try:
            text = (await http.get(self._url)).text
        except httpx.TransportError:
            return None
        samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
        found = {one.name: one.value for one in samples}
        if "catena_vehicles" not in found:
            return None
        rejected = {
            one.labels["reason"]: int(one.value) for one in samples if one.name == "catena_rows_rejected"
        }
        return Shown(
            int(found["catena_vehicles"]),
            tuple(sorted(rejected.items())),
            int(found["catena_fleets_held"]),
            bool(found["catena_ready"]),
            bool(found["catena_poll_failing"]),
            found["catena_snapshot_age_seconds"],
        )


def quarters(samples: Sequence[Sample]) -> list[float]:
    """The memory of each quarter of the time, its mean."""
    number = len(samples)
    return [mean(one.mb for one in samples[number * n // 4 : number * (n + 1) // 4]) for n in range(4)]


def defects(log: str) -> list[str]:
    """The lines that tell of a defect, each with the trace under it."""
    lines, found, end = log.splitlines(), list[str](), 0
    for number, line in enumerate(lines):
        if number >= end and DEFECT.search(line):
            end = next(
                (n for n in range(number + 1, len(lines)) if re.match(r"\d{4}-\d\d-\d\d ", lines[n])),
                len(lines),
            )
            end = min(end, number + TRACE_LINES)
            found.append("\n".join(lines[number:end]))
    return found
