"""Each resource asks under its path and reads its type."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from catena_client import (
    CatenaClient,
    InvitationCreate,
    NotFound,
    Secret,
    ServerError,
    WebhookFilters,
)
from tests.client.fake import (
    INVITATION_ID,
    WHEN,
    FakeCatena,
    body,
    fleet_row,
    invitation_row,
    page,
    sample,
    source_row,
)

AGREEMENT = {
    "id": "agreement-0",
    "fleet_id": "fleet-0",
    "partner_id": "partner-0",
    "fleet_ref": "REF-0",
    "status": "active",
    "effective_date": WHEN,
    "expiration_date": None,
    "scopes": {"vehicle": "read"},
}
COUNTS = {"fleets": 1, "vehicles": 20, "drivers": 3, "trailers": 4}
LISTS: dict[str, tuple[Callable[[CatenaClient], Any], str, str]] = {
    "fleets": (lambda c: c.fleets, "/v2/orgs/fleets", "orgs_fleets_list"),
    "invitations": (lambda c: c.invitations, "/v2/orgs/invitations", "orgs_invitations_list"),
    "share_agreements": (
        lambda c: c.share_agreements,
        "/v2/orgs/share-agreements",
        "orgs_share_agreements_list",
    ),
    "tsps.integrations": (lambda c: c.tsps.integrations, "/v2/integrations/tsps", "integrations_tsps_list"),
    "connections": (lambda c: c.connections, "/v2/integrations/connections", "integrations_connections_list"),
    "vehicles": (lambda c: c.vehicles, "/v2/telematics/vehicles", "telematics_vehicles_list"),
    "vehicle_locations": (
        lambda c: c.vehicle_locations,
        "/v2/telematics/vehicle-locations",
        "telematics_vehicle_locations_list",
    ),
    "trailers": (lambda c: c.trailers, "/v2/telematics/trailers", "telematics_trailers_list"),
    "trailer_locations": (
        lambda c: c.trailer_locations,
        "/v2/telematics/trailer-locations",
        "telematics_trailer_locations_list",
    ),
    "users": (lambda c: c.users, "/v2/telematics/users", "telematics_users_list"),
    "analytics.fleets": (
        lambda c: c.analytics.fleets,
        "/v2/telematics/analytics/fleets",
        "telematics_analytics_fleets",
    ),
    "analytics.vehicles": (
        lambda c: c.analytics.vehicles,
        "/v2/telematics/analytics/vehicles",
        "telematics_analytics_vehicles",
    ),
    "analytics.vehicle_live_locations": (
        lambda c: c.analytics.vehicle_live_locations,
        "/v2/telematics/analytics/vehicles/live-locations",
        "telematics_analytics_vehicles_live_locations",
    ),
    "analytics.trailer_live_locations": (
        lambda c: c.analytics.trailer_live_locations,
        "/v2/telematics/analytics/trailers/live-locations",
        "telematics_analytics_trailers_live_locations",
    ),
    "webhooks": (lambda c: c.webhooks, "/v2/notifications/webhooks", "notifications_webhooks_list"),
}


@pytest.mark.parametrize("resource", LISTS)
def test_a_list_is_asked_under_its_path_in_all_three_forms(
    client: CatenaClient, fake: FakeCatena, resource: str
) -> None:
    of_client, path, name = LISTS[resource]
    answer = json.loads(sample(name))
    fake.answer = lambda _: httpx.Response(200, json={**answer, "next_page": None})
    rows = len(answer["items"])
    assert rows > 0
    assert len(of_client(client).page(size=1000).items) == rows
    assert [len(one.items) for one in of_client(client).pages(size=1000)] == [rows]
    assert len(list(of_client(client).iterate(size=1000))) == rows
    assert [str(request.url) for request in fake.requests] == [f"https://api.test{path}?size=1000"] * 3


@pytest.mark.parametrize(
    ("ask", "path", "name"),
    [
        (lambda c: c.fleets.get("a/b"), "/v2/orgs/fleets/a%2Fb", "orgs_fleet_get"),
        (lambda c: c.invitations.get("x"), "/v2/orgs/invitations/x", "orgs_invitation_get"),
        (lambda c: c.invitations.get(Secret("x")), "/v2/orgs/invitations/x", "orgs_invitation_get"),
        (lambda c: c.share_agreements.get("x"), "/v2/orgs/share-agreements/x", "orgs_share_agreement_get"),
        (lambda c: c.tsps.get("x"), "/v2/orgs/tsps/x", "orgs_tsp_get"),
        (lambda c: c.tsps.integrations.get("x"), "/v2/integrations/tsps/x", "integrations_tsp_get"),
        (lambda c: c.connections.get("x"), "/v2/integrations/connections/x", "integrations_connection_get"),
        (lambda c: c.vehicles.get("x"), "/v2/telematics/vehicles/x", "telematics_vehicle_get"),
        (lambda c: c.trailers.get("x"), "/v2/telematics/trailers/x", "telematics_trailer_get"),
        (lambda c: c.webhooks.get("x"), "/v2/notifications/webhooks/x", "notifications_webhook_get"),
        (lambda c: c.users.get("x"), "/v2/telematics/users/x", "telematics_user_get"),
        (
            lambda c: c.analytics.overview(),
            "/v2/telematics/analytics/overview",
            "telematics_analytics_overview",
        ),
        (lambda c: c.tsps.list(), "/v2/orgs/tsps", "orgs_tsps_list"),
        (
            lambda c: c.tsps.list(slug="a", source_name="b"),
            "/v2/orgs/tsps?slug=a&source_name=b",
            "orgs_tsps_list",
        ),
        (
            lambda c: c.connections.data_freshness(),
            "/v2/integrations/connections/data-freshness",
            "integrations_data_freshness",
        ),
    ],
)
def test_a_read_is_asked_under_its_path(
    client: CatenaClient, fake: FakeCatena, ask: Callable[[CatenaClient], Any], path: str, name: str
) -> None:
    raw = sample(name)
    fake.answer = lambda _: httpx.Response(200, content=raw)
    assert ask(client)
    assert [str(request.url) for request in fake.requests] == [f"https://api.test{path}"]


@pytest.mark.parametrize("wrong", ["", ".", ".."])
def test_an_id_that_would_change_the_path_is_refused(
    client: CatenaClient, fake: FakeCatena, wrong: str
) -> None:
    for ask in (client.fleets.get, client.invitations.get, client.webhooks.delete):
        with pytest.raises(ValueError, match=r"_id is empty or only dots; pass the id as the API gave it"):
            ask(wrong)
    assert not fake.requests


@pytest.mark.parametrize(("status", "created"), [(201, True), (200, False)])
def test_an_invitation_is_new_or_refreshed(
    client: CatenaClient, fake: FakeCatena, status: int, created: bool
) -> None:
    fake.answer = lambda _: httpx.Response(status, json=invitation_row())
    result = client.invitations.create(InvitationCreate(fleet_ref="REF-0", expires_in_hours=48))
    assert result.created is created
    assert result.invitation.magic_link.reveal() == f"https://connect.test/?invite={INVITATION_ID}"
    assert body(fake.requests[0]) == {"fleet_ref": "REF-0", "expires_in_hours": 48}
    assert fake.requests[0].headers["content-type"] == "application/json"


def test_deleting_takes_an_answer_without_a_body(client: CatenaClient, fake: FakeCatena) -> None:
    fake.answer = lambda _: httpx.Response(204)
    client.invitations.delete(Secret(INVITATION_ID))
    client.webhooks.delete("hook")
    assert [(request.method, request.url.path) for request in fake.requests] == [
        ("DELETE", f"/v2/orgs/invitations/{INVITATION_ID}"),
        ("DELETE", "/v2/notifications/webhooks/hook"),
    ]


def only_the_former_path(request: httpx.Request) -> httpx.Response:
    """A server of before: it knows the underscore alone, and no fleet_ref."""
    assert "fleet_ref" not in request.url.params or "share-agreements" in request.url.path
    if request.url.path == "/v2/orgs/share_agreements":
        start = int(request.url.params.get("cursor", "0"))
        return page(
            [{**AGREEMENT, "fleet_ref": f"REF-{start}"}], str(start + 1) if start < 2 else None, total=3
        )
    if request.url.path == "/v2/orgs/share_agreements/agreement-0":
        return httpx.Response(200, json=AGREEMENT)
    return httpx.Response(404, json={"code": 404, "message": "Not Found", "detail": None})


def test_share_agreements_are_found_under_the_former_path(client: CatenaClient, fake: FakeCatena) -> None:
    fake.answer = only_the_former_path
    assert client.share_agreements.get("agreement-0").scopes == {"vehicle": "read"}
    assert [row.fleet_ref for row in client.share_agreements.iterate()] == ["REF-0", "REF-1", "REF-2"]
    rows = list(client.share_agreements.iterate(fleet_ref="REF-1", share_agreement_status="active"))
    assert [row.fleet_ref for row in rows] == ["REF-1"]
    assert fake.requests[-1].url.params["share_agreement_status"] == "active"


def test_the_former_path_is_tried_on_a_404_only(client: CatenaClient, fake: FakeCatena) -> None:
    fake.answer = lambda _: httpx.Response(500)
    with pytest.raises(ServerError):
        client.share_agreements.page()
    assert all("share-agreements" in request.url.path for request in fake.requests)


def test_a_share_agreement_on_neither_path_is_not_found_on_todays(
    client: CatenaClient, fake: FakeCatena
) -> None:
    fake.answer = lambda _: httpx.Response(404)
    for ask in (lambda: client.share_agreements.get("x"), client.share_agreements.page):
        with pytest.raises(NotFound, match="GET /v2/orgs/share-agreements"):
            ask()


def test_data_freshness_and_overview_are_split_too(client: CatenaClient, fake: FakeCatena) -> None:
    ids = [str(n) for n in range(150)]
    fake.answer = lambda _: httpx.Response(200, json=[])
    assert client.connections.data_freshness(fleet_ids=ids, fleet_refs=["a"]) == []
    fake.answer = lambda _: httpx.Response(200, json=COUNTS)
    assert client.analytics.overview(fleet_ids=ids).vehicles == 40
    assert [len(query["fleet_ids"]) for query in fake.queries()] == [100, 50, 100, 50]
    assert [query.get("fleet_refs") for query in fake.queries()] == [["a"], ["a"], None, None]


def test_webhooks_are_made_one_or_several(client: CatenaClient, fake: FakeCatena) -> None:
    made = {"id": "w", "event_name": "invitation.created", "url": "https://hook.test", "secret": "k" * 12}
    fake.answer = lambda _: httpx.Response(200, json=made)
    [hook] = client.webhooks.create(
        url="https://hook.test", event_name="invitation.created", secret="k" * 12, fleet_refs=("a",)
    )
    assert hook.secret == Secret("k" * 12)
    fake.answer = lambda _: httpx.Response(200, json=[made, {**made, "filters": {"fleet_refs": ["a"]}}])
    hooks = client.webhooks.create(url="https://hook.test", event_name="invitation.*")
    assert [one.filters for one in hooks] == [None, WebhookFilters(fleet_refs=["a"])]
    assert [body(request) for request in fake.requests] == [
        {
            "url": "https://hook.test",
            "event_name": "invitation.created",
            "secret": "k" * 12,
            "filters": {"fleet_ids": None, "fleet_refs": ["a"]},
        },
        {"url": "https://hook.test", "event_name": "invitation.*"},
    ]


def test_rows_and_helpers_of_these_tests_fit_the_models(client: CatenaClient, fake: FakeCatena) -> None:
    fake.answer = lambda _: page([fleet_row(1, invitation_id=None)])
    assert client.fleets.page().items[0].invitation_id is None
    fake.answer = lambda _: page([source_row(1)])
    assert client.users.page().items[0].first_name is None
