"""A real Redis, empty for each test that asks for it."""

import pytest

from dashboard.replicas.store import SharedStore
from tests.redis_server import RedisServer


@pytest.fixture(scope="session")
def redis_process(tmp_path_factory):
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture
def server(redis_process):
    """It has lost all it knew."""
    redis_process.stop()
    redis_process.start()
    return redis_process


@pytest.fixture
def store_of(server):
    """One replica's way to it."""
    made = []

    def make(url=server.url, patience=2.0, rest=0.0):
        made.append(SharedStore(url, patience, rest=rest))
        return made[-1]

    yield make
    for store in made:
        store.close()
