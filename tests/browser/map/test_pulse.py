"""A page runs once for each snapshot; between two of them the browser counts by itself."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboard.feed.summary import Summary
from dashboard.fleet import units
from dashboard.fleet.colours import LegendEntry
from dashboard.ui.map import legend, status
from tests.browser import rig
from tests.browser.world import World

pytestmark = pytest.mark.browser
AGES = [-3, 0.4, 59.9, 60, 3599, 3600, 5 * 3600 + 125, 86_400, 2 * 86_400 + 7_300]
SAID = """async (ages) => {
  const { default: begin } = await import("/_stcore/bidi-components/catena.pulse/pulse.js?words");
  const line = document.querySelector(".pulse-age").cloneNode(true);
  document.body.append(line);
  const said = ages.map((age) => {
    begin({ data: { age, due: null, retry: 1, texts: {} }, setTriggerValue() {} })();
    return line.textContent;
  });
  line.remove();
  return said;
}"""
BEGIN = """async () => {
  const { default: begin } = await import("/_stcore/bidi-components/catena.pulse/pulse.js?alone");
  window.asked = 0;
  const data = { age: null, due: 0, retry: 0, texts: {} };
  window.begin = () => begin({ data, setTriggerValue: () => (window.asked += 1) });
}"""
WRITE = """async (texts) => {
  const { default: begin } = await import("/_stcore/bidi-components/catena.pulse/pulse.js?numbers");
  begin({ data: { age: null, due: null, retry: 1, texts }, setTriggerValue() {} })();
  // At once: the page's own pulse goes on to write its numbers.
  return [".st-key-map_count", ".st-key-legend_0 button"].map((place) => document.querySelector(place).textContent);
}"""
LOOKS = """async () => {
  const before = window.asked;
  await new Promise((done) => setTimeout(done, 700));
  return window.asked - before;
}"""
APP = 'document.querySelector("[data-testid=stApp]")'


def runs(seen: rig.Watch) -> int:
    """How often a script or a part of it has run for a page."""
    return sum(ForwardMsg.FromString(frame).WhichOneof("type") == "new_session" for frame in seen.frames)


def versions(seen: rig.Watch) -> int:
    """Of how many snapshots a page has rows."""
    return len({parse_qs(urlsplit(answer.url).query)["v"][0].partition(".")[0] for answer in seen.feeds()})


def test_between_two_snapshots_the_age_counts_up_and_nothing_runs(dashboard, visit, small: World) -> None:
    server = dashboard({**small.settings, "CATENA_POLL_SECONDS": "15"}, hasty=False)
    seen = visit(server).map_shown()
    # The names may come a snapshot later than the vehicles; then the legend is said anew.
    expect(seen.page.locator(".st-key-map_legend")).to_contain_text("<b>bold</b>", timeout=40_000)
    age = seen.page.locator(".pulse-age")
    expect(age).to_have_text(re.compile(r"updated [1-3] s ago"), timeout=40_000)
    seen.settled()  # what this snapshot still brings belongs to it
    before, snapshots = runs(seen), versions(seen)
    expect(age).to_have_text(re.compile(r"updated 1[1-4] s ago"), timeout=20_000)
    assert versions(seen) == snapshots
    assert runs(seen) == before
    seen.until(lambda: versions(seen) > snapshots, "the next snapshot")
    seen.settled()
    assert runs(seen) == before + 1
    seen.clean()


def test_ages_are_said_as_everywhere_else(dashboard, visit) -> None:
    seen = visit(dashboard()).map_shown()
    assert seen.page.evaluate(SAID, AGES) == [f"updated {units.duration(age) or '0 s'} ago" for age in AGES]


def test_numbers_are_written_where_they_stand(dashboard, visit, small: World) -> None:
    page = visit(dashboard(small.settings)).map_shown().page
    entry = LegendEntry("", (0, 0, 0), 1234, "sources", ())
    summary = Summary(7, 1008, {}, (entry,), (), {})
    expect(page.locator(".st-key-legend_0 button").first).to_be_visible()
    line, entry_said = page.evaluate(WRITE, status.counts(summary) | legend.counts(summary.legend))
    assert line.strip() == "7 shown of 1,008 vehicles"
    assert entry_said.endswith(" 1,234")


def test_nothing_is_asked_while_it_would_be_in_the_way(dashboard, visit) -> None:
    visit(dashboard()).map_shown()  # which makes the script known to the server
    page = visit(dashboard(), "/invitations").page
    page.evaluate(BEGIN)
    page.evaluate(f"{APP}.dataset.testScriptState = 'notRunning'")
    page.evaluate("window.end = window.begin(), 0")
    assert page.evaluate(LOOKS) > 0
    for hinder, release in (
        (f"{APP}.dataset.testScriptState = 'running'", f"{APP}.dataset.testScriptState = 'notRunning'"),
        (
            f"{APP}.dataset.testConnectionState = 'DISCONNECTED_FOREVER'",
            f"{APP}.dataset.testConnectionState = 'CONNECTED'",
        ),
        (
            "Object.defineProperty(document, 'hidden', {value: true, configurable: true})",
            "delete document.hidden",
        ),
    ):
        page.evaluate(hinder)
        assert page.evaluate(LOOKS) == 0, hinder
        page.evaluate(release)
        assert page.evaluate(LOOKS) > 0, release
    page.keyboard.press("Shift")
    assert page.evaluate(LOOKS) == 0, "somebody presses something, which may lead to another page"
    page.evaluate("window.end(), 0")
    page.wait_for_timeout(1500)
    assert page.evaluate(LOOKS) == 0, "it has been taken away"
