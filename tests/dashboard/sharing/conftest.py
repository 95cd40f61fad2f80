"""Links in memory, with a clock that stands still until it is moved, and operators of several rights."""

from dataclasses import replace

import pytest

from dashboard.access.viewer import OPERATOR, Visibility
from dashboard.runtime.audit import Audit
from dashboard.sharing.shares import Shares
from dashboard.sharing.sqlite_store import SqliteStore
from tests.redis_fixtures import redis_process, server, store_of  # noqa: F401 - fixtures


class Clock:
    now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def audit():
    return Audit()


@pytest.fixture
def store(clock):
    made = SqliteStore(clock=clock)
    yield made
    made.close()


@pytest.fixture
def shares(store, audit, clock):
    return Shares(store, audit, clock, timer=clock)


@pytest.fixture
def ann():
    """Sees everything."""
    return replace(OPERATOR, name="ann@example.com", address="192.0.2.1")


@pytest.fixture
def bob():
    """Sees fleet f1 alone."""
    return replace(
        OPERATOR,
        name="bob@example.com",
        visibility=Visibility(frozenset({"f1"})),
        fleet_refs=frozenset({"REF-1"}),
    )
