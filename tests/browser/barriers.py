"""What keeps people out who cannot see or point."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect


def barriers(page: Page) -> list[str]:
    """Serious and critical findings of axe-core.

    What waits for the script is greyed out for a moment, which is no lack of contrast of ours: what is not found
    again a little later was no barrier.
    """
    for _ in range(3):
        expect(page.locator('[data-stale="true"]')).to_have_count(0)
        if not (found := serious(page)):
            break
    return found


def serious(page: Page) -> list[str]:
    """Serious and critical findings of axe-core at this moment."""
    return [
        f"{rule['id']}: {node['target']} {node['html'][:200]} {node.get('failureSummary', '')[:200]}"
        for rule in Axe().run(page).response["violations"]
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]
