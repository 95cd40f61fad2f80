"""Writes `tests/samples`: answers of the sandbox, one file per case, for tests of reading them.

`python -m scripts.samples` makes them anew. Seed and clock are fixed; what the sandbox draws at random all the same
(cursors, tokens, ids of invitations) is replaced, so the files stay the same until the sandbox changes.
"""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catena_client.http import ASGITransport, AsyncClient, Response
from sandbox import Fault, Sandbox, SandboxConfig
from sandbox.api.auth import REALM
from sandbox.faults import ROW_FAULTS, STATUSES

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "samples"
CLOCK = 1_794_000_000.0  # 2026-11-06T21:20:00Z
LISTS = {
    "integrations_connections_list": "/v2/integrations/connections",
    "integrations_tsps_list": "/v2/integrations/tsps",
    "notifications_webhooks_list": "/v2/notifications/webhooks",
    "orgs_fleets_list": "/v2/orgs/fleets",
    "orgs_invitations_list": "/v2/orgs/invitations",
    "orgs_share_agreements_list": "/v2/orgs/share-agreements",
    "telematics_analytics_fleets": "/v2/telematics/analytics/fleets",
    "telematics_analytics_trailers_live_locations": "/v2/telematics/analytics/trailers/live-locations",
    "telematics_analytics_vehicles": "/v2/telematics/analytics/vehicles",
    "telematics_analytics_vehicles_live_locations": "/v2/telematics/analytics/vehicles/live-locations",
    "telematics_trailer_locations_list": "/v2/telematics/trailer-locations",
    "telematics_trailers_list": "/v2/telematics/trailers",
    "telematics_users_list": "/v2/telematics/users",
    "telematics_vehicle_locations_list": "/v2/telematics/vehicle-locations",
    "telematics_vehicles_list": "/v2/telematics/vehicles",
}
SINGLE = {
    "integrations_connection_get": "integrations_connections_list",
    "integrations_tsp_get": "integrations_tsps_list",
    "notifications_webhook_get": "notifications_webhooks_list",
    "orgs_fleet_get": "orgs_fleets_list",
    "orgs_invitation_get": "orgs_invitations_list",
    "orgs_share_agreement_get": "orgs_share_agreements_list",
    "telematics_trailer_get": "telematics_trailers_list",
    "telematics_user_get": "telematics_users_list",
    "telematics_vehicle_get": "telematics_vehicles_list",
}
ODD_LISTS = {"vehicle-locations": "/v2/telematics/vehicle-locations", "vehicles": "/v2/telematics/vehicles"}
"""The first list of a row fault to its path."""


@dataclass
class Recorder:
    """A sandbox and what it answered: file name to content."""

    sandbox: Sandbox
    client: AsyncClient
    files: dict[str, bytes] = field(default_factory=dict)

    async def ask(self, method: str, path: str, **request: Any) -> Response:
        """Return an answer, of whatever status."""
        return await self.client.request(method, path, **request)

    async def record(self, name: str, method: str, path: str, **request: Any) -> Any:
        """Keep an answer's body under a name, and return it."""
        answer = await self.ask(method, path, **request)
        text = self._settled(answer.text)
        try:
            body = json.loads(text)
        except json.JSONDecodeError:
            self.files[f"{name}.txt"] = text.encode()
            return None
        self.files[f"{name}.json"] = f"{json.dumps(body, indent=1)}\n".encode()
        return answer.json()

    def _settled(self, text: str) -> str:
        """Replace what is random."""
        for number, one in enumerate(self.sandbox.invitations.all):
            text = text.replace(one.id, f"00000000-0000-4000-8000-{number:012d}")
            for kind, token in (("access", one.access_token), ("refresh", one.refresh_token)):
                text = text.replace(token, f"{kind}-token-{number}") if token else text
        text = re.sub(r'("access_token":")[^"]+', r"\1the-access-token", text)
        return re.sub(r'"(\w+_page\w*)":"[^"]+"', r'"\1":"the-cursor-of-\1"', text)


async def _record() -> dict[str, bytes]:
    sandbox = Sandbox(SandboxConfig(vehicles=40), clock=lambda: CLOCK, sender=lambda *_: 202)
    async with AsyncClient(transport=ASGITransport(sandbox.api), base_url="http://sandbox.test") as client:
        recorder = Recorder(sandbox, client)
        await _token(recorder)
        await _writes(recorder)
        await _reads(recorder)
        await _odd(recorder)
    return recorder.files


async def _token(recorder: Recorder) -> None:
    config = recorder.sandbox.config
    form = {
        "grant_type": "client_credentials",
        "client_id": config.client_id,
        "client_secret": config.client_secret,
        "scope": "organization",
    }
    await recorder.record("error_auth_401", "POST", f"{REALM}/token", data={**form, "client_secret": "x"})
    token = await recorder.record("auth_token", "POST", f"{REALM}/token", data=form)
    recorder.client.headers["authorization"] = f"Bearer {token['access_token']}"


async def _writes(recorder: Recorder) -> None:
    path = "/v2/orgs/invitations"
    wanted: Mapping[str, object] = {
        "fleet_ref": "NEW-1",
        "fleet_name": "New Fleet",
        "fleet_email": "office@new-fleet.example.com",
        "limit_tsps": ["geotab", "samsara"],
        "permissions": {"vehicle": "read", "vehicle_location": "read"},
        "success_redirect_url": "https://app.example.com/done",
        "expires_in_hours": 48,
    }
    made = await recorder.record("orgs_invitation_create_201", "POST", path, json=wanted)
    await recorder.record("orgs_invitation_create_200_refreshed", "POST", path, json=wanted)
    await recorder.record("orgs_invitation_accept", "POST", f"{path}/{made['id']}/accept")
    other = (await recorder.ask("POST", path, json={"fleet_ref": "NEW-2"})).json()
    reason = {"decline_reason": "We share data through our broker only"}
    await recorder.record("orgs_invitation_decline", "POST", f"{path}/{other['id']}/decline", json=reason)
    agreements = (await recorder.ask("GET", LISTS["orgs_share_agreements_list"])).json()["items"]
    await recorder.record(
        "orgs_share_agreement_patch",
        "PATCH",
        f"{LISTS['orgs_share_agreements_list']}/{agreements[0]['id']}",
        json={"expiration_date": "2027-11-06T00:00:00Z"},
    )
    hook = {
        "url": "https://hooks.example.com/catena",
        "event_name": "invitation.accepted",
        "secret": "a-key-of-the-sample",
        "filters": {"fleet_refs": ["demo"]},
    }
    await recorder.record(
        "notifications_webhook_create", "POST", LISTS["notifications_webhooks_list"], json=hook
    )


async def _reads(recorder: Recorder) -> None:
    for name, path in LISTS.items():
        await recorder.record(name, "GET", path, params={"size": 4})
    for name, listed in SINGLE.items():
        path = LISTS[listed]
        row = (await recorder.ask("GET", path, params={"size": 1})).json()["items"][0]
        await recorder.record(name, "GET", f"{path}/{row.get('id') or row['tsp_id']}")
    tsps = (await recorder.ask("GET", "/v2/orgs/tsps")).json()
    await recorder.record("orgs_tsp_get", "GET", f"/v2/orgs/tsps/{tsps[0]['id']}")
    await recorder.record("orgs_tsps_list", "GET", "/v2/orgs/tsps")
    freshness = "/v2/integrations/connections/data-freshness"
    await recorder.record("integrations_data_freshness", "GET", freshness, params={"fleet_refs": "demo"})
    await recorder.record("telematics_analytics_overview", "GET", "/v2/telematics/analytics/overview")


async def _odd(recorder: Recorder) -> None:
    """What faults make of an answer: errors, bodies that are no JSON, odd rows and places."""
    for status in STATUSES:
        if status != "422":
            recorder.sandbox.faults = [Fault(status)]
            await recorder.record(f"error_{status}", "GET", LISTS["orgs_fleets_list"])
    for kind in ("html", "truncated"):
        recorder.sandbox.faults = [Fault(kind)]
        await recorder.record(f"garbled_{kind}", "GET", LISTS["orgs_fleets_list"], params={"size": 1})
    for kind, fault in ROW_FAULTS.items():
        recorder.sandbox.faults = [Fault(kind)]
        path = ODD_LISTS.get(next(iter(fault.fields)), LISTS["orgs_fleets_list"])
        await recorder.record(f"odd_{kind}", "GET", path, params={"size": 2})
    for kind in ("null-coordinates", "bad-coordinates"):
        recorder.sandbox.faults = [Fault(kind)]
        await recorder.record(f"odd_{kind}", "GET", ODD_LISTS["vehicle-locations"], params={"size": 2})
    recorder.sandbox.faults = []
    await recorder.record("error_405", "PUT", LISTS["orgs_fleets_list"])
    await recorder.record("error_422", "POST", LISTS["orgs_invitations_list"], json={"expires_in_hours": 0})


def samples() -> dict[str, bytes]:
    """Return the samples as the sandbox makes them now: file name to content."""
    return asyncio.run(_record())


def main() -> None:
    """Write the samples, and remove those that are made no more."""
    FOLDER.mkdir(exist_ok=True)
    made = samples()
    for path in FOLDER.iterdir():
        if path.name not in made:
            path.unlink()
    for name, content in made.items():
        (FOLDER / name).write_bytes(content)
    print(f"{len(made)} files of {sum(map(len, made.values())) // 1000} kB in all.")


if __name__ == "__main__":
    main()
