"""A first visit, with nothing kept: how long until vehicles are on a map with land, and what comes over the wire."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.chromium import tab
from benchmarks.page import served
from tests.browser import rig

VEHICLES = 1200
TIMES = 3
PATIENCE_SECONDS = 90
LINES: Mapping[str, Mapping[str, float] | None] = {
    "this machine": None,
    "10 Mbit/s, 40 ms": {"latency": 40, "downloadThroughput": 10e6 / 8, "uploadThroughput": 5e6 / 8},
}
# Each vehicle is one instance of its layer; land is drawn by indices, and the larger shapes have many.
WATCH_DRAWING = """{
  window.drawn = {};
  const note = (what) => window.drawn[what] ??= performance.now();
  const gl = WebGL2RenderingContext.prototype;
  for (const [name, place] of [["drawArraysInstanced", 3], ["drawElementsInstanced", 4]]) {
    const draw = gl[name];
    gl[name] = function (...given) {
      if (given[place] >= VEHICLES) note("vehicles");
      return draw.apply(this, given);
    };
  }
  const draw = gl.drawElements;
  gl.drawElements = function (...given) {
    if (given[1] >= 300) note("land");
    return draw.apply(this, given);
  };
}"""


@dataclass(frozen=True)
class FirstVisit:
    """A page's first visits over one line; medians."""

    kind: str
    line: str
    seconds: float
    """From the address to the first picture with vehicles and land."""
    megabytes: float
    """Of all answers and messages until then."""


def measure(folder: Path, lines: Mapping[str, Mapping[str, float] | None] = LINES) -> list[FirstVisit]:
    """The pages `ours` and `inline` over one sandbox, by turns, in a new browser each time."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with ExitStack() as stack:
        sandbox = stack.enter_context(rig.sandbox(folder, "--vehicles", str(VEHICLES)))
        servers = {
            kind: stack.enter_context(served(kind, sandbox.url, folder / kind, poll_seconds=15))
            for kind in ("ours", "inline")
        }
        for server in servers.values():
            visit(server.entrance, None)  # the first run of a script reads all that it imports
        for _ in range(TIMES):
            for line, conditions in lines.items():
                for kind, server in servers.items():
                    found.setdefault((kind, line), []).append(visit(server.entrance, conditions))
    return [
        FirstVisit(kind, line, median(at for at, _ in visits), median(size for _, size in visits))
        for (kind, line), visits in found.items()
    ]


def visit(address: str, line: Mapping[str, float] | None) -> tuple[float, float]:
    """Seconds, and megabytes."""
    script = WATCH_DRAWING.replace("VEHICLES", str(VEHICLES // 2))
    with tab(address, rig.free_port(), script=script, line=line) as opened:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            opened.listen(0.2)
            drawn = opened.evaluate("window.drawn") or {}
            if len(drawn) == 2:
                return max(drawn.values()) / 1000, sum(size for _, size in opened.received) / 1e6
    raise RuntimeError(f"No vehicles on a map with land within {PATIENCE_SECONDS} s: {drawn}")


if __name__ == "__main__":  # alone: python -m benchmarks.first_visit [line]
    import sys
    import tempfile

    wanted = {line: LINES[line] for line in sys.argv[1:] or LINES}
    with tempfile.TemporaryDirectory() as folder:
        for one in measure(Path(folder), wanted):
            print(one)
