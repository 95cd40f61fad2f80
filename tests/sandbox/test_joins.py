"""Fleets that join by themselves: when, by which invitation, through the paths that the Connect pages use."""

import asyncio
import gzip
from collections import Counter

import msgspec
import pytest

from sandbox.joins import ACCEPT_AFTER, CONNECT_AFTER, MOST
from tests.sandbox.conftest import Rig

EVERY = 60


@pytest.fixture
def joining():
    rig = Rig(vehicles=20, fleets=1, join_every=EVERY, token_seconds=10_000)
    yield rig
    rig.close()


def pass_seconds(rig: Rig, seconds: float) -> None:
    """Move the clock second by second, as the running sandbox looks at it."""
    for _ in range(int(seconds)):
        rig.clock.now += 1
        rig.sandbox.joins.step()


def open_invitations(rig: Rig):
    return [one for one in rig.sandbox.invitations.all if one.status(rig.clock.now) == "active"]


def close_all(rig: Rig) -> None:
    for one in open_invitations(rig):
        rig.sandbox.invitations.decline(one.id, None)


def test_nothing_joins_before_its_time_or_when_it_is_off(joining: Rig, rig: Rig) -> None:
    for one, seconds in ((joining, EVERY - 1), (rig, 3 * EVERY)):
        fleets = len(one.sandbox.world.fleets)
        pass_seconds(one, seconds)
        assert one.sandbox.joins.joined == 0
        assert len(one.sandbox.world.fleets) == fleets


def test_a_fleet_opens_accepts_connects_and_delivers(joining: Rig) -> None:
    close_all(joining)
    fleets = joining.api.get("/v2/orgs/fleets")["total"]
    pass_seconds(joining, EVERY)
    own = joining.sandbox.invitations.all[-1]
    assert (own.viewed_at, own.status(joining.clock.now)) == (joining.clock.now, "active")
    pass_seconds(joining, ACCEPT_AFTER)
    assert joining.api.get("/v2/orgs/fleets")["total"] == fleets + 1
    (fleet,) = joining.api.get("/v2/orgs/fleets", fleet_refs=own.ref)["items"]
    assert fleet["name"] == own.fields["fleet_name"]
    assert joining.api.get("/v2/telematics/vehicle-locations", fleet_ids=fleet["id"])["total"] == 0
    pass_seconds(joining, CONNECT_AFTER - ACCEPT_AFTER)
    rows = joining.api.get("/v2/telematics/vehicle-locations", fleet_ids=fleet["id"])["items"]
    assert 5 <= len(rows) <= 15


def test_one_fleet_joins_in_each_interval_and_no_two_have_a_name(joining: Rig) -> None:
    pass_seconds(joining, 6 * EVERY + CONNECT_AFTER)
    assert joining.sandbox.joins.joined == 6
    names = Counter(fleet["name"] for fleet in joining.api.get("/v2/orgs/fleets")["items"])
    assert names.most_common(1)[0][1] == 1
    assert len(names) == 7


def test_open_invitations_come_first_but_not_one_that_a_person_may_be_at(joining: Rig) -> None:
    close_all(joining)
    opened, waiting = (joining.invite(ref, limit_tsps=["raven"]) for ref in ("opened", "waiting"))
    pass_seconds(joining, EVERY - 5)
    joining.sandbox.invitations.viewed(joining.sandbox.invitations.get(opened["id"]))
    fresh = joining.invite("fresh")
    pass_seconds(joining, 5 + CONNECT_AFTER)
    statuses = {one["id"]: one["status"] for one in joining.api.get("/v2/orgs/invitations")["items"]}
    assert [statuses[one["id"]] for one in (opened, waiting, fresh)] == ["active", "accepted", "active"]
    assert joining.sandbox.world.connections[-1].provider.slug == "raven", "the limit holds"


def test_a_failed_join_costs_no_other(joining: Rig) -> None:
    close_all(joining)
    taken = joining.invite("taken")
    pass_seconds(joining, EVERY)
    joining.api("DELETE", f"/v2/orgs/invitations/{taken['id']}")
    pass_seconds(joining, EVERY + CONNECT_AFTER)
    assert joining.sandbox.invitations.get(taken["id"]).status(joining.clock.now) == "deleted"
    assert joining.sandbox.joins.joined == 2
    assert joining.api.get("/v2/orgs/fleets")["total"] == 2


def test_webhooks_tell_of_each_step(joining: Rig) -> None:
    close_all(joining)
    for name in ("invitation.*", "share_agreement.*", "connection.*", "vehicle.*"):
        body = {"event_name": name, "url": "https://partner.example.com/hook"}
        assert joining.api("POST", "/v2/notifications/webhooks", json=body).status_code == 200
    pass_seconds(joining, EVERY + CONNECT_AFTER)
    joining.sandbox.webhooks.flush()
    bodies = [
        gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body
        for _, headers, body in joining.sent
    ]
    told = {msgspec.json.decode(body)["event_name"] for body in bodies}
    assert told >= {
        "invitation.created",
        "invitation.viewed",
        "invitation.accepted",
        "share_agreement.created",
        "connection.created",
        "vehicle.added",
    }


def test_a_sleep_is_not_made_up_for_and_there_is_an_end(joining: Rig) -> None:
    joining.clock.now += 100 * EVERY
    joining.sandbox.joins.step()
    joining.sandbox.joins.step()
    assert joining.sandbox.joins.joined == 1
    joining.sandbox.joins.joined = MOST - 1
    pass_seconds(joining, 4 * EVERY)
    assert joining.sandbox.joins.joined == MOST
    asyncio.run(asyncio.wait_for(joining.sandbox.joins.run(), 10))


def test_the_served_sandbox_lets_them_join_and_ends_without_a_rest(joining: Rig, monkeypatch) -> None:
    monkeypatch.setattr("sandbox.joins.LOOK_SECONDS", 0.01)
    joining.clock.now += EVERY

    async def serve() -> None:
        events: asyncio.Queue[str] = asyncio.Queue()
        wanted: asyncio.Queue[dict[str, str]] = asyncio.Queue()

        async def send(message) -> None:
            await events.put(message["type"])

        app = asyncio.create_task(joining.sandbox.app({"type": "lifespan"}, wanted.get, send))
        await wanted.put({"type": "lifespan.startup"})
        assert await events.get() == "lifespan.startup.complete"
        while joining.sandbox.joins.joined == 0:
            await asyncio.sleep(0.01)
        await wanted.put({"type": "lifespan.shutdown"})
        assert await events.get() == "lifespan.shutdown.complete"
        await app
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(serve())
