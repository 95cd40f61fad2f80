"""Pages that are open while the dashboard ends: they go on by themselves with what was chosen."""

from __future__ import annotations

import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from sandbox import SandboxConfig
from tests.browser import rig
from tests.browser.map_page import MapPage
from tests.browser.signing import SECRETS
from tests.redis_server import Relay
from tests.started.replicas import Deployment

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHOSEN, TRAILS = ".st-key-map_chosen", ".st-key-trails"


def drawn_anew(seen: rig.Watch, what: str) -> None:
    told = seen.told()
    seen.until(lambda: seen.told() > told + 3, what, 120)


def test_filters_the_choice_and_trails_outlive_the_process(
    see: Callable[..., MapPage],
    dashboard: Callable[..., rig.Server],
    operator_of: Callable[[rig.Server], None],
    sandbox_server: Callable[..., rig.Server],
) -> None:
    catena, config = sandbox_server("--vehicles", "40", "--fleets", "2"), SandboxConfig()
    settings = {
        "CATENA_API_URL": catena.url,
        "CATENA_AUTH_URL": f"{catena.url}/realms/catena",
        "CATENA_CLIENT_ID": config.client_id,
        "CATENA_CLIENT_SECRET": config.client_secret,
    }
    server = dashboard(settings, secrets=SECRETS, anew=True)
    operator_of(server)
    other = see("/?color=state&q=nobody+has+this+name", server=server)  # an empty map, and no outage
    shown = see("/", server=server, width=1280, height=800)
    fleet = shown.all_rows()[0]["fleet"]
    shown.pick("Fleet", fleet)
    rows = shown.seen.rows_are(lambda found: {row["fleet"] for row in found} == {fleet}, "one fleet")
    name, count = rows[0]["name"], len(rows)
    shown.find(name).get_by_role("button").first.click()
    expect(shown.page.locator(CHOSEN)).to_contain_text(name)
    shown.page.get_by_role("button", name="Show trail").click()
    expect(shown.page.locator(TRAILS)).to_contain_text(name)
    shown.seen.until(lambda: {"fleet", "vehicle", "trail"} <= set(shown.query()), "all of it in the address")
    before = shown.query(), other.query()

    dashboard(settings, secrets=SECRETS, anew=True)
    drawn_anew(shown.seen, "the page to recover by itself")
    expect(shown.page.locator(TRAILS)).to_contain_text(name)
    expect(shown.page.locator(CHOSEN)).to_contain_text(name)
    shown.seen.rows_are(
        lambda found: {row["fleet"] for row in found} == {fleet} and len(found) == count, "the same fleet"
    )
    other.seen.until(lambda: other.seen.counts()[0] == 0, "the other page to recover too")
    assert (shown.query(), other.query()) == before
    expect(shown.page.get_by_text("not known here")).to_have_count(0)


class Balancer(Relay):
    """Leads to one replica at a time."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lead_to(self, server: rig.Server) -> None:
        """Bring who comes from now on to another one."""
        self._target = int(server.url.rpartition(":")[2])


def test_when_its_replica_dies_a_page_goes_on_at_another(
    visit: Callable[..., rig.Watch], context: BrowserContext, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(1) as pool, ExitStack() as stack:
        deployment = Deployment(tmp_path, stack)
        one, other = deployment.start(2)
        for replica in (one, other):  # each lets this browser in
            context.request.get(replica.server.entrance)
        balancer = Balancer(0)
        # In a thread: Playwright's event loop runs in this one.
        stack.callback(lambda: pool.submit(balancer.close).result())
        balancer.lead_to(one.server)
        seen = visit(balancer.address, "/?fleet=fleet-2&vehicle=b&trail=b&hours=6&units=metric")
        page = MapPage(seen)
        page.all_rows()
        expect(seen.page.locator(CHOSEN)).to_contain_text("Truck b")
        expect(seen.page.locator(TRAILS)).to_contain_text("Truck b")
        before = page.query()
        version = deployment.in_step()

        balancer.lead_to(other.server)
        one.signal(signal.SIGKILL)
        deployment.replicas.remove(one)
        drawn_anew(seen, "the page to go on at the other replica")
        assert deployment.in_step(version) > version
        expect(seen.page.locator(CHOSEN)).to_contain_text("Truck b")
        expect(seen.page.locator(TRAILS)).to_contain_text("Truck b")
        seen.rows_are(lambda found: [row["name"] for row in found] == ["Truck b"], "the same filter")
        assert page.query() == before
        assert "Traceback" not in other.server.log()
