"""When Catena does not answer, or does not know us."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from tests.browser import rig
from tests.browser.forked import POLL_SECONDS
from tests.browser.replay import AUTH, replaying

pytestmark = pytest.mark.browser

TWO_TRUCKS = """{"items": [
 {"id": "1", "vehicle_id": "a", "fleet_id": "f", "connection_id": "c", "source_name": "geotab", "source_id": "a",
  "source_data_hash": "", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
  "occurred_at": "2026-01-01T00:00:00Z", "location": {"type": "Point", "coordinates": [-90, 40]}},
 {"id": "2", "vehicle_id": "b", "fleet_id": "f", "connection_id": "c", "source_name": "geotab", "source_id": "b",
  "source_data_hash": "", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
  "occurred_at": null, "location": null}],
 "total": 2, "current_page": null, "current_page_backwards": null, "previous_page": null, "next_page": null}"""


@pytest.fixture(scope="module")
def trucks(tmp_path_factory: pytest.TempPathFactory) -> object:
    """A folder of answers with two vehicles, one of them without a place."""
    folder = tmp_path_factory.mktemp("answers")
    (folder / "telematics_vehicle_locations_page1.json").write_text(TWO_TRUCKS)
    return folder


def test_an_unreachable_api_is_said_and_recovered_from(dashboard, visit, trucks) -> None:
    port = rig.free_port()
    with replaying(trucks, port) as settings_of:
        settings = settings_of.settings
    server = dashboard(settings)
    seen = visit(server)
    expect(seen.page.get_by_text("No positions yet")).to_be_visible()
    expect(seen.page.get_by_test_id("stDeckGlJsonChart")).to_be_visible()
    assert "Traceback" not in server.log()
    with replaying(trucks, port):
        seen.map_shown()
        assert seen.counts() == (1, 2)
        expect(seen.page.get_by_text("1 without position")).to_be_visible()
        expect(seen.page.get_by_text("No positions yet")).to_have_count(0)
    # An outage afterwards never looks like "no vehicles".
    expect(seen.page.get_by_text("because the last poll failed")).to_be_visible()
    assert seen.counts() == (1, 2)
    assert len(seen.rows()) == 1


def test_wrong_credentials_are_said_without_a_storm(dashboard, visit, trucks) -> None:
    with replaying(trucks, token_status=401) as catena:
        began = time.monotonic()
        server = dashboard(catena.settings)
        seen = visit(server)
        expect(seen.page.get_by_text("client id and secret were refused")).to_be_visible()
        visit(server, "/invitations")
        visit(server)
        seen.page.wait_for_timeout(4 * POLL_SECONDS * 1000)  # four polls' worth, and three viewers
        # One attempt per 30 seconds, however slow this machine is; the dashboard itself began a little earlier.
        assert 1 <= catena.asked[AUTH + "token"] <= 1 + (time.monotonic() - began) // 30
        assert catena.settings["CATENA_CLIENT_SECRET"] not in server.log()
