"""Every answer, good or bad, is what `openapi.json` says, and tokens are asked for exactly where it says."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox import Fault
from sandbox.world.providers import PROVIDERS
from tests.sandbox.conftest import TOKEN_PATH, Rig
from tests.sandbox.contract import AUTH_PREFIX, SPEC, check, operations

NOBODY = "00000000-0000-4000-8000-000000000000"
OPERATIONS = [pytest.param(m, p, o, id=f"{m} {p}") for m, p, o in operations()]
API_OPERATIONS = [one for one in OPERATIONS if not one.values[1].startswith("/protocol")]
LISTS = [
    pytest.param(p, o, id=p)
    for m, p, o in operations()
    if m == "get" and any(q.get("$ref", "").endswith("/Size") for q in o.get("parameters", ()))
]


def address(template: str) -> str:
    prefix = AUTH_PREFIX if template.startswith("/protocol") else ""
    return prefix + re.sub(r"\{\w+\}", NOBODY, template)


def real_ids(rig: Rig) -> dict[str, str]:
    api = rig.api
    hook = api(
        "POST", "/v2/notifications/webhooks", json={"url": "https://hooks.test/x", "event_name": "user.added"}
    ).json()
    return {
        "fleet_id": api.get("/v2/orgs/fleets")["items"][0]["id"],
        "invitation_id": rig.invite("open-one")["id"],
        "share_agreement_id": api.get("/v2/orgs/share-agreements")["items"][0]["id"],
        "tsp_id": PROVIDERS[0].id,
        "connection_id": api.get("/v2/integrations/connections")["items"][0]["id"],
        "vehicle_id": api.get("/v2/telematics/vehicles")["items"][0]["id"],
        "trailer_id": api.get("/v2/telematics/trailers")["items"][0]["id"],
        "user_id": api.get("/v2/telematics/users")["items"][0]["id"],
        "webhook_id": hook["id"],
    }


@pytest.fixture(scope="module")
def full() -> Iterator[tuple[Rig, dict[str, str]]]:
    """A world with something of each kind, and an id of each. For tests that read."""
    rig = Rig(vehicles=120, fleets=6, token_seconds=10_000)
    yield rig, real_ids(rig)
    rig.close()


@pytest.mark.parametrize(("method", "template", "operation"), API_OPERATIONS)
def test_a_token_is_asked_for_exactly_where_the_contract_does(
    shared: Rig, method: str, template: str, operation: dict[str, Any]
) -> None:
    response = shared.nobody(method, address(template), json={} if method in ("post", "patch") else None)
    if operation.get("security", SPEC["security"]):
        assert response.status_code == 401
    else:
        assert response.status_code != 401
    check(response)


@pytest.mark.parametrize("header", ["Bearer nonsense", "Basic abc", "Bearer", "nonsense"])
def test_a_wrong_token_is_refused(shared: Rig, header: str) -> None:
    response = shared.nobody("GET", "/v2/orgs/fleets", headers={"authorization": header})
    assert response.status_code == 401
    check(response)


@pytest.mark.parametrize(
    ("template", "operation"),
    [pytest.param(p.values[1], p.values[2], id=p.values[1]) for p in OPERATIONS if p.values[0] == "get"],
)
def test_every_read_answers_as_declared(
    full: tuple[Rig, dict[str, str]], template: str, operation: dict[str, Any]
) -> None:
    rig, ids = full
    path = re.sub(r"\{(\w+)\}", lambda match: ids[match[1]], template)
    paged = any(q.get("$ref", "").endswith("/Size") for q in operation.get("parameters", ()))
    response = rig.api("GET", path, params={"size": 1000} if paged else {})
    assert response.status_code == 200
    check(response)
    body = response.json()
    assert body, "an empty answer proves nothing"
    if paged:
        assert body["items"]
        assert ("total" in body) == ("/orgs/" in path or "/telematics/" in path)
    missing = rig.api("GET", address(template))
    if "{" in template:
        assert missing.status_code == 404
        check(missing)
        wrong = rig.api("GET", re.sub(r"\{\w+\}", "not-an-id", template))
        assert wrong.status_code == 422
        check(wrong)


@pytest.mark.parametrize("name", ["vehicle-locations", "trailer-locations", "engine-statuses"])
def test_histories_answer_as_declared(small: Rig, name: str) -> None:
    vehicle = small.api.get("/v2/telematics/vehicle-locations")["items"][0]["vehicle_id"]
    params = {"only_latest": "false", "size": 1000, "include_source_data": "true"}
    if name != "trailer-locations":
        params["vehicle_ids"] = vehicle
    response = small.api("GET", f"/v2/telematics/{name}", params=params)
    assert response.json()["items"]
    assert response.json()["items"][0]["source_data"]
    check(response)


BAD = {
    "size": ["0", "1001", "-1", "ten", "1.5", ""],
    "fleet_ids": ["not-a-uuid"],
    "connection_id": ["42"],
    "only_latest": ["maybe"],
    "from_datetime": ["yesterday", "2026-13-01"],
    "sort_order": ["up"],
    "share_agreement_status": ["asleep"],
    "source_name": ["nobody"],
    "resource": ["cake"],
    "event_name": ["cake.eaten"],
    "is_driver": ["perhaps"],
    "tsp_id": ["x"],
    "vehicle_ids": ["x"],
    "trailer_ids": ["x"],
    "driver_ids": ["x"],
    "user_ids": ["x"],
    "include_source_data": ["2"],
}


def parameters(operation: dict[str, Any]) -> set[str]:
    found = set()
    for one in operation.get("parameters", ()):
        name = one.get("name") or SPEC["components"]["parameters"][one["$ref"].rsplit("/", 1)[-1]]["name"]
        found.add(name)
    return found


@pytest.mark.parametrize(("template", "operation"), LISTS)
def test_bad_filters_get_a_422_that_names_them(small: Rig, template: str, operation: dict[str, Any]) -> None:
    path = re.sub(r"\{\w+\}", small.api.get("/v2/integrations/connections")["items"][0]["id"], template)
    for name in parameters(operation) & BAD.keys():
        for value in BAD[name]:
            response = small.api("GET", path, params={name: value})
            assert response.status_code == 422, f"{name}={value}"
            check(response)
            problems = response.json()["detail"]
            assert [one["path"] for one in problems] == [f"query.{name}"]
    for name in parameters(operation) & {
        "fleet_ids",
        "fleet_refs",
        "vehicle_ids",
        "source_ids",
        "trailer_ids",
    }:
        values = [str(uuid.uuid4()) for _ in range(101)]
        response = small.api("GET", path, params={name: values})
        assert response.status_code == 422
        check(response)
        assert small.api("GET", path, params={name: values[:100]}).status_code == 200


def test_all_problems_come_at_once(shared: Rig) -> None:
    response = shared.api(
        "GET", "/v2/telematics/vehicles", params={"size": 0, "fleet_ids": "x", "sort_by": "cake"}
    )
    assert {one["path"] for one in response.json()["detail"]} == {
        "query.size",
        "query.fleet_ids",
        "query.sort_by",
    }


@pytest.mark.parametrize(("method", "template", "operation"), OPERATIONS)
def test_other_methods_are_refused(small: Rig, method: str, template: str, operation: dict[str, Any]) -> None:
    response = small.api("PUT", address(template))
    assert response.status_code == 405
    if not template.startswith("/protocol"):
        assert response.json() == {"code": 405, "message": "Method Not Allowed", "detail": None}


@pytest.mark.parametrize(
    "path", ["/v2/orgs/nothing", "/", "/v2/orgs/fle%0Aets", "/v2/orgs/fleets/a/b", "/v2"]
)
def test_an_unknown_path(shared: Rig, path: str) -> None:
    response = shared.api("GET", path)
    assert (response.status_code, response.json()["code"]) == (404, 404)


@pytest.mark.parametrize("text", ["%0A", "a%0Ab", "%00", "..%2f", "%F0%9F%9A%9A", "x" * 3000])
def test_what_is_no_id_is_refused_in_the_declared_shape(shared: Rig, text: str) -> None:
    response = shared.api("GET", f"/v2/orgs/fleets/{text}")
    assert response.status_code in (404, 422)
    assert response.json()["code"] == response.status_code


WRITES = [
    ("POST", "/v2/orgs/invitations", {"fleet_ref": "a"}, 201),
    ("POST", "/v2/orgs/invitations", {"fleet_ref": 7}, 422),
    ("POST", "/v2/orgs/invitations", [], 422),
    ("DELETE", "/v2/orgs/invitations/{invitation_id}", None, 204),
    ("POST", "/v2/orgs/invitations/{invitation_id}/accept", None, 200),
    ("POST", "/v2/orgs/invitations/{invitation_id}/decline", {"decline_reason": "no"}, 200),
    ("POST", "/v2/orgs/invitations/{invitation_id}/decline", {"decline_reason": 5}, 422),
    (
        "PATCH",
        "/v2/orgs/share-agreements/{share_agreement_id}",
        {"expiration_date": "2027-01-01T00:00:00Z"},
        200,
    ),
    ("PATCH", "/v2/orgs/share-agreements/{share_agreement_id}", {"expiration_date": "soon"}, 422),
    ("POST", "/v2/orgs/share-agreements/{share_agreement_id}/pause", None, 200),
    ("POST", "/v2/orgs/share-agreements/{share_agreement_id}/cancel", None, 200),
    ("DELETE", "/v2/orgs/share-agreements/{share_agreement_id}", None, 204),
    ("POST", "/v2/integrations/connections", {"tsp_id": PROVIDERS[0].id, "credentials": {}}, 403),
    ("PATCH", "/v2/integrations/connections/{connection_id}", {"status": "paused"}, 403),
    ("DELETE", "/v2/integrations/connections/{connection_id}", None, 403),
    ("POST", "/v2/notifications/webhooks", {"url": "https://x.test/", "event_name": "vehicle.*"}, 200),
    ("POST", "/v2/notifications/webhooks", {"url": "ftp://x.test/", "event_name": "vehicle.*"}, 422),
    ("POST", "/v2/notifications/webhooks", {"url": "https://x.test/", "event_name": "cake"}, 422),
    ("PATCH", "/v2/notifications/webhooks/{webhook_id}", {"secret": "long enough secret"}, 200),
    ("PATCH", "/v2/notifications/webhooks/{webhook_id}", {"secret": "short"}, 422),
    ("POST", "/v2/notifications/webhooks/{webhook_id}/pause", None, 200),
    ("POST", "/v2/notifications/webhooks/{webhook_id}/activate", None, 200),
    ("DELETE", "/v2/notifications/webhooks/{webhook_id}", None, 204),
]


@pytest.mark.parametrize(("method", "template", "body", "status"), WRITES)
def test_writes_answer_as_declared(rig: Rig, method: str, template: str, body: Any, status: int) -> None:
    ids = real_ids(rig)
    path = re.sub(r"\{(\w+)\}", lambda match: ids[match[1]], template)
    response = rig.api(method, path, json=body)
    assert response.status_code == status, response.text
    check(response)


def test_a_fleet_writes_its_connections_with_the_token_of_its_invitation(rig: Rig) -> None:
    invitation = rig.invite()
    accepted = rig.nobody("POST", f"/v2/orgs/invitations/{invitation['id']}/accept").json()
    rig.nobody.token = accepted["pre_registration_access_token"]
    body = {"tsp_id": PROVIDERS[0].id, "credentials": {"password": "hunter2"}, "description": "ours"}
    made = rig.nobody("POST", "/v2/integrations/connections", json=body)
    check(made)
    assert "hunter2" not in made.text
    assert rig.api.get("/v2/telematics/vehicle-locations", connection_id=made.json()["id"])["total"] >= 5
    path = f"/v2/integrations/connections/{made.json()['id']}"
    for status in ("stale", "active", "failed"):
        changed = rig.nobody("PATCH", path, json={"status": status})
        check(changed)
        assert changed.json()["status"] == status
    assert rig.nobody("GET", "/v2/orgs/fleets").status_code == 403
    other = rig.api.get("/v2/integrations/connections")["items"][0]["id"]
    assert rig.nobody("DELETE", f"/v2/integrations/connections/{other}").status_code in (403, 404)
    check(rig.nobody("DELETE", path))
    assert rig.api("GET", path).status_code == 404
    assert rig.api.get("/v2/telematics/vehicle-locations", connection_id=made.json()["id"])["total"] >= 5


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "wrong"}, "invalid_client"),
        ({"scope": ""}, "invalid_request"),
        ({"scope": "fleet:read"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_bad_client_is_refused_in_the_auth_hosts_shape(
    small: Rig, change: dict[str, str], error: str
) -> None:
    config = small.sandbox.config
    form = {
        "grant_type": "client_credentials",
        "client_id": config.client_id,
        "client_secret": config.client_secret,
        "scope": "organization",
    }
    good = small.nobody("POST", TOKEN_PATH, data=form)
    check(good)
    response = small.nobody("POST", TOKEN_PATH, data={**form, **change})
    assert (response.status_code, response.json()["error"]) == (401, error)
    check(response)


def test_a_token_ends_by_time_and_by_revocation(rig: Rig) -> None:
    rig.clock.now += 301
    assert rig.api("GET", "/v2/orgs/fleets").status_code == 401
    rig.api.sign_in(rig.sandbox)
    assert rig.api("GET", "/v2/orgs/fleets").status_code == 200
    form = {
        "token": rig.api.token,
        "client_id": rig.sandbox.config.client_id,
        "client_secret": rig.sandbox.config.client_secret,
    }
    revoke = TOKEN_PATH.replace("/token", "/revoke")
    assert rig.nobody("POST", revoke, data={**form, "client_secret": "wrong"}).status_code == 401
    assert rig.api("GET", "/v2/orgs/fleets").status_code == 200
    check(rig.nobody("POST", revoke, data=form))
    assert rig.api("GET", "/v2/orgs/fleets").status_code == 401


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 501, 504])
def test_status_faults_carry_the_declared_bodies(small: Rig, status: int) -> None:
    small.sandbox.faults = [Fault(str(status), 1.0)]
    path = (
        "/v2/integrations/tsps"
        if status == 504
        else "/v2/telematics/vehicles"
        if status == 501
        else "/v2/orgs/fleets"
    )
    response: httpx.Response = small.api("GET", path)
    assert response.status_code == status
    check(response)
    if status == 429:
        assert response.json()["detail"]["retry_after_seconds"] >= 1
    if status == 500:
        assert response.json() == {"message": "Internal Server Error"}
