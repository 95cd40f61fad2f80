"""Measures everything, prints it, writes it into docs/performance.md, and fails when a target is missed."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks import first_visit, page, report
from benchmarks.ticks import PageCost
from tests.browser import rig

SIZES = {1_000: 2.0, 10_000: 3.0, 50_000: 5.0}
"""Vehicles to seconds between polls, and so between ticks."""
POLLED = 100_000
DOCUMENT = rig.ROOT / "docs" / "performance.md"
PORT = 9410


def main() -> int:
    """Exit code: 0 when all targets are met."""
    with tempfile.TemporaryDirectory() as folder:
        polls, feed = poll_costs(Path(folder))
        say("first visits")
        visits = first_visit.measure(Path(folder))
        pages = [cost for vehicles in SIZES for cost in page_costs(Path(folder), vehicles)]
    text = report.markdown(pages, polls, feed, visits)
    print(text)
    report.write(DOCUMENT, text)
    missed = [check for check in report.checks(pages, polls) if not check.met]
    for check in missed:
        print(
            f"Missed: {check.what} is {check.found:.3f}, at most {check.most:.3f} is allowed.",
            file=sys.stderr,
        )
    return 1 if missed else 0


def page_costs(folder: Path, vehicles: int) -> list[PageCost]:
    """Both pages over the same sandbox, one after the other."""
    arguments = ("--vehicles", str(vehicles), "--fleets", str(max(6, vehicles // 330)))
    costs = []
    with rig.sandbox(folder, *arguments, port=PORT) as sandbox:
        for number, kind in enumerate(("ours", "inline")):
            say(f"{vehicles:,} vehicles, {kind}")
            poll_seconds = SIZES[vehicles]
            port = PORT + 1 + 2 * number
            costs.append(
                page.measure(kind, sandbox.url, vehicles, folder, port=port, poll_seconds=poll_seconds)
            )
    return costs


def poll_costs(folder: Path) -> tuple[dict[str, report.PollCost], report.FeedCost]:
    """Both ways of polling, each in a process of its own, over the same sandbox."""
    answers = {}
    with rig.sandbox(folder, "--vehicles", str(POLLED), "--fleets", "300", port=PORT) as sandbox:
        for kind in ("plain", "ours"):
            say(f"{POLLED:,} vehicles, poll, {kind}")
            command = [
                sys.executable,
                "-m",
                "benchmarks.polling",
                kind,
                sandbox.url,
                f"{sandbox.url}/realms/catena",
            ]
            answers[kind] = json.loads(
                subprocess.run(command, cwd=rig.ROOT, check=True, stdout=subprocess.PIPE).stdout
            )
    costs = {
        kind: report.PollCost(found["vehicles"], median(found["cpu_seconds"]), found["peak_mb"])
        for kind, found in answers.items()
    }
    return costs, report.FeedCost(**answers["ours"]["feed"])


def say(what: str) -> None:
    """Tell whoever waits."""
    print(f"Measuring: {what} …", file=sys.stderr, flush=True)


sys.exit(main())
