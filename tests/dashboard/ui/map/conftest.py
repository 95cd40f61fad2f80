"""The service behind the page: over the Catena of each module's own `catena`, without polling by itself."""

import pytest

from dashboard.configuration.settings import Settings
from dashboard.ingest import embedded
from dashboard.service import Service, install
from tests.dashboard.ui.map.page import run
from tests.dashboard.waiting import until


class NoSandbox:
    connect = None
    api = None


@pytest.fixture
def service(catena, monkeypatch):
    monkeypatch.setattr(embedded, "create", lambda *_: NoSandbox())
    monkeypatch.setattr(embedded, "client", lambda *_: catena.client())
    made = install(Service(Settings()))
    yield made
    made.close()


@pytest.fixture
def open_page(service):
    def opened(**query):
        service.poller.poll_once()
        until(lambda: service.poller.directory.names.vehicles)
        service.poller.poll_once()
        app = run(**query)
        assert not app.exception
        return app

    return opened
