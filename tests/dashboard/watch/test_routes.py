"""/healthz, /readyz and /metrics, as those ask for them who watch over the process."""

import asyncio
import socket
from dataclasses import replace
from datetime import timedelta
from urllib.request import urlopen

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from dashboard.configuration.settings import Settings, SettingsError
from dashboard.watch.metrics import UNREADABLE
from tests.dashboard.catena import LOCATIONS, location

PATHS = ("/healthz", "/readyz", "/metrics")


def ask(service, path):
    """The answer to a request, past the door."""
    wanted = [
        route
        for route in service.routes()
        if getattr(route, "path", "").removeprefix(service.prefix) in PATHS
    ]
    assert len(wanted) == 3

    async def asked():
        transport = httpx.ASGITransport(Starlette(routes=wanted))
        async with httpx.AsyncClient(transport=transport, base_url="http://dashboard.test") as client:
            return await client.get(path)

    return asyncio.run(asked())


def read(text):
    """Each sample's value, by its name and labels."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def numbers(service):
    return read(ask(service, "/metrics").text)


def test_up_says_that_and_nothing_else(serve):
    answer = ask(serve(), "/healthz")
    assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (200, "up", "no-store")


def test_ready_once_there_are_positions_until_they_are_old(serve, catena):
    service = serve()

    def said():
        answer = ask(service, "/readyz")
        return answer.status_code, answer.text

    catena.failing[LOCATIONS] = (503, {"message": "down"})
    service.poller.poll_once()
    assert said() == (503, "starting")
    catena.failing.clear()
    service.poller.poll_once()
    assert said() == (200, "ready")
    catena.failing[LOCATIONS] = (503, {"message": "down"})
    service.poller.poll_once()
    assert service.poller.state.problem
    assert said() == (200, "ready"), "what was read a moment ago is good enough"
    state = service.poller.state
    old = replace(state.snapshot, taken_at=state.snapshot.taken_at - timedelta(seconds=46))
    service.poller.state = replace(state, snapshot=old)
    assert said() == (503, "stale")


def test_the_routes_are_below_the_base_path(serve):
    service = serve(base_path="maps")
    assert [ask(service, f"/maps{path}").status_code for path in PATHS] == [200, 503, 200]
    assert ask(service, "/healthz").status_code == 404


def test_before_the_first_poll_the_numbers_say_so(serve):
    found = numbers(serve())
    assert found["catena_ready",] == 0
    assert ("catena_snapshot_age_seconds",) not in found
    assert found["catena_open_pages", "guest"] == 0


def test_the_numbers_are_those_of_what_has_happened(serve, catena):
    catena.locations([*catena.rows[LOCATIONS], location("odd", lon=0.0, lat=0.0), "no row"])
    service = serve()
    service.poller.poll_once()
    catena.failing[LOCATIONS] = (503, {"message": "down"})
    service.poller.poll_once()
    found = numbers(service)
    assert found["catena_poll_seconds_count", "ok"] == 1
    assert found["catena_poll_seconds_count", "failed"] == 1
    assert found["catena_poll_failing",] == 1
    assert found["catena_ready",] == 1
    assert found["catena_lease",] == 1
    assert found["catena_vehicles",] == 3
    assert found["catena_snapshot_version",] == service.poller.state.snapshot.version
    assert 0 <= found["catena_snapshot_age_seconds",] < 45
    assert found["catena_rows_rejected", "position 0, 0 (no GPS signal)"] == 1
    assert found["catena_rows_rejected", UNREADABLE] == 1
    assert found["catena_token_requests_total", "200"] == 1
    assert found["catena_api_answers_total", f"GET {LOCATIONS}", "503"] >= 1
    assert found["catena_api_answers_total", f"GET {LOCATIONS}", "200"] >= 1


def test_redis_gone_is_not_a_poll_that_failed(serve):
    service = serve()
    service.poller.poll_once()
    service.poller.state = replace(service.poller.state, problem="Redis cannot be reached.", apart=True)
    found = numbers(service)
    assert [found["catena_poll_failing",], found["catena_sharing_failing",]] == [0, 1]


def test_what_viewers_share_is_counted(serve):
    from dashboard.access.viewer import Visibility  # noqa: PLC0415 - only here

    service = serve()
    service.poller.poll_once()
    before = numbers(service)
    for _ in range(3):
        service.feed.vehicles.facets(service.poller.state.snapshot, Visibility(frozenset({"fleet-1"})))
    after = numbers(service)
    for name, more in (("catena_builds_total", 1), ("catena_build_hits_total", 2)):
        assert after[name, "vehicles.count_facets"] - before[name, "vehicles.count_facets"] == more


def test_no_number_names_a_fleet_a_vehicle_or_a_secret(serve):
    service = serve()
    service.poller.poll_once()
    text = ask(service, "/metrics").text
    assert not [word for word in ("fleet-1", "Truck", "VIN", "secret", "Line") if word in text]


def test_the_numbers_have_a_port_of_their_own_for_as_long_as_the_service_lives(serve):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    service = serve(Settings(metrics_address=("127.0.0.1", port)))
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        assert ("catena_ready",) in read(answer.read().decode())
    with pytest.raises(SettingsError, match="CATENA_METRICS_PORT"):
        serve(Settings(metrics_address=("127.0.0.1", port)))
    service.close()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
