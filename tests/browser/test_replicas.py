"""A viewer whom the load balancer sends to another replica."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser import rig
from tests.browser.map_page import MapPage
from tests.browser.test_sharing import ENDS_MS, FIRST_ROW, feed_of, make_link
from tests.started.replicas import Deployment, Replica

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
        before = one.now["version"]
        seen.page.goto(other.server.url + "/?" + urlsplit(seen.page.url).query)
        expect(chosen).to_contain_text("Truck b")
        seen.until(lambda: feed_of(seen).startswith(other.server.url), "the map of the other replica")
        assert other.now["version"] >= before, "a version went back"
        seen.clean()


def test_a_link_that_one_made_opens_on_the_other_and_ends_there_when_it_is_revoked(
    visit: Callable[..., rig.Watch], browsers: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    with ExitStack() as stack:
        deployment = Deployment(tmp_path, stack)
        one, other = deployment.start(2)
        operator = visit(one.server, "/?fleet=fleet-2", width=1280, height=800)
        MapPage(operator).all_rows()
        link = make_link(operator, "Storm watch", shows="Line fleet-2.")
        guest = stack.enter_context(rig.opened(browsers(), other.server.url))
        guest.page.goto(link.replace(one.server.url, other.server.url))
        guest.until(lambda: any("/feed/vehicles/" in answer.url for answer in guest.feeds()), "the map")
        address = feed_of(guest)
        # What one replica gave the other answers, which has not made it for anybody; to nobody else.
        assert [answered(guest, address, replica) for replica in (one, other)] == [200, 200]
        assert answered(operator, address, one) == 403
        operator.page.get_by_test_id("stDataFrame").first.click(position=FIRST_ROW)
        operator.page.get_by_role("button", name="Revoke").click()
        operator.page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        ended = guest.page.get_by_role("heading", name="This link has ended")
        expect(ended).to_be_visible(timeout=ENDS_MS)


def answered(seen: rig.Watch, address: str, replica: Replica) -> int:
    """What a browser gets from a replica for an address of the feed that one of them gave it."""
    parts = urlsplit(address)
    return seen.page.context.request.get(f"{replica.server.url}{parts.path}?{parts.query}").status
