"""The service behind the page: two fleets, one of them with a hostile name, without polling by itself."""

from datetime import UTC, datetime

import pytest

from dashboard.configuration.settings import Settings
from dashboard.ingest import embedded
from dashboard.service import Service, install
from tests.dashboard.catena import Catena, fleet, location, vehicle

HOSTILE = "<b>Bold</b> [x](https://evil.example) | y"


class NoSandbox:
    connect = None
    api = None


@pytest.fixture
def catena():
    catena = Catena()
    catena.rows["/v2/orgs/fleets"] = [
        fleet("fleet-1"),
        fleet("fleet-2", display_name=HOSTILE),
        fleet("fleet-3", display_name="No vehicles yet"),
    ]
    catena.rows["/v2/telematics/vehicles"] = [vehicle("a"), vehicle("b", fleet_id="fleet-2")]
    now = datetime.now(UTC).isoformat()
    catena.locations(
        [
            location("a", at=now),
            location("b", fleet_id="fleet-2", source_name="samsara", tsp_slug="samsara", at=now),
        ]
    )
    return catena


@pytest.fixture
def serve(catena, monkeypatch):
    """Installs a service with some settings."""
    made = []
    monkeypatch.setattr(embedded, "create", lambda *_: NoSandbox())
    monkeypatch.setattr(embedded, "client", lambda *_: catena.client())

    def serve(settings=None, base_path=""):
        made.append(install(Service(settings or Settings(), base_path)))
        made[-1].poller.poll_once()
        return made[-1]

    yield serve
    for service in made:
        service.close()


@pytest.fixture
def service(serve):
    return serve()
