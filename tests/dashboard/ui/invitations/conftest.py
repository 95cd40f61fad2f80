"""The small Catena of the invitations' tests, for their page."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from catena_client import CatenaClient
from dashboard.configuration.settings import Settings
from dashboard.invitations.first_data import FirstDataTracker
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.overview import Overview
from dashboard.service import Service, install
from tests.dashboard.invitations.conftest import catena, client  # noqa: F401 - fixtures
from tests.dashboard.invitations.fakes import FakeCatena


@pytest.fixture
def served(catena: FakeCatena, client: CatenaClient) -> Iterator[Service]:  # noqa: F811 - those fixtures
    catena.now = datetime.now(UTC)
    made = Service(Settings(company_name="Acme Insurance"))
    made.client.close()
    made.client = client
    made.invitations = InvitationService(client, made.audit)
    made.first_data = FirstDataTracker(client)
    made.overview = Overview(made.invitations, made.first_data, lambda: made.poller.state.snapshot)
    yield install(made)
    made.first_data.close()
