"""Take the pictures of the README and the documents: `python -m scripts.screenshots [--vehicles 1200] [--all]`.

Starts a simulated Catena and two dashboards, opens each page in a real Chromium, and writes docs/images/*.png.
Without options: the few that the documents show. `--all`: every page at every size, light and dark, into --out.
Streets are those that the browser tests serve: nobody outside is asked.
"""

from __future__ import annotations

import argparse
import io
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import rig, streets

IMAGES = rig.ROOT / "docs" / "images"
SIZES = {1280: 800, 390: 844, 1920: 1080}
MAPS = {"live-map": "/", "kiosk": "/?kiosk=1", "streets": "/?at=41.88,-87.63,9&map=streets"}
SHOWN = {
    ("live-map", 1280, "light"),
    ("live-map", 1280, "dark"),
    ("live-map", 390, "light"),
    ("kiosk", 1280, "dark"),
    ("invitation", 1280, "light"),
    ("stage-code", 1280, "light"),
    ("stage-live", 1280, "light"),
}
HOST = "fleets.example"
"""By which the pages of invitations are opened: under 127.0.0.1 they say that phones cannot open the code."""
FLEETS = cycle(["Falcon Freight", "Prairie Haulage", "Nord Freight", "Blue Hauling"])

Pages = Callable[[rig.Watch], Iterator[str]]
"""Goes from one page to the next, and gives the name of each once it is to be seen."""


def save(picture: bytes, path: Path) -> None:
    """Write a PNG of 256 colours: a third of the bytes, and no difference to the eye."""
    # The usual way counts pixels, and so gives a source of few vehicles another one's colour.
    few = Image.open(io.BytesIO(picture)).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=2)
    few.save(path, optimize=True)
    print(f"{path} {path.stat().st_size // 1024} KB")


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--vehicles", type=int, default=1200)
    parser.add_argument("--all", action="store_true", help="every page, size and theme")
    parser.add_argument("--out", type=Path, default=IMAGES)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    fleets = max(1, min(300, options.vehicles // 200)) if options.vehicles else 0
    with (
        tempfile.TemporaryDirectory() as folder,
        streets.serving() as hosted,
        rig.sandbox(Path(folder), "--vehicles", str(options.vehicles), "--fleets", str(fleets)) as catena,
        rig.dashboard(
            Path(folder), {**settings_of(catena), "CATENA_BASEMAPS": f"Streets={hosted.url}"}
        ) as live,
        rig.dashboard(Path(folder), {"CATENA_COMPANY_NAME": "Example Insurance"}) as simulated,
        sync_playwright() as playwright,
    ):
        browser = rig.launch(playwright, f"--host-resolver-rules=MAP {HOST} 127.0.0.1")
        named = replace(simulated, url=simulated.url.replace("127.0.0.1", HOST))
        visits: list[tuple[rig.Server, set[str], Pages]] = [
            (live, {name}, lambda seen, name=name: look(seen, name, bool(options.vehicles))) for name in MAPS
        ]
        visits += [
            (named, {"invitations", "invitation"}, invite),
            (named, {"stage-code", "stage-steps", "stage-live"}, lambda seen: stage(seen, browser)),
        ]
        for theme in ("light", "dark"):
            for width, height in SIZES.items():
                for server, names, pages in visits:
                    wanted = {name for name in names if options.all or (name, width, theme) in SHOWN}
                    if not wanted:
                        continue
                    with rig.watched(browser, server, width=width, height=height, theme=theme) as seen:
                        for name in pages(seen):
                            if name in wanted:
                                save(seen.page.screenshot(), options.out / f"{name}-{width}-{theme}.png")
        browser.close()


def settings_of(catena: rig.Server) -> dict[str, str]:
    """The environment of a dashboard on a sandbox, which prints its credentials when it starts."""
    printed = dict(re.findall(r"(CATENA_\w+)=(\S+)", catena.log()))
    return {**printed, "CATENA_API_URL": catena.url, "CATENA_AUTH_URL": f"{catena.url}/realms/catena"}


def look(seen: rig.Watch, name: str, vehicles: bool) -> Iterator[str]:
    """Open one of the maps."""
    seen.open(MAPS[name])
    if vehicles:
        seen.ticks(4)  # the second fix gives each vehicle its heading
    expect(seen.page.get_by_test_id("stToast")).to_have_count(0)  # whose server the streets come from
    seen.page.wait_for_timeout(3000)  # tiles, and the last movement
    yield name


def invite(seen: rig.Watch) -> Iterator[str]:
    """The form, and the card of an invitation made with it."""
    page = seen.open("/invitations").page
    yield "invitations"
    page.get_by_label("Fleet reference", exact=True).fill("POLICY-4711")
    page.get_by_role("button", name="Create invitation").click()
    again = page.get_by_role("button", name="Show the one there is")
    link = page.get_by_role("link", name="Open invitation link")
    link.or_(again).first.wait_for()
    if again.count():
        again.click()
    page.get_by_role("img", name="QR code for POLICY-4711").wait_for()
    page.wait_for_timeout(2000)
    yield "invitation"


def stage(seen: rig.Watch, browser: Browser) -> Iterator[str]:
    """The stage from the code to the fleet's vehicles, which a phone brings about."""
    page = seen.open("/stage").page
    page.get_by_label("Fleet name").fill(next(FLEETS))
    page.get_by_role("button", name="Show the code").click()
    link = seen.code(page.locator(".stage .qr img"))
    yield "stage-code"
    fleet = browser.new_page()
    fleet.goto(link)
    fleet.get_by_role("button", name="Accept and continue").click()
    expect(page.locator(".stage .qr img")).to_have_count(0)
    page.wait_for_timeout(2000)
    yield "stage-steps"
    fleet.get_by_role("listitem").get_by_role("link", name="Geotab").first.click()
    fleet.get_by_role("button", name="Connect").click()
    fleet.wait_for_load_state()
    fleet.close()
    expect(page.get_by_text("is live: ")).to_be_visible()
    page.wait_for_timeout(20_000)  # the flight, the vehicles coming apart, and the tiles of where that is
    yield "stage-live"


if __name__ == "__main__":
    main()
