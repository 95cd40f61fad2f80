"""One tab of a headless Chromium, spoken to over its debugging protocol.

Not through Playwright, which always listens to the network: the browser then copies every message for it, on the
thread whose long tasks are to be measured.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.browser.rig import CHROMIUM_FLAGS, chromium_path

OBSERVE_LONG_TASKS = """
window.longTasks = [];
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) {
    window.longTasks.push([(performance.timeOrigin + task.startTime) / 1000, task.duration]);
  }
}).observe({type: "longtask", buffered: true});
"""


@dataclass
class Tab:
    """A tab and what the network brought to it while `Network` was enabled."""

    socket: ClientConnection
    received: list[tuple[float, float]] = field(default_factory=list)
    """(seconds since 1970, bytes) of each websocket message and each finished response."""
    _last: int = 0
    _epoch: float = 0.0
    """What to add to the browser's monotonic clock."""

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        self._last += 1
        self.socket.send(json.dumps({"id": self._last, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv(60))
            if message.get("id") == self._last:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                result: dict[str, Any] = message["result"]
                return result
            self._hear(message)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    def listen(self, seconds: float) -> None:
        """Take in what the browser reports for some time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                self._hear(json.loads(self.socket.recv(left)))
            except TimeoutError:
                return

    def long_tasks(self) -> list[tuple[float, float]]:
        """(Seconds since 1970, milliseconds) of each task of 50 ms or more since the page was opened."""
        return [(at, ms) for at, ms in self.evaluate("window.longTasks")]

    def busy_seconds(self) -> float:
        """CPU seconds that the page's thread has spent on tasks so far."""
        metrics = self.call("Performance.getMetrics")["metrics"]
        return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))

    def _hear(self, message: dict[str, Any]) -> None:
        event = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self._epoch = event["wallTime"] - event["timestamp"]
            case "Network.webSocketFrameReceived":
                text = event["response"]["payloadData"]
                binary = event["response"]["opcode"] == 2
                size = len(text) * 3 // 4 if binary else len(text.encode())  # base64
                self.received.append((event["timestamp"] + self._epoch, size))
            case "Network.loadingFinished":
                self.received.append((event["timestamp"] + self._epoch, event["encodedDataLength"]))


@contextmanager
def tab(
    url: str, port: int, *, script: str = OBSERVE_LONG_TASKS, line: Mapping[str, float] | None = None
) -> Iterator[Tab]:
    """Open an address, listening to the network from the first byte.

    `script`: what runs in the page before all else. `line`: as `Network.emulateNetworkConditions` takes it.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = [
            *CHROMIUM_FLAGS,
            "--headless=new",
            "--window-size=1280,900",
            f"--remote-debugging-port={port}",
            f"--user-data-dir={profile}",
        ]
        log = Path(profile, "log").open("wb")  # noqa: SIM115 - closed with the browser
        browser = subprocess.Popen(
            [chromium_path(), *flags, "about:blank"], stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
        try:
            with connect(_tab_address(port), max_size=None, ping_interval=None) as socket:
                opened = Tab(socket)
                opened.call("Network.enable")
                opened.call("Performance.enable", timeDomain="threadTicks")
                opened.call("Page.enable")
                opened.call("Page.addScriptToEvaluateOnNewDocument", source=script)
                if line is not None:
                    opened.call("Network.emulateNetworkConditions", offline=False, **line)
                opened.call("Page.navigate", url=url)
                yield opened
        finally:
            browser.terminate()
            browser.wait(20)
            log.close()


def _tab_address(port: int) -> str:
    for _ in range(200):
        try:
            tabs = httpx.get(f"http://127.0.0.1:{port}/json/list").json()
        except httpx.TransportError:
            tabs = []
        pages = [tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page"]
        if pages:
            return str(pages[0])
        time.sleep(0.1)
    raise RuntimeError("Chromium did not start. Run `sh scripts/ensure_chromium.sh`.")
