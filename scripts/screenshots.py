"""Take the pictures of the README and the documents: `python -m scripts.screenshots [--vehicles 1200] [--all]`.

Starts a simulated Catena and the dashboard, opens each page in a real Chromium, and writes docs/images/*.png.
Without options: the few that the documents show. `--all`: every page at 1280 and 390 px, light and dark, into --out.
"""

from __future__ import annotations

import argparse
import io
import re
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser import rig

IMAGES = rig.ROOT / "docs" / "images"
SIZES = {1280: 800, 390: 844}
PAGES = {"live-map": "/", "invitations": "/invitations"}
SHOWN = {
    ("live-map", 1280, "light"),
    ("live-map", 1280, "dark"),
    ("live-map", 390, "light"),
    ("invitation", 1280, "light"),
}


def save(picture: bytes, path: Path) -> None:
    """Write a PNG of 256 colours: a third of the bytes, and no difference to the eye."""
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(256).save(path, optimize=True)
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
        rig.sandbox(Path(folder), "--vehicles", str(options.vehicles), "--fleets", str(fleets)) as catena,
        rig.dashboard(Path(folder), settings_of(catena)) as server,
        sync_playwright() as playwright,
    ):
        browser = rig.launch(playwright)
        for theme in ("light", "dark"):
            for width, height in SIZES.items():
                for page in (*PAGES, "invitation"):
                    if not (options.all or (page, width, theme) in SHOWN):
                        continue
                    with rig.watched(browser, server, width=width, height=height, theme=theme) as seen:
                        seen.open(PAGES.get(page, "/invitations"))
                        if page == "invitation":
                            invite(seen)
                        elif page == "live-map" and options.vehicles:
                            seen.map_shown().ticks(4)  # the second fix gives each vehicle its heading
                        seen.page.wait_for_timeout(3000)  # tiles, and the last movement
                        save(seen.page.screenshot(), options.out / f"{page}-{width}-{theme}.png")
        browser.close()


def settings_of(catena: rig.Server) -> dict[str, str]:
    """The environment of a dashboard on a sandbox, which prints its credentials when it starts."""
    printed = dict(re.findall(r"(CATENA_\w+)=(\S+)", catena.log()))
    return {**printed, "CATENA_API_URL": catena.url, "CATENA_AUTH_URL": f"{catena.url}/realms/catena"}


def invite(seen: rig.Watch) -> None:
    """Create an invitation, so that its card is in the picture."""
    seen.page.get_by_label("Fleet reference", exact=True).fill("POLICY-4711")
    seen.page.get_by_role("button", name="Create invitation").click()
    again = seen.page.get_by_role("button", name="Show the one there is")
    link = seen.page.get_by_role("link", name="Open invitation link")
    link.or_(again).first.wait_for()
    if again.count():
        again.click()
    seen.page.get_by_role("img", name="QR code for POLICY-4711").wait_for()


if __name__ == "__main__":
    main()
