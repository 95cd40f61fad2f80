"""The life of an invitation."""

import pytest

from tests.sandbox.conftest import BASE, Rig
from tests.sandbox.contract import check

PATH = "/v2/orgs/invitations"


def act(rig: Rig, invitation: dict, verb: str, **body):
    kwargs = {"json": body} if verb == "decline" else {}
    response = rig.nobody("POST", f"{PATH}/{invitation['id']}/{verb}", **kwargs)
    check(response)
    return response


def read(rig: Rig, invitation: dict) -> dict:
    response = rig.nobody("GET", f"{PATH}/{invitation['id']}")
    check(response)
    return response.json()


def test_the_seed_holds_every_status(shared: Rig) -> None:
    found = shared.api.every(PATH)
    assert {one["status"] for one in found} == {"active", "accepted", "declined", "expired", "deleted"}
    assert any(one["decline_reason"] for one in found)
    assert any(one["status"] == "accepted" and one["accepted_at"] is None for one in found)
    assert {one["fleet_id"] for one in found if one["status"] == "accepted"} >= {
        fleet["id"] for fleet in shared.api.get("/v2/orgs/fleets")["items"]
    }
    assert all(one["pre_registration_access_token"] for one in found if one["status"] == "accepted")
    assert [one["created_at"] for one in found] == sorted(one["created_at"] for one in found)


def test_accepting_makes_a_fleet_and_an_agreement(rig: Rig) -> None:
    invitation = rig.invite(
        "mine", fleet_name="New Fleet 7", fleet_email="ops@example.com", expires_in_hours=48
    )
    assert invitation["status"] == "active"
    assert invitation["magic_link"] == f"{BASE}/connect/?invite={invitation['id']}"
    assert invitation["pre_registration_access_token"] is None
    assert invitation["partner_provided_fleet_name"] == "New Fleet 7"
    accepted = act(rig, invitation, "accept").json()
    assert accepted["status"] == "accepted"
    assert accepted["pre_registration_access_token"]
    fleet = rig.api.get(f"/v2/orgs/fleets/{accepted['fleet_id']}")
    assert (fleet["name"], fleet["fleet_ref"], fleet["registered_email"]) == (
        "New Fleet 7",
        "mine",
        "ops@example.com",
    )
    agreements = rig.api.get("/v2/orgs/share-agreements", fleet_id=fleet["id"])["items"]
    assert [one["status"] for one in agreements] == ["active"]
    assert agreements[0]["scopes"] == invitation["permissions"]
    assert rig.api.get("/v2/orgs/share_agreements", invitation_id=invitation["id"])["total"] == 1
    assert act(rig, invitation, "accept").status_code == 409
    assert act(rig, invitation, "decline").status_code == 409
    assert rig.api("DELETE", f"{PATH}/{invitation['id']}").status_code == 409


def test_without_a_name_the_fleet_is_called_after_the_invitation(rig: Rig) -> None:
    invitation = rig.invite()
    fleet = rig.api.get(f"/v2/orgs/fleets/{act(rig, invitation, 'accept').json()['fleet_id']}")
    assert (fleet["name"], fleet["display_name"]) == (f"Fleet {invitation['id']}", None)


def test_only_what_was_permitted_can_be_read(rig: Rig) -> None:
    permissions = {"vehicle": "read", "vehicle_location": "read"}
    invitation = rig.invite("map-only", permissions=permissions)
    accepted = act(rig, invitation, "accept").json()
    context_fleet = accepted["fleet_id"]
    rig.nobody.token = accepted["pre_registration_access_token"]
    tsp = rig.api.get("/v2/orgs/tsps", slug="samsara")[0]["id"]
    made = rig.nobody("POST", "/v2/integrations/connections", json={"tsp_id": tsp, "credentials": {}})
    assert made.status_code == 200
    count = {
        name: rig.api.get(f"/v2/telematics/{name}", fleet_ids=context_fleet)["total"]
        for name in (
            "vehicles",
            "vehicle-locations",
            "users",
            "trailers",
            "trailer-locations",
            "engine-statuses",
        )
    }
    assert 5 <= count["vehicles"] == count["vehicle-locations"] <= 15
    assert count["users"] == count["trailers"] == count["trailer-locations"] == count["engine-statuses"] == 0
    fresh = rig.api.get("/v2/integrations/connections/data-freshness", fleet_ids=context_fleet)
    assert {row["resource"] for row in fresh} == set(permissions)


@pytest.mark.parametrize("before", ["active", "accepted", "declined", "expired", "deleted"])
def test_sending_again(rig: Rig, before: str) -> None:
    first = rig.invite("again", limit_tsps=["samsara"], expires_in_hours=2)
    if before == "accepted":
        first = act(rig, first, "accept").json()
    elif before == "declined":
        act(rig, first, "decline", decline_reason="not now")
    elif before == "deleted":
        assert rig.api("DELETE", f"{PATH}/{first['id']}").status_code == 204
    rig.clock.now += 3 * 3600 if before == "expired" else 60
    rig.api.sign_in(rig.sandbox)
    assert read(rig, first)["status"] == before
    response = rig.api("POST", PATH, json={"fleet_ref": "again", "expires_in_hours": 72})
    check(response)
    second = response.json()
    if before in ("expired", "deleted"):
        assert response.status_code == 201
        assert second["id"] != first["id"]
        return
    assert response.status_code == 200
    assert second["id"] == first["id"]
    assert second["expires_at"] > first["expires_at"]
    assert second["limit_tsps"] == ["samsara"]
    assert second["status"] == ("accepted" if before == "accepted" else "active")
    if before == "accepted":
        assert second["pre_registration_access_token"] != first["pre_registration_access_token"]
        assert second["fleet_id"] == first["fleet_id"]
    assert second["decline_reason"] is None
    assert rig.api.get(PATH, fleet_ref="again")["total"] == 1


def test_expiry(rig: Rig) -> None:
    invitation = rig.invite(expires_in_hours=1)
    rig.clock.now += 3599
    assert read(rig, invitation)["status"] == "active"
    rig.clock.now += 1
    assert read(rig, invitation)["status"] == "expired"
    assert act(rig, invitation, "accept").status_code == 409
    assert act(rig, invitation, "decline").status_code == 409


def test_declining_with_and_without_a_reason(rig: Rig) -> None:
    for reason in ("Not interested", None):
        invitation = rig.invite(f"no-{reason}")
        answer = act(rig, invitation, "decline", **({"decline_reason": reason} if reason else {})).json()
        assert (answer["status"], answer["decline_reason"], answer["fleet_id"]) == ("declined", reason, None)
        assert answer["declined_at"]


def test_deleting(rig: Rig) -> None:
    invitation = rig.invite()
    assert rig.api("DELETE", f"{PATH}/{invitation['id']}").status_code == 204
    assert read(rig, invitation)["status"] == "deleted"
    assert act(rig, invitation, "accept").status_code == 404
    assert rig.api("DELETE", f"{PATH}/{invitation['id']}").status_code == 404


GOOD = [
    {"fleet_ref": "a" * 500},
    {"fleet_ref": "🚚 <script>"},
    {"fleet_ref": "x", "expires_in_hours": 1},
    {"fleet_ref": "x", "expires_in_hours": 672},
    {"fleet_ref": "x", "fleet_country_code": "USA"},
    {"fleet_ref": "x", "fleet_regulatory_id": "123", "fleet_regulatory_id_type": "DOT"},
    {"fleet_ref": "x", "callback_url": "https://hooks.example.com/x"},
    {"fleet_ref": "x", "fleet_name": None, "limit_tsps": None, "permissions": None},
    {"fleet_ref": "x", "unknown_field": 1},
]
BAD = [
    ({}, "fleet_ref"),
    ({"fleet_ref": None}, "fleet_ref"),
    ({"fleet_ref": ""}, "fleet_ref"),
    ({"fleet_ref": "  "}, "fleet_ref"),
    ({"fleet_ref": "a\nb"}, "fleet_ref"),
    ({"fleet_ref": "x", "expires_in_hours": 0}, "expires_in_hours"),
    ({"fleet_ref": "x", "expires_in_hours": 673}, "expires_in_hours"),
    ({"fleet_ref": "x", "expires_in_hours": 1.5}, "expires_in_hours"),
    ({"fleet_ref": "x", "expires_in_hours": True}, "expires_in_hours"),
    ({"fleet_ref": "x", "expires_in_hours": None}, "expires_in_hours"),
    ({"fleet_ref": "x", "fleet_country_code": "USAX"}, "fleet_country_code"),
    ({"fleet_ref": "x", "fleet_name": "A & B"}, "fleet_name"),
    ({"fleet_ref": "x", "fleet_email": "nobody"}, "fleet_email"),
    ({"fleet_ref": "x", "fleet_phone": "call me"}, "fleet_phone"),
    ({"fleet_ref": "x", "fleet_regulatory_id": "123"}, "fleet_regulatory_id_type"),
    ({"fleet_ref": "x", "callback_url": "http://hooks.example.com"}, "callback_url"),
    ({"fleet_ref": "x", "success_redirect_url": "javascript:alert(1)"}, "success_redirect_url"),
    ({"fleet_ref": "x", "failure_redirect_url": "https://" + "a" * 2083}, "failure_redirect_url"),
    ({"fleet_ref": "x", "fleet_website": "http://[::1"}, "fleet_website"),
    ({"fleet_ref": "x", "limit_tsps": "samsara"}, "limit_tsps"),
    ({"fleet_ref": "x", "permissions": {"cake": "read"}}, "permissions"),
    ({"fleet_ref": "x", "permissions": {"vehicle": "own"}}, "permissions"),
    ({"fleet_ref": "x", "partner_provided_fleet_country_code": "US"}, "fleet_country_code"),
]


@pytest.mark.parametrize("body", GOOD)
def test_what_is_accepted(rig: Rig, body: dict) -> None:
    response = rig.api("POST", PATH, json=body)
    assert response.status_code == 201, response.text
    check(response)


@pytest.mark.parametrize(("body", "field"), BAD)
def test_what_is_refused_and_where(rig: Rig, body: dict, field: str) -> None:
    response = rig.api("POST", PATH, json=body)
    assert response.status_code == 422
    check(response)
    assert [one["path"] for one in response.json()["detail"]] == [f"body.{field}"]


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b"null", b"\xff\xfe", b'"text"', b"[" * 100_000])
def test_what_is_no_object(rig: Rig, raw: bytes) -> None:
    response = rig.api("POST", PATH, content=raw, headers={"content-type": "application/json"})
    assert response.status_code == 422
    check(response)


def test_a_configured_address_stands_in_the_link() -> None:
    rig = Rig(vehicles=0, fleets=0, connect_url="http://192.168.1.5:8501/connect/")
    try:
        link = rig.invite()["magic_link"]
        assert link.startswith("http://192.168.1.5:8501/connect/?invite=")
    finally:
        rig.close()


def test_printing_an_invitation_shows_no_secret(rig: Rig) -> None:
    invitation = rig.invite("quiet")
    act(rig, invitation, "accept")
    secrets = read(rig, invitation)
    shown = repr(rig.sandbox.invitations.get(invitation["id"])) + repr(rig.sandbox.config)
    for name in ("id", "pre_registration_access_token", "pre_registration_refresh_token"):
        assert secrets[name] not in shown
    assert rig.sandbox.config.client_secret not in shown
