"""nginx before two replicas below /maps/, as `deploy/nginx.conf` sets it up: TLS, WebSockets, who stays where."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.browser import rig
from tests.browser.signing import COOKIE, SECRETS
from tests.dashboard.door.knocking import signed
from tests.deploy.proxy import DEPLOY, NEEDED, Proxy, port_of, serving

pytestmark = [pytest.mark.started, NEEDED]


@pytest.fixture(scope="module")
def replicas(tmp_path_factory) -> Iterator[list[rig.Server]]:
    folder = tmp_path_factory.mktemp("replicas")
    settings = {"CATENA_TRUSTED_PROXIES": "127.0.0.1"}
    with (
        rig.dashboard(folder, settings, base_path="maps") as one,
        rig.dashboard(folder, settings, base_path="maps") as other,
    ):
        yield [one, other]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory, replicas) -> Iterator[Proxy]:
    with serving(tmp_path_factory.mktemp("nginx"), [port_of(replica) for replica in replicas]) as running:
        yield running


def test_the_first_answer_names_a_replica_and_the_browser_stays_there(proxy: Proxy) -> None:
    with proxy.client() as browser:
        first = browser.get("/")
        held = first.headers["set-cookie"]
        assert held.startswith("replica=")
        assert {"Path=/maps", "HttpOnly", "Secure", "SameSite=Lax"} <= set(held.split("; "))
        before = len(proxy.log())
        answers = [browser.get("/healthz") for _ in range(12)]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, "up")}
    assert not any("set-cookie" in answer.headers for answer in answers)
    assert len(set(proxy.asked(before))) == 1


def test_browsers_are_spread_over_the_replicas(proxy: Proxy) -> None:
    before = len(proxy.log())
    for _ in range(24):
        with proxy.client() as browser:
            browser.get("/healthz")
    assert len(set(proxy.asked(before))) == 2


def test_the_live_page_s_websocket_goes_through_and_that_of_another_site_does_not(proxy: Proxy) -> None:
    assert proxy.websocket() == 101
    assert proxy.websocket(origin="https://evil.example") == 403


@pytest.mark.parametrize(
    ("path", "status", "leads_to"),
    [("", 302, "/maps/"), ("/maps", 301, "/maps/"), ("/maps/metrics", 404, None), ("/maps/readyz", 200, None),
     ("/maps/assets/brand/icon.svg", 200, None)],
)  # fmt: skip
def test_everything_is_below_the_base_path(
    proxy: Proxy, path: str, status: int, leads_to: str | None
) -> None:
    with proxy.client() as browser:
        answer = browser.get(f"https://127.0.0.1:{proxy.port}{path}")
    assert answer.status_code == status
    if leads_to:
        assert answer.headers["location"] == f"https://127.0.0.1:{proxy.port}{leads_to}"


def test_whoever_comes_without_tls_is_sent_there(proxy: Proxy) -> None:
    with proxy.client() as browser:
        answer = browser.get(f"http://127.0.0.1:{proxy.plain_port}/maps/?fleet=x")
    assert (answer.status_code, answer.headers["location"]) == (301, "https://127.0.0.1/maps/?fleet=x")


def test_the_log_has_no_query_and_no_share_link(proxy: Proxy) -> None:
    with proxy.client() as browser:
        browser.get("/?key=of-a-start")
        browser.get("/s/of-a-link")
    text = "\n".join(proxy.log()) + (proxy.folder / "error.log").read_text()
    assert '"GET /maps/"' in text
    assert "of-a-" not in text
    assert (DEPLOY / "nginx.conf").read_text().count("access_log ") == 3, (
        "each server's, or what goes wrong is in nginx's own"
    )


def test_the_address_of_who_comes_is_what_nginx_saw(tmp_path) -> None:
    """Not what they say of themselves: the record of a dashboard with sign-in has it."""
    public = rig.free_port()
    secrets = SECRETS.replace("http://127.0.0.1:{port}", f"https://127.0.0.1:{public}/maps")
    secret = next(line.split('"')[1] for line in secrets.splitlines() if line.startswith("cookie_secret"))
    claims = {
        "email": "eve@example.com", "email_verified": True, "iss": "http://127.0.0.1:9", "is_logged_in": True,
        "origin": f"https://127.0.0.1:{public}", "provider": "office",
    }  # fmt: skip
    settings = {
        "CATENA_CLIENT_ID": "id", "CATENA_CLIENT_SECRET": "of the tests", "CATENA_API_URL": "http://127.0.0.1:9",
        "CATENA_AUTH_URL": "http://127.0.0.1:9", "CATENA_TRUSTED_PROXIES": "127.0.0.1",
        "CATENA_DATA_FOLDER": str(tmp_path / "data"),
    }  # fmt: skip
    folder = tmp_path / "nginx"
    folder.mkdir()
    with (
        rig.dashboard(tmp_path, settings, base_path="maps", secrets=secrets) as server,
        serving(folder, [port_of(server)], public) as proxy,
        proxy.client("127.0.0.2") as browser,
    ):
        cookie = signed(claims, secret)
        assert cookie.startswith(COOKIE)
        answer = browser.get("/", headers={"Cookie": cookie, "X-Forwarded-For": "203.0.113.9"})
        assert (answer.status_code, "eve@example.com may not use" in answer.text) == (403, True)
        assert answer.headers["strict-transport-security"]
    entries = [json.loads(line) for line in (tmp_path / "data" / "audit.jsonl").read_text().splitlines()]
    assert {entry["address"] for entry in entries if entry["who"] == "eve@example.com"} == {"127.0.0.2"}


def test_a_replica_that_is_gone_is_left_out(proxy: Proxy, replicas: list[rig.Server]) -> None:
    with proxy.client() as browser:
        browser.get("/")
        (where,) = set(proxy.asked(len(proxy.log()) - 1))
        gone = next(replica for replica in replicas if where.endswith(f":{port_of(replica)}"))
        gone.stop()
        answers = [browser.get("/healthz") for _ in range(4)]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, "up")}
