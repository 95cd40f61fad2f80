"""The live map through nginx before two replicas, over TLS and below /maps/."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext

from tests.browser import rig
from tests.browser.map_page import MapPage
from tests.deploy.proxy import NEEDED, port_of, serving

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
