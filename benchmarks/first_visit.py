"""A first visit, with nothing kept: how long until vehicles are on screen, and what comes over the wire until then.

`python -m benchmarks.first_visit [VEHICLES [LINE]]` prints ours beside the inline page's.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chromium import tab
from benchmarks.page import served
from tests.browser import rig

PATIENCE_SECONDS = 60
POLL_SECONDS = 15
LINES: Mapping[str, Mapping[str, float] | None] = {
    "this machine": None,
    "10 Mbit/s, 40 ms": {"latency": 40, "downloadThroughput": 10e6 / 8, "uploadThroughput": 5e6 / 8},
}
# With deck.gl each vehicle is one instance of its layer. Plotly draws dots by indices, some tiles at a time, and folium
# puts elements into the page of its frame.
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
    if (given[1] >= 300) note(KIND === "plotly_chart" ? "vehicles" : "land");
    return draw.apply(this, given);
  };
  if (KIND === "folium_map" && window === window.top) setInterval(() => {
    if (document.querySelector("iframe")?.contentDocument.querySelector(".leaflet-marker-pane > *")) note("vehicles");
  }, 20);
}"""


@dataclass(frozen=True)
class FirstVisit:
    """One first visit to a page over one line."""

    kind: str
    line: str
    vehicles: int
    seconds: float | None
    """From the address to the first picture with vehicles; None: not in time."""
    land_seconds: float | None
    """Until there is land as well, where the page has any."""
    megabytes: float
    """Of all answers and messages until the vehicles."""


def measure(
    folder: Path, vehicles: int, kinds: Sequence[str], times: int, lines: Sequence[str] = ("this machine",)
) -> Iterator[FirstVisit]:
    """The pages over one sandbox, by turns, in a new browser each time."""
    arguments = ("--vehicles", str(vehicles), "--fleets", str(max(6, vehicles // 330)))
    with ExitStack() as stack:
        sandbox = stack.enter_context(rig.sandbox(folder, *arguments))
        servers = {
            kind: stack.enter_context(served(kind, sandbox.url, folder / kind, poll_seconds=POLL_SECONDS))
            for kind in kinds
        }
        for kind, server in servers.items():
            visit(
                kind, server.entrance, vehicles, "this machine"
            )  # the first run of a script reads all it imports
        for _ in range(times):
            for line in lines:
                for kind, server in servers.items():
                    yield visit(kind, server.entrance, vehicles, line)


def visit(kind: str, address: str, vehicles: int, line: str) -> FirstVisit:
    """Open a page, and wait for its vehicles, and for land where it has any."""
    script = WATCH_DRAWING.replace("VEHICLES", str(vehicles // 2)).replace("KIND", json.dumps(kind))
    wanted = {"vehicles", "land"} if kind in ("ours", "inline") else {"vehicles"}
    deadline, drawn, size = time.monotonic() + PATIENCE_SECONDS, dict[str, float](), 0.0
    # A browser that answers nothing for a minute is one that has not drawn in time.
    with suppress(TimeoutError), tab(address, rig.free_port(), script=script, line=LINES[line]) as opened:
        while time.monotonic() < deadline and not wanted <= drawn.keys():
            opened.listen(0.2)
            drawn = {what: ms / 1000 for what, ms in (opened.evaluate("window.drawn") or {}).items()}
        until = opened.evaluate("performance.timeOrigin") / 1000 + drawn.get("vehicles", PATIENCE_SECONDS)
        size = sum(size for at, size in opened.received if at <= until)
    return FirstVisit(kind, line, vehicles, drawn.get("vehicles"), drawn.get("land"), size / 1e6)


if __name__ == "__main__":
    asked = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        number = int(asked[0]) if asked else 1200
        for one in measure(Path(name), number, ("ours", "inline"), 3, asked[1:] or list(LINES)):
            print(one, flush=True)
