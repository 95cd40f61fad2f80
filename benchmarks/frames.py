"""Frames per second of the map in software graphics: `python -m benchmarks.frames [ROUNDS]`.

With roads and counties, and without.
The map is dragged in circles at three zooms, and zoomed by the wheel. Both kinds take turns in the same browser, so
that whatever else the machine does hits both; of the rounds the median counts.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import rig

ZOOMS = (3, 6, 9)
KINDS = ("with roads", "without")
LEAST = 0.9
"""Of the frames without roads."""
SECONDS = 4
"""That the map is moved for, once to load what lies beside and once to count."""
COUNT = """() => {
  window.frames_ = 0;
  window.began_ = performance.now();
  const next = () => { window.frames_ += 1; requestAnimationFrame(next); };
  if (!window.counting_) { window.counting_ = true; requestAnimationFrame(next); }
}"""
RATE = "() => window.frames_ / (performance.now() - window.began_) * 1000"


def measure(browser: Browser, server: rig.Server, zoom: int, kind: str) -> float:
    """Frames per second while one map is moved, once it has loaded all that is in sight."""
    with rig.browser_context(browser) as context:
        page = context.new_page()
        page.set_viewport_size({"width": 1280, "height": 700})
        plain = "&plain=yes" if kind == "without" else ""
        page.goto(f"{server.url}/?zoom={zoom}&lon=-84&lat=40{plain}")
        page.get_by_test_id("stDeckGlJsonChart").locator("canvas").first.wait_for()
        page.wait_for_load_state("networkidle")
        move(page)  # loads what lies beside
        page.wait_for_load_state("networkidle")
        page.evaluate(COUNT)
        move(page)
        return float(page.evaluate(RATE))


def move(page: Page) -> None:
    """Drag in circles, and zoom out and in, for some seconds."""
    page.mouse.move(640, 350)
    page.mouse.down()
    deadline, step = time.monotonic() + SECONDS, 0
    while time.monotonic() < deadline:
        step += 1
        page.mouse.move(640 + 200 * math.sin(step / 5), 350 + 100 * math.cos(step / 5))
        if step % 10 == 0:
            page.mouse.wheel(0, 60 if step % 20 else -60)
    page.mouse.up()


def main() -> int:
    """Exit code: 0 when roads do not make the map slower than LEAST allows."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    port, slow = rig.free_port(), False
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        url = f"http://127.0.0.1:{port}"
        server = rig.run(["-m", "benchmarks.frames_app", str(port)], {}, Path(folder, "log"), url)
        try:
            server.wait_until(f"{url}/_stcore/health")
            browser = rig.launch(playwright)
            for zoom in ZOOMS:
                found: dict[str, list[float]] = {kind: [] for kind in KINDS}
                for number in range(rounds):
                    for kind in KINDS[:: (-1) ** number]:
                        found[kind].append(measure(browser, server, zoom, kind))
                rates = {kind: median(values) for kind, values in found.items()}
                ratio = rates["with roads"] / rates["without"]
                slow = slow or ratio < LEAST
                told = ", ".join(f"{kind} {rate:.1f}" for kind, rate in rates.items())
                print(f"zoom {zoom}: frames per second {told}, ratio {ratio:.2f}", flush=True)
            browser.close()
        finally:
            server.stop()
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
