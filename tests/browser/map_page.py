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
SUMMARY = f"""() => {{
  const found = {{}};
  for (const layer of ({LAYERS})()) {{
    const name = layer.id.replace(/^vehicles-.*/, "vehicles");
    const before = found[name] ?? {{glides: false, rows: []}};
    found[name] = {{
      glides: before.glides || Boolean(layer.props.transitions && layer.props.transitions.getPosition),
      rows: Array.isArray(layer.props.data) && !layer.id.startsWith("basemap")
        ? [...before.rows, ...layer.props.data] : before.rows,
    }};
  }}
  return found;
}}"""
PROJECT = f"""([lon, lat]) => {{
  const box = document.querySelector('[data-testid="stDeckGlJsonChart"] canvas').getBoundingClientRect();
  const layer = ({LAYERS})().find((one) => one.id.startsWith("vehicles"));
  if (!layer || !layer.context) return null;  // between two drawings
  const [x, y] = layer.context.viewport.project([lon, lat]);
  return [box.x + x, box.y + y];
}}"""

FREE = """([x, y]) => {
  const box = document.querySelector('[data-testid="stDeckGlJsonChart"]').getBoundingClientRect();
  if (x < box.left || x > box.right || y < box.top || y > box.bottom) return false;
  const over = document.querySelectorAll(".st-key-map_over > *, .st-key-map_below > *, .st-key-map_side, .kiosk");
  return ![...over].some((one) => {
    const covered = one.getBoundingClientRect();
    return x > covered.left && x < covered.right && y > covered.top && y < covered.bottom;
  });
}"""
"""Whether a point of the window is on the map, with nothing over it."""

FRAMES = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"""
"""Done once the browser has drawn anew: software graphics may show one picture for longer than a fixed time."""


class MapPage:
    """The live map with the steps that several tests take."""

    def __init__(self, seen: rig.Watch) -> None:
        self.seen = seen

    @property
    def page(self) -> Page:
        """Playwright's page."""
        return self.seen.page

    def layers(self) -> dict[str, dict[str, Any]]:
        """Layer id to whether it glides and the rows it draws; the vehicles' layers, from the bottom up, as one."""
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
            self.page.evaluate(FRAMES)
            self.page.wait_for_timeout(200)
            return before is not None and before == found[0]

        self.seen.until(rests, "the map to come to rest")
        assert found[0]
        return found[0]

    def all_in_sight(self) -> bool:
        """Whether each vehicle is on the map, and nothing over it."""
        return all(self.page.evaluate(FREE, list(self.on_screen(*row["p"]))) for row in self.seen.rows())

    def point_at(self, name: str) -> tuple[float, float]:
        """Move the pointer onto a vehicle until the map says its name; gives where that is in the window.

        The map answers a moving pointer only, and only with what it has drawn by then.
        """
        tooltip = self.page.locator(".deck-tooltip:visible").filter(has_text=name)
        found = [(0.0, 0.0)]

        def told() -> bool:
            row = next(row for row in self.seen.rows() if row["name"] == name)
            x, y = found[0] = self.on_screen(*row["p"])
            self.page.mouse.move(x - 3, y - 3)
            self.page.mouse.move(x, y, steps=4)
            try:
                expect(tooltip).to_be_visible(timeout=5000)
            except AssertionError:
                return False
            return True

        self.seen.until(told, f"the tooltip of {name}")
        return found[0]

    def query(self) -> dict[str, list[str]]:
        """The parameters in the address."""
        return parse_qs(urlsplit(self.page.url).query)

    def all_rows(self) -> list[dict[str, Any]]:
        """Wait for the first rows with names, and give them: a new process learns all names after the positions."""
        self.seen.map_shown()
        return self.seen.rows_are(
            lambda rows: any(not row["name"].startswith("Vehicle ") for row in rows),
            "the first rows with names",
        )

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
        self.tools()
        self.page.locator(".st-key-map_toolbar").get_by_role("button", name=re.compile(name)).click()

    def tools(self, *, opened: bool = True) -> None:
        """Open or close the sheet that holds most of the toolbar on a phone; nothing where there is room for it."""
        switch = self.page.locator("[class*='st-key-map_tools_'] label")
        inside = self.page.get_by_role("button", name="View", exact=True)
        if switch.is_visible() and inside.is_visible() != opened:
            switch.click()
            expect(inside).to_be_visible(visible=opened)

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


def panel(shown: MapPage) -> dict[str, str]:
    """The facts in the panel, label to value; read at once, since a tick may change how many there are."""
    facts = shown.page.locator(".st-key-map_panel dl.facts")
    expect(facts).to_be_visible()
    found: dict[str, str] = facts.evaluate(
        """list => Object.fromEntries(
            [...list.querySelectorAll("dt")].map(term => [term.innerText, term.nextElementSibling.innerText]))"""
    )
    return found


def click_on(shown: MapPage, name: str) -> None:
    """Click on the map where a vehicle is drawn, until it is chosen.

    deck.gl takes a press of more than 250 ms for no click, and software graphics may take that long between the
    two ends of one. A second click on the same vehicle would let go of it, so the first one is given its time.
    """
    for _ in range(8):
        shown.page.mouse.click(*shown.point_at(name))
        try:
            expect(shown.page.locator(".st-key-map_chosen")).to_contain_text(name, timeout=10_000)
        except AssertionError:
            continue
        return
    raise AssertionError(f"{name} was not chosen by clicking on it.")
