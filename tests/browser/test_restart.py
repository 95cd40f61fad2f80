"""Pages that are open while the dashboard is started anew: they go on by themselves, as they were."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from sandbox import SandboxConfig
from tests.browser import rig
from tests.browser.map_page import MapPage
from tests.browser.signing import SECRETS

pytestmark = pytest.mark.browser
CHOSEN, TRAILS = ".st-key-map_chosen", ".st-key-trails table"


def of(catena: rig.Server) -> dict[str, str]:
    config = SandboxConfig()
    return {
        "CATENA_API_URL": catena.url,
        "CATENA_AUTH_URL": f"{catena.url}/realms/catena",
        "CATENA_CLIENT_ID": config.client_id,
        "CATENA_CLIENT_SECRET": config.client_secret,
    }


def test_filters_the_choice_and_trails_outlive_the_process(see, dashboard, operator_of, sandbox_server) -> None:
    catena = sandbox_server("--vehicles", "40", "--fleets", "2")
    server = dashboard(of(catena), secrets=SECRETS, anew=True)
    operator_of(server)
    shown = see("/", server=server, width=1280, height=800)
    rows = shown.all_rows()
    fleet = rows[0]["fleet"]
    shown.pick("Fleet", fleet)
    one, other = [row["name"] for row in shown.seen.rows_are(lambda found: {row["fleet"] for row in found} == {fleet}, "one fleet")][:2]
    shown.find(one).get_by_role("button").first.click()
    expect(shown.page.locator(CHOSEN)).to_contain_text(one)
    shown.page.get_by_role("button", name="Show trail").click()
    expect(shown.page.locator(TRAILS)).to_contain_text(one)
    shown.seen.settled()
    before = shown.query(), shown.seen.in_hand(), shown.seen.counts()
    print(before)
    shown.page.screenshot(path="/tmp/restart_before.png")

    told = shown.seen.told()
    dashboard(of(catena), secrets=SECRETS, anew=True)
    shown.seen.until(lambda: shown.seen.told() > told + 3, "the page to recover by itself", 120)
    expect(shown.page.locator(TRAILS)).to_contain_text(one)
    shown.page.screenshot(path="/tmp/restart_after.png")
    print(shown.query(), shown.seen.view(), shown.seen.counts())
    assert shown.query() == before[0]
    expect(shown.page.locator(CHOSEN)).to_contain_text(one)
    assert {row["fleet"] for row in shown.seen.rows()} == {fleet}
    assert shown.seen.view() == pytest.approx(before[1], abs=1e-6)
    shown.seen.clean()
