"""The steps of `make bench`: each measures one thing and gives it as plain values, ready for JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import api_requests as api
from benchmarks import first_visit, moving_world, page
from benchmarks.peers import TITLES
from benchmarks.plan import Plan
from tests.browser import rig

LOAD_SECONDS = 600
PARTS = (0.05, 1.0)
"""Of all vehicles, that move."""
Step = Callable[[Plan, Path], Iterator[dict[str, Any]]]


def polls(plan: Plan, folder: Path) -> Iterator[dict[str, Any]]:
    """Both ways of polling, each in a process of its own each time, over the same sandbox."""
    with rig.sandbox(folder, "--vehicles", str(plan.polled), "--fleets", "300") as sandbox:
        for run in range(plan.polled_runs):
            for kind in ("plain", "ours"):
                say(f"{plan.polled:,} vehicles, poll, {kind}")
                answer = command("benchmarks.polling", kind, sandbox.url, f"{sandbox.url}/realms/catena")
                yield {"kind": kind, "run": run, **json.loads(answer)}


def visits(plan: Plan, folder: Path) -> Iterator[dict[str, Any]]:
    """First visits to all pages."""
    say(f"{plan.visited:,} vehicles, first visits")
    lines = tuple(first_visit.LINES)
    yield from map(asdict, first_visit.measure(folder, plan.visited, plan.visited_kinds, plan.visits, lines))


def pages(plan: Plan, folder: Path) -> Iterator[dict[str, Any]]:
    """Every page at every size, over the same world; one that fails costs the others nothing."""
    for vehicles in plan.polls:
        with moving_world.served(folder, vehicles) as sandbox:
            for kind in plan.kinds:
                yield from _page(plan, folder, kind, vehicles, sandbox.url)


def parts(plan: Plan, folder: Path) -> Iterator[dict[str, Any]]:
    """Our page while a part of all vehicles moves, and while all do."""
    for part in PARTS if plan.partly else ():
        inner = folder / f"part-{part}"
        inner.mkdir()
        with moving_world.served(inner, plan.partly, part) as sandbox:
            for cost in _page(plan, inner, "ours", plan.partly, sandbox.url):
                yield {"part": part, **cost}


def _page(plan: Plan, folder: Path, kind: str, vehicles: int, url: str) -> Iterator[dict[str, Any]]:
    say(f"{vehicles:,} vehicles, {TITLES[kind]}")
    try:
        for cost in page.measure(
            kind,
            url,
            vehicles,
            folder,
            poll_seconds=plan.polls[vehicles],
            runs=3 if (kind, vehicles) in plan.repeated else 1,
            limit=plan.limit_seconds,
        ):
            yield asdict(cost)
    except Exception as error:  # noqa: BLE001 - whatever a peer does, the others are measured
        say(f"{TITLES[kind]} failed: {error}")
        yield {"kind": kind, "vehicles": vehicles, "failed": str(error).partition("\n")[0][:200]}


def api_requests(plan: Plan, folder: Path) -> Iterator[dict[str, Any]]:
    """Requests to the API beside one viewer, and beside many."""
    viewers, seconds = plan.crowd
    say(f"requests to the API beside 1 and {viewers} viewers")
    yield {"viewers": viewers, "per_minute": api.measure(folder, 2_000, viewers, seconds)}


def loads(plan: Plan, _folder: Path) -> Iterator[dict[str, Any]]:
    """What viewers cost, by the load tool."""
    for name, arguments in plan.loads.items():
        say(name)
        try:
            answer = command("benchmarks.load", *arguments.split(), seconds=LOAD_SECONDS)
            # What was not seen is no number, and JSON has no word for that but null.
            found = json.loads(answer.splitlines()[-1], parse_constant=lambda _: None)
            yield {"name": name, **found}
        except (subprocess.SubprocessError, ValueError, IndexError) as error:
            yield {"name": name, "failed": f"{type(error).__name__}"}


def filter_change(plan: Plan, _folder: Path) -> Iterator[dict[str, Any]]:
    """What the tool for filters prints."""
    say(f"{plan.filtered:,} vehicles, filters")
    yield {
        "vehicles": plan.filtered,
        "printed": command("benchmarks.filter_change", str(plan.filtered)).splitlines(),
    }


STEPS: dict[str, Step] = {
    step.__name__: step for step in (polls, visits, pages, parts, api_requests, loads, filter_change)
}


def command(*arguments: str, seconds: float = 300) -> str:
    """What one of our modules prints."""
    run = partial(
        subprocess.run, cwd=rig.ROOT, check=True, stdout=subprocess.PIPE, text=True, timeout=seconds
    )
    return str(run([sys.executable, "-m", *arguments]).stdout)


def say(what: str) -> None:
    """Tell whoever waits."""
    print(f"Measuring: {what} …", file=sys.stderr, flush=True)
