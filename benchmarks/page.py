"""One page in one browser: what a tick costs."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import ticks
from benchmarks.chromium import Tab, tab
from sandbox import SandboxConfig
from tests.browser import rig

COLD_TICKS = 2
"""Let pass before anything is counted: the first page run, the basemap, the first glide."""
COUNTED_TICKS = 6
"""For the bytes, and as many again for the long tasks."""
PATIENCE_SECONDS = 240
CANVAS = """!!document.querySelector('[data-testid="stDeckGlJsonChart"] canvas')"""


def measure(
    kind: str, sandbox_url: str, vehicles: int, folder: Path, *, port: int, poll_seconds: float
) -> ticks.PageCost:
    """Start the page `ours` or `inline` over a sandbox, watch it in Chromium, and give its costs."""
    log = folder / f"{kind}-{vehicles}.ticks"
    with served(kind, sandbox_url, log, port=port, poll_seconds=poll_seconds) as server:
        # The browser opens when the first poll and the names are there, as it would on a running server.
        time.sleep(3 * poll_seconds)
        with tab(server.entrance, port + 1) as opened:
            wait(opened, log, COLD_TICKS)
            if not opened.evaluate(CANVAS):
                raise RuntimeError(f"The page {kind} shows no map. The log says:\n{server.log()}")
            heard = wait(opened, log, COUNTED_TICKS)
            opened.call("Network.disable")
            began, busy = time.time(), opened.busy_seconds()
            quiet = wait(opened, log, COUNTED_TICKS)
            ended, busy = time.time(), opened.busy_seconds() - busy
            tasks, received = opened.long_tasks(), opened.received
    runs = ticks.runs(lines(log))
    found = ticks.ticks(runs)

    def mean(events: list[tuple[float, float]], span: tuple[float, float]) -> float:
        # In doubt against us: of the plain page every run counts as a tick, of ours only one with new positions.
        number = (
            sum(span[0] <= float(run["at"]) < span[1] for run in runs)
            if kind == "inline"
            else len(ticks.between(found, *span))
        )
        return ticks.mean_per_tick(events, *span, number)

    counted = ticks.between(found, heard[0], quiet[1])
    return ticks.PageCost(
        kind,
        vehicles,
        ticks=len(counted),
        cpu_ms=ticks.cpu_ms(counted),
        kilobytes=mean(received, heard) / 1000,
        long_task_ms=mean(tasks, quiet),
        thread_ms=mean([(began, busy * 1000)], (began, ended)),
    )


@contextmanager
def served(
    kind: str, sandbox_url: str, log: Path, *, poll_seconds: float, port: int | None = None
) -> Iterator[rig.Server]:
    """The page `ours` or `inline` in a process of its own over a sandbox; what its ticks cost goes to `log`."""
    log.touch()
    config = SandboxConfig()
    environ = {
        "CATENA_API_URL": sandbox_url,
        "CATENA_AUTH_URL": f"{sandbox_url}/realms/catena",
        "CATENA_CLIENT_ID": config.client_id,
        "CATENA_CLIENT_SECRET": config.client_secret,
        "CATENA_POLL_SECONDS": f"{poll_seconds:g}",
        "BENCH_TICKS": str(log),
    }
    port = port or rig.free_port()
    url = f"http://127.0.0.1:{port}"
    command = ["-m", "benchmarks.measured", kind, str(port)]
    server = rig.run(command, environ, log.with_suffix(".log"), url)
    try:
        server.wait_until(f"{url}/_stcore/health")
        yield server
    finally:
        server.stop()


def wait(opened: Tab, log: Path, number: int) -> tuple[float, float]:
    """Let so many ticks with a new snapshot pass; give the span of time from just before one to just before another."""
    versions = len(ticks.ticks(ticks.runs(lines(log))))
    deadline = time.monotonic() + PATIENCE_SECONDS

    def next_tick(beyond: int) -> float:
        while True:
            found = ticks.ticks(ticks.runs(lines(log)))
            if len(found) > beyond:
                return found[beyond].began
            opened.listen(0.3)
            if time.monotonic() > deadline:
                raise RuntimeError(f"The page drew no {number} new snapshots within {PATIENCE_SECONDS} s.")

    return next_tick(versions), next_tick(versions + number)


def lines(log: Path) -> list[str]:
    """The lines of a log so far."""
    return log.read_text().splitlines(keepends=True)


if __name__ == "__main__":  # one page alone: python -m benchmarks.page ours SANDBOX_URL VEHICLES PORT
    import tempfile

    _, kind, url, vehicles, port = sys.argv[:5]
    with tempfile.TemporaryDirectory() as folder:
        try:
            print(
                measure(
                    kind,
                    url,
                    int(vehicles),
                    Path(folder),
                    port=int(port),
                    poll_seconds=float(sys.argv[5]) if len(sys.argv) > 5 else 2,
                )
            )
        finally:
            for path in Path(folder).glob("*.log"):
                print(path.read_text()[-3000:])
