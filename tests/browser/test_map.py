"""The live map as a viewer meets it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_vehicles_are_on_the_map_and_nobody_outside_is_asked(dashboard, visit, width: int, theme: str) -> None:
    seen = visit(dashboard(), width=width, theme=theme).map_shown()
    rows = seen.rows()
    shown = int(re.search(r"([\d,]+) shown of", seen.page.get_by_text(" shown of ").inner_text())[1].replace(",", ""))
    assert len(rows) == shown > 1000
    assert all(-180 <= float(row["lon"]) <= 180 and -90 <= float(row["lat"]) <= 90 for row in rows)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    seen.clean()
