"""A service on a small Catena, whose answers tests choose, without polling by itself."""

import pytest
from starlette.applications import Starlette

from dashboard.configuration.settings import Settings
from dashboard.ingest import embedded
from dashboard.service import Service
from tests.dashboard.catena import full_catena


class NoSandbox:
    connect = Starlette()
    api = None


@pytest.fixture
def catena():
    return full_catena()


@pytest.fixture
def serve(catena, monkeypatch):
    """`serve(settings, base_path)`: a service."""
    made = []
    monkeypatch.setattr(embedded, "create", lambda *_: NoSandbox())
    monkeypatch.setattr(
        embedded, "client", lambda _sandbox, _on_retry, on_answer: catena.client(on_answer=on_answer)
    )

    def serve(settings=None, base_path=""):
        made.append(Service(settings or Settings(), base_path))
        return made[-1]

    yield serve
    for service in made:
        service.close()
