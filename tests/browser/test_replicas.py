"""A viewer whom the load balancer sends to another replica."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser import rig
from tests.started.replicas import Deployment

pytestmark = pytest.mark.browser


def test_the_choice_is_kept_and_no_older_positions_come(
    visit: Callable[..., rig.Watch], tmp_path: Path
) -> None:
    with ExitStack() as stack:
        deployment = Deployment(tmp_path, stack)
        one, other = deployment.start(2)
        visit(other.server)  # it lets this browser in
        seen = visit(one.server, "/?vehicle=b")
        chosen = seen.page.locator(".st-key-map_chosen")
        expect(chosen).to_contain_text("Truck b")
        seen.map_shown().ticks(2)
        came = len(seen.feeds())
        seen.page.goto(other.server.url + "/?" + urlsplit(seen.page.url).query)
        expect(chosen).to_contain_text("Truck b")
        seen.until(lambda: len(seen.feeds()) >= came + 4, "the map of the other replica")
        told = [parse_qs(urlsplit(answer.url).query)["v"][0] for answer in seen.feeds()]
        versions = [int(version.partition(".")[0]) for version in told]
        assert max(versions[:came]) <= min(versions[came:]), "a version went back"
        assert deployment.in_step() >= max(versions)
        seen.clean()
