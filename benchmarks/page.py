"""One page in one browser: what a tick costs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import ticks
from benchmarks.chromium import Tab, tab
from sandbox import SandboxConfig
from tests.browser import rig

HEARD_TICKS = 1
"""Of whose bytes the network tells, in the first run alone: they are the same in all."""
QUIET_TICKS = 3
"""With nobody listening, for what the browser's own thread does."""
DRAWN = {
    "plotly_chart": "!!document.querySelector('.js-plotly-plot canvas')",
    "folium_map": "!!document.querySelector('iframe')?.contentDocument.querySelector('.leaflet-marker-pane > *')",
}
CANVAS = """!!document.querySelector('[data-testid="stDeckGlJsonChart"] canvas')"""


class TooSlow(RuntimeError):
    """A page did not show its ticks within the time limit."""


@dataclass
class Watched:
    """A page that is open, and the log of what its ticks cost the server."""

    opened: Tab
    log: Path
    deadline: float

    def ticks(self) -> list[ticks.Tick]:
        """Those so far."""
        return ticks.ticks(self.runs())

    def runs(self) -> list[dict[str, float | str]]:
        """The runs of its fragments so far."""
        return ticks.runs(self.log.read_text().splitlines(keepends=True))

    def wait(self, number: int) -> float:
        """Let so many more ticks come; the moment (seconds since 1970) that the last of them began."""
        wanted = len(self.ticks()) + number
        while len(found := self.ticks()) < wanted:
            self.opened.listen(0.2)
            if time.monotonic() > self.deadline:
                raise TooSlow
        return found[-1].began


def measure(
    kind: str, sandbox_url: str, vehicles: int, folder: Path, *, poll_seconds: float, runs: int, limit: float
) -> Iterator[ticks.PageCost]:
    """Start the page `kind` over a sandbox, watch it in Chromium, anew for each run, and give the costs of each.

    Raises `TooSlow` when a run takes longer than `limit` seconds.
    """
    log = folder / f"{kind}-{vehicles}.ticks"
    with served(kind, sandbox_url, log, poll_seconds=poll_seconds) as server:
        # The browser opens when the first poll and the names are there, as it would on a running server.
        time.sleep(2 * poll_seconds + vehicles / 25_000)
        for run in range(runs):
            with tab(server.entrance, rig.free_port()) as opened:
                watched = Watched(opened, log, time.monotonic() + limit)
                try:
                    yield _costs(watched, kind, vehicles, run)
                except TooSlow:
                    seen = len(watched.ticks())
                    raise TooSlow(f"not within {limit:g} s ({seen} ticks)") from None
                except TimeoutError:
                    raise TooSlow("its browser answered nothing for a minute") from None


def _costs(watched: Watched, kind: str, vehicles: int, run: int) -> ticks.PageCost:
    opened, kilobytes = watched.opened, None
    if run:
        opened.call("Network.disable")
    began = watched.wait(1)  # the first page run, the basemap and the first glide are over by the next
    if not run:
        began = watched.wait(1)
        ended = watched.wait(HEARD_TICKS)
        kilobytes = _mean(watched, kind, opened.received, began, ended) / 1000
        opened.call("Network.disable")
    began = watched.wait(1)
    since, busy = time.time(), opened.busy_seconds()
    ended = watched.wait(QUIET_TICKS)
    until, busy = time.time(), opened.busy_seconds() - busy
    if not opened.evaluate(DRAWN.get(kind, CANVAS)):
        raise RuntimeError("it shows no map")
    return ticks.PageCost(
        kind,
        vehicles,
        run,
        ticks=QUIET_TICKS,
        cpu_ms=ticks.cpu_ms(ticks.between(watched.ticks(), began, ended)),
        kilobytes=kilobytes,
        long_task_ms=_mean(watched, kind, opened.long_tasks(), since, until),
        thread_ms=_mean(watched, kind, [(since, busy * 1000)], began, ended),
    )


def _mean(
    watched: Watched, kind: str, events: list[tuple[float, float]], began: float, ended: float
) -> float:
    """Per tick. In doubt against us: of a peer every run counts as one, of ours only one with new positions."""
    if kind == "ours":
        number = len(ticks.between(watched.ticks(), began, ended))
    else:
        number = sum(began <= float(run["at"]) < ended for run in watched.runs())
    return ticks.mean_per_tick(events, began, max(ended, began), max(1, number))


@contextmanager
def served(
    kind: str, sandbox_url: str, log: Path, *, poll_seconds: float, **more: str
) -> Iterator[rig.Server]:
    """A page in a process of its own over a sandbox; what its ticks cost goes to `log`. `more`: of its environment."""
    log.touch()
    config = SandboxConfig()
    environ = {
        "CATENA_API_URL": sandbox_url,
        "CATENA_AUTH_URL": f"{sandbox_url}/realms/catena",
        "CATENA_CLIENT_ID": config.client_id,
        "CATENA_CLIENT_SECRET": config.client_secret,
        "CATENA_POLL_SECONDS": f"{poll_seconds:g}",
        "BENCH_TICKS": str(log),
        **more,
    }
    port = rig.free_port()
    url = f"http://127.0.0.1:{port}"
    command = ["-m", "benchmarks.measured", kind, str(port)]
    server = rig.run(command, environ, log.with_suffix(".log"), url)
    try:
        server.wait_until(f"{url}/_stcore/health")
        yield server
    finally:
        server.stop()
