"""Names, errors and links that look like Markdown or HTML are text, and ordinary names never empty the map."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.map_page import panel
from tests.browser.world import HOSTILE_TEXTS, World

pytestmark = pytest.mark.browser

HARM = """() => [
  ...document.querySelectorAll('a[href*="evil"]:not([href^="#"]), img[src*="evil"], img[src="x"]'),
  ...document.querySelectorAll('.katex, [alt="Streamlit logo"]'),
  ...[...document.querySelectorAll('[translate="no"], [role="img"]')].filter(icon => icon.innerText === "home"),
].map(node => node.outerHTML)"""
"""What hostile text must not become."""

SHOWN = """() => [...document.querySelectorAll('[class*="st-key-shown_"], [class*="st-key-raw_"]')].map(node => [
  node.className.match(/st-key-(shown|raw)_(\\w+)/)[2],
  node.innerText || (node.querySelector("input")?.value ?? ""),
])"""


def as_shown(text: str) -> str:
    """A text without white space, and without what keeps it from being a link."""
    return "".join(text.replace("\u2060", "").split())


def harmless(page: Page) -> None:
    assert page.evaluate(HARM) == []


def test_all_that_reads_markdown_shows_escaped_text_as_it_is(visit, dashboard) -> None:
    seen = visit(dashboard(script="tests/browser/hostile_page.py"))
    expect(seen.page.locator(f".st-key-raw_{len(HOSTILE_TEXTS) - 1}_selectbox")).to_be_visible()

    def shown() -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = seen.page.evaluate(SHOWN)
        return found

    seen.until(lambda: all(inner for _, inner in shown()), "everything to be drawn")
    assert len(shown()) == 17 * len(HOSTILE_TEXTS)
    for key, inner in shown():
        number, _, name = key.partition("_")
        said = as_shown(inner)
        if name == "popover":
            said = said.removesuffix("expand_more")
        assert said == as_shown(HOSTILE_TEXTS[int(number)]), name
    harmless(seen.page)
    assert not seen.outside  # its font is not beside this script, which the console holds against it


@pytest.mark.slow
def test_ordinary_names_are_drawn_and_hostile_ones_are_text_on_the_map_page(
    see, dashboard, hostile: World
) -> None:
    wrong = {
        "fleet": "[x](https://evil.example)",
        "vehicle": "![](https://evil.example/p.png)",
        "hex": ":material/home:",
    }
    shown = see(
        f"/?{urlencode(wrong)}&trailers=1",
        server=dashboard(hostile.settings),
        width=1280,
        height=900,
        drawn=True,
    )
    shown.all_rows()
    page = shown.page

    def says(text: str, selector: str = "body") -> None:
        shown.seen.until(
            lambda: as_shown(text) in as_shown(page.locator(selector).first.inner_text()),
            f"{text} in {selector}",
        )
        harmless(page)

    for value in wrong.values():
        says(f"“{value}”, which is not known here")
    names = [row["vehicle_name"] for row in hostile.rows["/v2/telematics/vehicles"]]
    shown.seen.until(
        lambda: sorted(row["name"] for row in shown.layers()["vehicles"]["rows"]) == sorted(names),
        "all vehicles to be drawn with their names",
    )
    for name in ("T12 | Smith | Reefer", "0412"):
        shown.point_at(name)
    everything = HOSTILE_TEXTS[0]
    shown.page.locator(".st-key-trailers_details").get_by_role("button").click()
    says(f"GET /v2/telematics/trailer-locations was answered 403 Forbidden ({everything})")
    shown.close()
    shown.find("![](https://evil.example/p.png)nothing")
    says("No vehicle of yours matches “![](https://evil.example/p.png)nothing”.")
    hit = shown.find("evil").get_by_role("button").first
    says(everything, ".st-key-map_results")
    hit.click()
    says(everything, ".st-key-map_chosen")
    assert as_shown(everything) in as_shown(panel(shown)["Fleet"])
    says(f"Chosen on the map: {everything}", ".st-key-list_chosen")
    shown.pick("Fleet", everything[:12])
    says(f"Showing only vehicles of {everything}", ".st-key-map_sentence")
    shown.popover("View")
    shown.pick("Colour by", "Fleet")
    shown.close()
    says(everything, ".st-key-map_legend")
    page.get_by_role("button", name="Show trail").click()
    says(everything, ".st-key-trails table")
    page.goto(f"{shown.seen.server_url}/?kiosk=cycle&fleet=fleet-1")
    says(everything, ".kiosk")
    shown.seen.clean()


def test_hostile_references_are_text_on_the_invitations_page(visit, dashboard, hostile: World) -> None:
    seen = visit(dashboard(hostile.settings), "/invitations", width=1280, height=900)
    text = as_shown(HOSTILE_TEXTS[0])

    def says(selector: str) -> None:
        seen.until(
            lambda: text in as_shown(seen.page.locator(selector).first.inner_text()),
            f"the text in {selector}",
        )
        harmless(seen.page)

    seen.page.get_by_role("tab", name="Follow up").click()
    grid = seen.page.get_by_test_id("stDataFrame")
    expect(grid).to_be_visible()
    seen.settled()
    grid.click(position={"x": 17, "y": 34 + 16})
    says("[data-testid=stMainBlockContainer]")
    seen.page.get_by_role("button", name="Resend").click()
    says("[role=dialog]")
    seen.page.keyboard.press("Escape")
    seen.page.get_by_role("tab", name="Progress").click()
    grid = seen.page.get_by_role("tabpanel", name="Progress").get_by_test_id("stDataFrame")
    expect(grid).to_be_visible()
    seen.settled()
    grid.click(position={"x": 17, "y": 34 + 16})
    says("[data-testid=stMainBlockContainer]")
    seen.page.get_by_role("tab", name="Many at once").click()
    seen.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {
            "name": "f.csv",
            "mimeType": "text/csv",
            "buffer": f'fleet_ref,fleet_email\n"{text}",nonsense\n'.encode(),
        }
    )
    seen.until(
        lambda: text[:40] in as_shown(seen.page.get_by_test_id("stMainBlockContainer").inner_text()),
        "the row",
    )
    harmless(seen.page)
    seen.clean()
