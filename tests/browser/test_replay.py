"""The dashboard over recorded answers of the real API, through the real client and real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from benchmarks.viewers import watch
from tests.browser import rig
from tests.browser.replay import AUTH, TOKEN, Replay, replaying

LOCATIONS = "/v2/telematics/vehicle-locations"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not rig.EXAMPLES.is_dir(), reason="the recorded answers are not beside this checkout"),
]


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    with replaying(rig.EXAMPLES) as server:
        yield server


def test_all_recorded_vehicles_are_on_the_map_and_no_secret_leaves_the_server(
    dashboard, visit, replay: Replay
) -> None:
    server = dashboard(replay.settings)
    seen = visit(server).map_shown()
    recorded = replay.example("telematics_vehicle_locations_list")["items"]
    without_place = {row["id"] for row in replay.example("telematics_vehicles_list")["items"]}
    known = without_place | {row["vehicle_id"] for row in recorded}
    seen.until(lambda: seen.counts()[1] == len(known), "vehicles without a place to be counted too")
    assert seen.counts()[0] == 26
    drawn = {tuple(row["p"]) for row in seen.rows()}
    assert len(seen.rows()) == len({row["vehicle_id"] for row in recorded}) == 26
    assert drawn == {tuple(round(x, 5) for x in row["location"]["coordinates"][:2]) for row in recorded}
    assert seen.page.get_by_text("Simulated data").count() == 0
    seen.clean()

    # A name that holds an invitation's id is masked.
    (fleet,) = replay.example("orgs_fleets_list")["items"]
    secret = fleet["invitation_id"]
    assert secret in fleet["name"]
    seen.ticks(1)
    assert all(secret not in answer.text() for answer in seen.feeds())
    assert all(secret.encode() not in frame for frame in seen.frames)

    seen.page.get_by_role("link", name="Invitations").click()
    expect(seen.page.get_by_label("Fleet reference")).to_be_visible()
    sent = seen.everything()
    assert b"geotab" in sent or b"Geotab" in sent  # it does read what the page shows
    invitations = replay.example("orgs_invitations_list")["items"]
    secrets = {TOKEN, replay.settings["CATENA_CLIENT_SECRET"]}
    for invitation in invitations:
        secrets |= {
            str(value) for name, value in invitation.items() if name.startswith("pre_registration") and value
        }
    assert len(secrets) > 2
    for secret in secrets:
        assert secret.encode() not in sent
        assert secret not in server.log()
    seen.page.get_by_role("link", name="Live map").click()
    seen.map_shown()


@pytest.mark.slow
def test_ten_viewers_cause_the_traffic_of_one(dashboard, visit, replay: Replay) -> None:
    server = dashboard(replay.settings)
    seen = visit(server).map_shown()

    def asked_per_poll(over: Callable[[], bool], what: str) -> float:
        """Requests of any kind for each one of positions, until something is over."""
        positions, everything = replay.asked[LOCATIONS], replay.asked.total()
        seen.until(over, what)
        return (replay.asked.total() - everything) / (replay.asked[LOCATIONS] - positions)

    eighth = replay.asked[LOCATIONS] + 8
    one = asked_per_poll(lambda: replay.asked[LOCATIONS] >= eighth, "eight polls")
    with ThreadPoolExecutor(1) as pool:
        nine_more = pool.submit(asyncio.run, watch(server.entrance, 9, 6))
        ten = asked_per_poll(nine_more.done, "nine more viewers to come and go")
    came = nine_more.result()
    assert came["lost"] == 0
    assert came["ticks"] > 9
    assert ten <= one * 1.5
    assert replay.asked[AUTH + "token"] == 1
