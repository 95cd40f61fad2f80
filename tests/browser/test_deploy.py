"""The live map through nginx before two replicas, over TLS and below /maps/."""

from __future__ import annotations

import re
import signal
from contextlib import ExitStack

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import rig, signing
from tests.browser.map_page import MapPage
from tests.deploy.proxy import NEEDED, port_of, serving
from tests.started.replicas import Deployment

pytestmark = [pytest.mark.browser, pytest.mark.slow, NEEDED]


def test_the_map_is_drawn_from_one_replica(context: BrowserContext, tmp_path) -> None:
    """An address of the feed is known to the process alone that has made it."""
    settings = {"CATENA_TRUSTED_PROXIES": "127.0.0.1"}
    folder = tmp_path / "nginx"
    folder.mkdir()
    with (
        rig.dashboard(tmp_path, settings, base_path="maps") as one,
        rig.dashboard(tmp_path, settings, base_path="maps") as other,
        serving(folder, [port_of(one), port_of(other)]) as proxy,
    ):
        for _ in range(2):
            before = len(proxy.log())
            assert context.browser is not None
            stranger = context.browser.new_context(ignore_https_errors=True)
            stranger.set_default_timeout(rig.PATIENCE_MS)
            try:
                with rig.opened(stranger, proxy.url) as seen:
                    MapPage(seen.open("/")).all_rows()
                    seen.ticks(1)
                    wrong = [
                        answer for answer in seen.responses if "/feed/" in answer.url and answer.status != 200
                    ]
                    assert wrong == []
                    seen.clean()
            finally:
                stranger.close()
            assert len(set(proxy.asked(before))) == 1


CELLS = (
    """rows => rows.map(row => [...row.querySelectorAll("[role=gridcell]")].map(cell => cell.textContent))"""
)
"""A table of Streamlit's is drawn on a canvas, which holds the same for those who cannot see it."""


def replicas_shown(page: Page) -> list[str]:
    """Whether each replica that the page Status lists asks Catena."""
    rows = page.get_by_test_id("stDataFrame").last.locator("tbody tr").evaluate_all(CELLS)
    return [cell for cells in rows for cell in cells if cell in ("yes", "no")]


def test_the_replica_that_polls_is_killed_and_map_and_status_go_on(context: BrowserContext, tmp_path) -> None:
    """Somebody who has signed in, wherever the browser is sent; the killed replica may be the one that served it."""
    public = rig.free_port()
    origin = f"https://127.0.0.1:{public}"
    secrets = signing.SECRETS.replace("http://127.0.0.1:{port}", f"{origin}/maps")
    folder = tmp_path / "nginx"
    folder.mkdir()
    with ExitStack() as stack:
        deployment = Deployment(tmp_path, stack)
        replicas = deployment.start(2, base_path="maps", secrets=secrets, CATENA_TRUSTED_PROXIES="127.0.0.1")
        ports = [port_of(replica.server) for replica in replicas]
        proxy = stack.enter_context(serving(folder, ports, public))
        assert context.browser is not None
        stranger = stack.enter_context(rig.browser_context(context.browser, ignore_https_errors=True))
        stranger.add_cookies([{"name": signing.COOKIE, "value": signing.held(origin), "url": origin}])
        seen = stack.enter_context(rig.opened(stranger, proxy.url, width=1280, height=800))
        MapPage(seen.open("/")).all_rows()
        counted = seen.counts()
        status = stack.enter_context(rig.opened(stranger, proxy.url, width=1280, height=1800)).open("/status")
        expect(status.page.get_by_role("heading", name="Replicas")).to_be_visible()
        status.until(lambda: sorted(replicas_shown(status.page)) == ["no", "yes"], "both replicas")
        deployment.holder.signal(signal.SIGKILL)
        status.until(lambda: replicas_shown(status.page) == ["yes"], "the replica that is left, which polls")
        live = {"has_text": re.compile("Live$")}
        expect(status.page.locator(".stMarkdownBadge", **live)).to_be_visible()
        seen.ticks(2)
        expect(seen.page.locator(".stMarkdownBadge", **live)).to_be_visible()
        assert seen.counts() == counted
