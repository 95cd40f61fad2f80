"""The map as deck.gl holds it in the browser: its layers, what they draw, and where on the screen."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.browser import rig

LAYERS = """() => {
  let node = document.querySelector('[data-testid="stDeckGlJsonChart"] canvas');
  const key = () => Object.keys(node).find((name) => name.startsWith("__reactFiber$"));
  while (node && !key()) node = node.parentElement;
  if (!node) return [];
  for (let fiber = node[key()]; fiber; fiber = fiber.return) {
    const layers = fiber.memoizedProps && fiber.memoizedProps.layers;
    if (!Array.isArray(layers) || !layers.length || !layers[0].id) continue;
    // What React holds may be discarded already; the manager holds what is drawn.
    const context = layers.map((layer) => layer.context).find(Boolean);
    return context ? context.layerManager.getLayers().filter((layer) => !layer.parent) : [];
  }
  return [];
}"""
SUMMARY = f"""() => Object.fromEntries(({LAYERS})().map((layer) => [layer.id, {{
  glides: Boolean(layer.props.transitions && layer.props.transitions.getPosition),
  rows: Array.isArray(layer.props.data) && !layer.id.startsWith("basemap") ? [...layer.props.data] : [],
}}]))"""
PROJECT = f"""([lon, lat]) => {{
  const box = document.querySelector('[data-testid="stDeckGlJsonChart"] canvas').getBoundingClientRect();
  const layer = ({LAYERS})().find((one) => one.id === "vehicles");
  if (!layer || !layer.context) return null;  // between two drawings
  const [x, y] = layer.context.viewport.project([lon, lat]);
  return [box.x + x, box.y + y];
}}"""


class MapPage:
    """The live map with the steps that several tests take."""

    def __init__(self, seen: rig.Watch) -> None:
        self.seen = seen

    @property
    def page(self) -> Page:
        """Playwright's page."""
        return self.seen.page

    def layers(self) -> dict[str, dict[str, Any]]:
        """Layer id to whether it glides and the rows it draws."""
        found: list[dict[str, dict[str, Any]]] = [{}]

        def drawn() -> bool:
            found[0] = self.page.evaluate(SUMMARY)
            return bool(found[0])

        self.seen.until(drawn, "the map to be drawn")
        return found[0]

    def on_screen(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a place is in the window, in pixels, once the map has come to rest."""
        found: list[tuple[float, float] | None] = [None]

        def rests() -> bool:
            before, found[0] = found[0], self.page.evaluate(PROJECT, [lon, lat])
            self.page.wait_for_timeout(200)
            return before is not None and before == found[0]

        self.seen.until(rests, "the map to come to rest")
        assert found[0]
        return found[0]

    def query(self) -> dict[str, list[str]]:
        """The parameters in the address."""
        return parse_qs(urlsplit(self.page.url).query)

    def rows_are(self, condition: Any, what: str) -> list[dict[str, str]]:
        """Wait until the feed's newest rows meet a condition and are as many as the line over the map says."""
        self.seen.until(
            lambda: condition(self.seen.rows()) and len(self.seen.rows()) == self.seen.counts()[0], what
        )
        return self.seen.rows()

    def all_rows(self) -> list[dict[str, str]]:
        """Wait for the first rows, and give them."""
        self.seen.map_shown()
        return self.rows_are(bool, "the first rows")

    def find(self, text: str) -> Locator:
        """Type into the search box; gives the results."""
        self.page.get_by_label("Find a vehicle").fill(text)
        results = self.page.locator(".st-key-map_results")
        expect(results).to_be_visible()
        return results

    def legend(self) -> dict[str, int]:
        """Label to count."""
        texts = self.page.locator("[class*='st-key-legend_'] button:visible").all_inner_texts()
        parts = [re.fullmatch(r"(.*?)\s+([\d,]+)", text.strip(), re.DOTALL) for text in texts]
        return {part[1].strip(): int(part[2].replace(",", "")) for part in parts if part}

    def legend_entry(self, label: str) -> Locator:
        """One button of the legend."""
        return self.page.locator("[class*='st-key-legend_'] button:visible").filter(has_text=label)

    def popover(self, name: str) -> None:
        """Open one of the toolbar's popovers, by the start of its name."""
        self.close()
        self.page.locator(".st-key-map_toolbar").get_by_role("button", name=re.compile(name)).click()

    def close(self) -> None:
        """Close the popover that is open, if one is."""

        def closed() -> bool:
            if open_still := self.page.get_by_test_id("stPopoverBody").count():
                self.page.keyboard.press("Escape")
            return not open_still

        self.seen.until(closed, "the popover to close")

    def pick(self, label: str, option: str) -> None:
        """Take one value of a select or multiselect."""
        self.page.get_by_role("combobox", name=label).click()
        self.page.get_by_role("option").filter(has_text=re.compile(re.escape(option))).first.click()
        if self.page.get_by_role("listbox").count():
            self.page.keyboard.press("Escape")
