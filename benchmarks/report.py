"""The measured numbers as ratios, held against the targets, as text for the terminal and for the documentation."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.first_visit import FirstVisit
from benchmarks.ticks import PageCost

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True)
class PollCost:
    """One way of reading all positions, in a process of its own."""

    vehicles: int
    cpu_seconds: float
    """Median over the polls."""
    peak_mb: float
    """Most memory above what the process held once it had imported everything."""


@dataclass(frozen=True)
class FeedCost:
    """The map's data for one version and scope, at the poll's number of vehicles."""

    first_ms: float
    """CPU milliseconds of the first answer, which makes JSON and packs it."""
    next_ms: float
    """CPU milliseconds of each further answer."""
    bytes_per_vehicle: float
    """As sent, with gzip."""


@dataclass(frozen=True)
class Check:
    """One target and what was found."""

    what: str
    found: float
    most: float

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        return self.found <= self.most


def share(ours: float, plain: float) -> float:
    """Ours as a part of the plain way's; 0 when ours costs nothing, infinite when only the plain way does not."""
    if not ours:
        return 0.0
    return ours / plain if plain else float("inf")


def as_ratio(part: float) -> str:
    """A part as people say it: 0.02 is 1/50."""
    if not part:
        return "0"
    return f"1/{1 / part:.3g}" if part < 1 else f"{part:.3g}"


def checks(pages: Sequence[PageCost], polls: Mapping[str, PollCost]) -> list[Check]:
    """Every target. Long tasks are compared where the plain page has any: browsers report none under 50 ms."""
    ours = {cost.vehicles: cost for cost in pages if cost.kind == "ours"}
    inline = {cost.vehicles: cost for cost in pages if cost.kind == "inline"}
    least, most = min(ours), max(ours)
    found = [
        Check(
            f"script CPU at {most:,}, ours / inline", share(ours[most].cpu_ms, inline[most].cpu_ms), 1 / 50
        ),
        Check(
            f"script CPU, ours at {most:,} / ours at {least:,}",
            share(ours[most].cpu_ms, ours[least].cpu_ms),
            2,
        ),
    ]
    found += [
        Check(f"bytes at {n:,}, ours / inline", share(ours[n].kilobytes, inline[n].kilobytes), 1 / 6)
        for n in sorted(ours)
    ]
    found.append(
        Check(
            f"long tasks at {most:,}, ours / inline",
            share(ours[most].long_task_ms, inline[most].long_task_ms),
            1 / 6,
        )
    )
    own, plain = polls["ours"], polls["plain"]
    found.append(
        Check("poll CPU, ours / json + json_normalize", share(own.cpu_seconds, plain.cpu_seconds), 1 / 5)
    )
    found.append(Check("poll memory above idle, MB", own.peak_mb, 800))
    return found


def first_visits(visits: Sequence[FirstVisit]) -> list[tuple[str, ...]]:
    """Rows of ours beside the plain page's, over each line."""
    by = {(visit.kind, visit.line): visit for visit in visits}
    return [
        (
            line,
            *(f"{by[kind, line].seconds:.1f}" for kind in ("ours", "inline")),
            as_ratio(share(by["ours", line].seconds, by["inline", line].seconds)),
            *(f"{by[kind, line].megabytes:.2f}" for kind in ("ours", "inline")),
        )
        for line in dict.fromkeys(visit.line for visit in visits)
    ]


def markdown(
    pages: Sequence[PageCost],
    polls: Mapping[str, PollCost],
    feed: FeedCost,
    visits: Sequence[FirstVisit],
) -> str:
    """All tables."""
    rows = []
    for ours in (cost for cost in pages if cost.kind == "ours"):
        inline = next(cost for cost in pages if cost.kind == "inline" and cost.vehicles == ours.vehicles)
        for name, unit in (
            ("cpu_ms", "script CPU, ms"),
            ("kilobytes", "bytes, kB"),
            ("long_task_ms", "long tasks, ms"),
            ("thread_ms", "page thread CPU, ms"),
        ):
            own, plain = getattr(ours, name), getattr(inline, name)
            rows.append(
                (f"{ours.vehicles:,}", unit, f"{own:,.1f}", f"{plain:,.1f}", as_ratio(share(own, plain)),
                 f"{ours.ticks} / {inline.ticks}")
            )  # fmt: skip
    own, plain = polls["ours"], polls["plain"]
    verdicts = [
        (check.what, as_ratio(check.found) if check.most < 100 else f"{check.found:.0f}",
         as_ratio(check.most) if check.most < 100 else f"{check.most:.0f}", "met" if check.met else "**missed**")
        for check in checks(pages, polls)
    ]  # fmt: skip
    return "\n\n".join(
        [
            f"Python {platform.python_version()}, Chromium with software graphics.",
            "Per tick, one viewer:",
            table(("vehicles", "", "ours", "inline", "ours / inline", "ticks"), rows),
            "First visit, until vehicles are on a map with land:",
            table(
                ("line", "ours, s", "inline, s", "ours / inline", "ours, MB", "inline, MB"),
                first_visits(visits),
            ),
            "Per poll:",
            table(
                ("", "located vehicles", "CPU, s", "peak memory above idle, MB"),
                [
                    ("fetch + snapshot", f"{own.vehicles:,}", f"{own.cpu_seconds:.2f}", f"{own.peak_mb:.0f}"),
                    (
                        "`json()` + `json_normalize`",
                        f"{plain.vehicles:,}",
                        f"{plain.cpu_seconds:.2f}",
                        f"{plain.peak_mb:.0f}",
                    ),
                ],
            ),
            f"The feed's own cost for those vehicles, once per snapshot and scope: {feed.first_ms:.0f} ms of CPU. "
            f"Each further answer: {feed.next_ms:.2f} ms. Sent: {feed.bytes_per_vehicle:.1f} bytes per vehicle.",
            "Targets:",
            table(("", "found", "at most", ""), verdicts),
        ]
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(path: Path, text: str) -> None:
    """Put a text between the markers of a document."""
    document = path.read_text()
    marked = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    if not marked.search(document):
        raise ValueError(f"{path} lacks the markers {BEGIN} and {END}.")
    path.write_text(marked.sub(lambda _found: f"{BEGIN}\n{text}\n{END}", document))
