"""A small Catena, a client of it, and the service of its invitations."""

from collections.abc import Iterator

import httpx
import pytest

from catena_client import CatenaClient, RetryPolicy
from dashboard.invitations.invitation_service import InvitationService
from tests.dashboard.invitations.fakes import FakeCatena
from tests.redis_fixtures import redis_process, server, store_of  # noqa: F401 - fixtures


@pytest.fixture
def catena() -> FakeCatena:
    return FakeCatena()


@pytest.fixture
def client(catena: FakeCatena) -> Iterator[CatenaClient]:
    with CatenaClient(
        "id", "secret", transport=httpx.MockTransport(catena), retry=RetryPolicy(attempts=1)
    ) as client:
        yield client


@pytest.fixture
def invitations(client: CatenaClient, catena: FakeCatena) -> InvitationService:
    return InvitationService(client, now=lambda: catena.now, clock=catena.seconds)
