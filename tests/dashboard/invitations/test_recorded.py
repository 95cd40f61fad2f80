"""The service and the funnel on recorded answers of the real API."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from catena_client import CatenaClient
from dashboard.invitations.funnel import funnel, totals
from dashboard.invitations.invitation_service import InvitationService
from tests.dashboard.invitations.fakes import refreshed

EXAMPLES = Path(__file__).parents[4] / "shared" / "catena-api" / "examples"
FILES = {
    "/v2/orgs/invitations": "orgs_invitations_list",
    "/v2/orgs/share-agreements": "orgs_share_agreements_list",
    "/v2/integrations/connections": "integrations_connections_list",
    "/v2/integrations/connections/data-freshness": "integrations_data_freshness",
    "/v2/orgs/tsps": "orgs_tsps_list",
}
pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="the recorded answers are not beside this repository"
)


def recorded(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def replay(request: httpx.Request) -> httpx.Response:
    if request.url.path.endswith(("/token", "/revoke")):
        return httpx.Response(200, json=recorded("auth_token"))
    return httpx.Response(200, json=recorded(FILES[request.url.path]))


def test_recorded_fleets_are_each_one_line_and_no_id_is_shown() -> None:
    with CatenaClient("id", "secret", transport=httpx.MockTransport(replay)) as client:
        lists = refreshed(InvitationService(client))
    assert not lists.outages
    listed = recorded("orgs_invitations_list")["items"]
    fleets = {row["fleet_id"] for row in listed} | {
        row["fleet_id"] for row in recorded("orgs_share_agreements_list")["items"]
    }
    lines = funnel(lists, {}, datetime(2026, 4, 17, 2, tzinfo=UTC))
    assert {line.fleet_id for line in lines} == fleets
    assert len([line for line in lines if line.fleet_ref == "sandbox"]) > 1, "a reference is not unique"
    assert totals(lines)[2] == len(lines)
    shown = repr(lines) + repr(lists)
    assert not [row["id"] for row in listed if row["id"] in shown]
