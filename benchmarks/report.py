"""What was measured as tables, for the terminal and for the documentation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.peers import TITLES
from benchmarks.results import METRICS, Found, Results

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def markdown(results: Results, picture: str) -> str:
    """All tables, and the picture at an address."""
    parts = [
        _about(results),
        table(
            ("target", "wanted", "found", "runs", ""),
            [
                (each.what, each.wanted, each.found, each.spread, "met" if each.met else "**missed**")
                for each in results.checks()
            ],
        ),
        f"![What a tick costs, by kind of page and number of vehicles]({picture})",
        "Per tick and viewer, medians; in brackets the spread where there are several runs:",
        table(("vehicles", "", *TITLES.values()), _pages(results)),
    ]
    for line in results.lines:
        parts += [
            f"A first visit, nothing kept, {line}:",
            table(("", *TITLES.values()), _visits(results, line)),
        ]
    if results.rows("polls"):
        parts += [
            "Per poll:",
            table(("", "located", "CPU, s", "peak memory above idle, MB"), _polls(results)),
        ]
    return "\n\n".join([*parts, *_feed(results), *_loads(results)])


def _about(results: Results) -> str:
    machine = results.raw.get("machine", {})
    taken = sorted(step["taken_at"] for step in results.raw.values() if "taken_at" in step)
    loads = [step["load"] for step in results.raw.values() if "load" in step]
    return (
        f"Taken {taken[0]} to {taken[-1]}, Python {machine.get('python')}, {machine.get('cores')} cores, load average "
        f"before the steps {min(loads):.1f} to {max(loads):.1f}, Chromium with software graphics."
    )


def _pages(results: Results) -> Iterable[tuple[str, ...]]:
    for vehicles in results.sizes:
        for metric, name in METRICS.items():
            form = ",.0f" if metric == "kilobytes" else ",.1f"
            found = (results.page(kind, vehicles, metric) for kind in TITLES)
            yield f"{vehicles:,}", name, *(_cell(each, form) for each in found)


def _visits(results: Results, line: str) -> Iterable[tuple[str, ...]]:
    seconds, rows = results.visits(line), results.visit_rows(line)
    land, sizes = (
        {
            kind: Found(tuple(row[of] for row in rows if row["kind"] == kind and row[of] is not None))
            for kind in TITLES
        }
        for of in ("land_seconds", "megabytes")
    )
    yield "vehicles on screen, s", *(_cell(seconds.get(kind, Found()), ".1f") for kind in TITLES)
    yield "land on screen, s", *(_cell(land[kind], ".1f") for kind in TITLES)
    yield "MB until the vehicles", *(_cell(sizes[kind], ".2f") for kind in TITLES)


def _polls(results: Results) -> Iterable[tuple[str, ...]]:
    for kind, name in (("ours", "fetch + snapshot"), ("plain", "`json()` + `json_normalize`")):
        located, cpu, peak = (results.polls(kind, of) for of in ("vehicles", "cpu_seconds", "peak_mb"))
        yield name, _cell(located, ",.0f", spread=False), _cell(cpu, ".2f"), _cell(peak, ".0f")


def _feed(results: Results) -> Iterable[str]:
    for row in results.rows("polls")[-1:]:
        feed = row.get("feed")
        if feed:
            yield (
                f"The feed's own cost for those vehicles, per snapshot and scope: {feed['first_ms']:.0f} ms of CPU. "
                f"Each further answer: {feed['next_ms']:.2f} ms. Sent: {feed['bytes_per_vehicle']:.1f} bytes a vehicle."
            )


def _loads(results: Results) -> Iterable[str]:
    rows = [row for row in results.rows("loads") if "failed" not in row]
    if rows:
        yield "Many viewers of one process (`python -m benchmarks.load`):"
        figures = (
            "tick_p50_seconds",
            "tick_p95_seconds",
            "seen_p95_seconds",
            "server_cores",
            "mb_per_viewer",
        )
        figures = tuple(figure for figure in figures if any(figure in row for row in rows))
        words = tuple(figure.replace("_", " ") for figure in figures)
        yield table(
            ("", *words),
            [(row["name"], *(f"{row.get(name, float('nan')):.2f}" for name in figures)) for row in rows],
        )


def _cell(found: Found, form: str, *, spread: bool = True) -> str:
    if not found.values:
        return f"— {found.failed}".strip()
    several = spread and len(found.values) > 1
    told = f" ({format(min(found.values), form)} to {format(max(found.values), form)})" if several else ""
    failed = f"; then {found.failed}" if found.failed else ""
    return f"{format(found.middle, form)}{told}{failed}"


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
