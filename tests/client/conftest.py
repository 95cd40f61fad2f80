from collections.abc import Iterator

import httpx
import pytest

from catena_client import CatenaClient, RetryPolicy
from tests.client.fake import CLIENT_SECRET, Clock, FakeCatena, Waits


@pytest.fixture
def fake() -> FakeCatena:
    return FakeCatena()


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(fake: FakeCatena, waits: Waits, clock: Clock) -> Iterator[CatenaClient]:
    with CatenaClient(
        "the-client",
        CLIENT_SECRET,
        api_url="https://api.test",
        auth_url="https://auth.test/realms/catena",
        transport=httpx.MockTransport(fake),
        retry=RetryPolicy(sleep=waits),
        clock=clock,
    ) as made:
        yield made
