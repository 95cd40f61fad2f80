"""Webhooks: signed as documented, at times gzipped, repeated, unordered; retried, then stale."""

import base64
import gzip
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from sandbox import Sandbox, SandboxConfig
from tests.sandbox.conftest import Rig
from tests.sandbox.contract import check

PATH = "/v2/notifications/webhooks"
SECRET = "a secret of twenty-odd"
URL = "https://hooks.test/in?key=1"


def hook(rig: Rig, event: str = "invitation.created", **fields: Any) -> Any:
    response = rig.api("POST", PATH, json={"url": URL, "event_name": event, "secret": SECRET, **fields})
    check(response)
    assert response.status_code == 200, response.text
    return response.json()


def envelopes(rig: Rig) -> list[dict[str, Any]]:
    """Check every delivery's signature and return the envelopes in the order of arrival."""
    found = []
    for url, headers, body in rig.sent:
        assert url == URL
        plain = gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body
        signed = headers["X-Catena-Timestamp"].encode() + b"." + plain
        expected = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
        assert headers["X-Catena-Signature"] == expected
        assert abs(int(headers["X-Catena-Timestamp"]) - rig.clock.now) < 300
        found.append(json.loads(plain))
    return found


def test_deliveries_are_signed_repeated_unordered_and_sometimes_gzipped(rig: Rig) -> None:
    hook(rig)
    for number in range(80):
        rig.clock.now += 0.001
        rig.invite(f"fleet-{number}")
    rig.sandbox.webhooks.flush()
    found = envelopes(rig)
    ids = [one["id"] for one in found]
    assert len(set(ids)) == 80
    assert len(ids) > 80, "some come twice"
    times = [one["occurred_at"] for one in found]
    assert times != sorted(times), "order is not promised"
    encodings = {headers.get("Content-Encoding") for _, headers, _ in rig.sent}
    assert encodings == {None, "gzip"}
    assert len({headers["X-Request-ID"] for _, headers, _ in rig.sent}) == len(rig.sent)
    assert {one["event_name"] for one in found} == {"invitation.created"}
    rig.sandbox.webhooks.flush()
    assert len(rig.sent) == len(ids), "what was sent is not sent again"


def test_no_secret_of_an_invitation_is_in_an_envelope(rig: Rig) -> None:
    hook(rig, "invitation.*")
    invitation = rig.invite()
    accepted = rig.nobody("POST", f"/v2/orgs/invitations/{invitation['id']}/accept").json()
    rig.sandbox.webhooks.flush()
    sent = json.dumps(envelopes(rig))
    assert "invitation.accepted" in sent
    for name in ("id", "pre_registration_access_token", "pre_registration_refresh_token"):
        assert accepted[name] not in sent


def test_one_event_of_each_kind_along_the_way_of_a_fleet(rig: Rig) -> None:
    for event in ("invitation.*", "share_agreement.*", "connection.*", "vehicle.added"):
        hook(rig, event)
    invitation = rig.invite()
    accepted = rig.nobody("POST", f"/v2/orgs/invitations/{invitation['id']}/accept").json()
    rig.nobody.token = accepted["pre_registration_access_token"]
    tsp = rig.api.get("/v2/orgs/tsps", slug="raven")[0]["id"]
    made = rig.nobody("POST", "/v2/integrations/connections", json={"tsp_id": tsp, "credentials": {}}).json()
    rig.nobody("PATCH", f"/v2/integrations/connections/{made['id']}", json={"status": "stale"})
    agreement = rig.api.get("/v2/orgs/share-agreements", fleet_id=accepted["fleet_id"])["items"][0]["id"]
    rig.api("POST", f"/v2/orgs/share-agreements/{agreement}/pause")
    declined = rig.invite("other")
    rig.nobody("POST", f"/v2/orgs/invitations/{declined['id']}/decline", json={})
    deleted = rig.invite("third")
    rig.api("DELETE", f"/v2/orgs/invitations/{deleted['id']}")
    rig.sandbox.webhooks.flush()
    events = {one["event_name"] for one in envelopes(rig)}
    assert events == {
        "invitation.created",
        "invitation.accepted",
        "invitation.declined",
        "invitation.deleted",
        "share_agreement.created",
        "share_agreement.updated",
        "connection.created",
        "connection.staled",
        "vehicle.added",
    }
    added = {e["data"]["id"] for e in envelopes(rig) if e["event_name"] == "vehicle.added"}
    rows = rig.api.get("/v2/telematics/vehicles", connection_id=made["id"])["total"]
    assert rows == 0, "the agreement is paused"
    assert 5 <= len(added) <= 15


def test_filters(rig: Rig) -> None:
    hook(rig, filters={"fleet_refs": ["mine"], "fleet_ids": None})
    rig.invite("mine")
    rig.invite("yours")
    rig.sandbox.webhooks.flush()
    assert {one["fleet_ref"] for one in envelopes(rig)} == {"mine"}


def test_a_catch_all_makes_one_hook_per_action(rig: Rig) -> None:
    made = hook(rig, "connection.*")
    assert {one["event_name"] for one in made} == {"connection.created", "connection.staled"}
    assert all(one["secret"] == SECRET for one in made)
    assert [one["event_name"] for one in hook(rig, "vehicle_location.*")] == ["vehicle_location.added"]


def test_reads_are_masked(rig: Rig) -> None:
    made = hook(rig)
    assert (made["url"], made["secret"]) == (URL, SECRET)
    read = rig.api("GET", f"{PATH}/{made['id']}")
    check(read)
    assert SECRET not in read.text
    assert "key=1" not in read.text
    assert rig.api.get(PATH, event_name="invitation.created", status="active")["items"] == [read.json()]


def test_pausing_activating_deleting(rig: Rig) -> None:
    made = hook(rig)
    for verb, status, sent in (("pause", "paused", 0), ("activate", "active", 1)):
        changed = rig.api("POST", f"{PATH}/{made['id']}/{verb}")
        check(changed)
        assert changed.json()["status"] == status
        rig.sent.clear()
        rig.invite(verb)
        rig.sandbox.webhooks.flush()
        assert len({one["id"] for one in envelopes(rig)}) == sent
    assert rig.api("DELETE", f"{PATH}/{made['id']}").status_code == 204
    assert rig.api("GET", f"{PATH}/{made['id']}").status_code == 404
    assert rig.api.get(PATH)["items"] == []


@pytest.mark.parametrize(
    ("answers", "tries"), [([500, 500, 202], 3), ([0, 202], 2), ([404, 404, 404], 3), ([202], 1)]
)
def test_three_tries(rig: Rig, answers: list[int], tries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.webhooks.TWICE_SHARE", 0.0)
    hook(rig)
    rig.invite()
    rig.answers = list(answers)
    rig.sandbox.webhooks.flush()
    assert len(rig.sent) == tries
    assert len({one["id"] for one in envelopes(rig)}) == 1
    assert len({headers["X-Request-ID"] for _, headers, _ in rig.sent}) == tries


def test_a_failing_hook_goes_stale_until_it_is_activated(rig: Rig) -> None:
    made = hook(rig)
    rig.answers = [500] * 1000
    for number in range(10):
        rig.invite(f"f{number}")
    rig.sandbox.webhooks.flush()
    assert rig.api.get(f"{PATH}/{made['id']}")["status"] == "stale"
    rig.sent.clear()
    rig.answers.clear()
    rig.invite("unheard")
    rig.sandbox.webhooks.flush()
    assert rig.sent == []
    rig.api("POST", f"{PATH}/{made['id']}/activate")
    rig.invite("heard")
    rig.sandbox.webhooks.flush()
    assert envelopes(rig)


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]], threading.Event]]:
    got: list[tuple[dict[str, str], bytes]] = []
    arrived = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(202)
            self.end_headers()
            arrived.set()

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", got, arrived
    server.shutdown()
    thread.join()
    server.server_close()


def test_without_a_sender_a_thread_really_posts(receiver) -> None:
    url, got, arrived = receiver
    sandbox = Sandbox(SandboxConfig(vehicles=0, fleets=0))
    sandbox.webhooks.create({"url": url, "event_name": "invitation.created", "secret": SECRET})
    sandbox.invitations.create({"fleet_ref": "x"})
    assert arrived.wait(20)
    headers, body = got[0]
    plain = gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body
    assert json.loads(plain)["event_name"] == "invitation.created"
    signed = headers["X-Catena-Timestamp"].encode() + b"." + plain
    digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
    assert base64.b64decode(headers["X-Catena-Signature"]) == digest
