"""Every route of the dashboard, and everybody who is not to come in by it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from dashboard.access.grants import Grant
from dashboard.access.roles import Roles
from dashboard.access.session import Refused, Session
from dashboard.configuration.access_rules import AccessRule
from dashboard.configuration.settings import Settings, load
from dashboard.configuration.sign_in import Provider
from dashboard.runtime.audit import Audit
from tests.dashboard.door.knocking import CLAIMS, OFFICE, PUBLIC, REAL, SIGN_IN, TOKENS, House, by_key, signed

# Each route of Streamlit's and ours: a method and a path of it, and what it is.
ROUTES = {
    "/feed/vehicles/{layer}.json": ("GET", "/feed/vehicles/moving.json?id=x", "data"),
    "/feed/names/{z}/{x}/{y}.json": ("GET", "/feed/names/7/32/47.json?id=x", "data"),
    "/feed/hexagons.json": ("GET", "/feed/hexagons.json?id=x", "data"),
    "/feed/trailers.json": ("GET", "/feed/trailers.json?id=x", "data"),
    "/feed/trails.json": ("GET", "/feed/trails.json?id=x", "data"),
    "/assets/{path:path}": ("GET", "/assets/brand/icon.svg", "open"),
    "/webhooks/catena": ("POST", "/webhooks/catena", "webhook"),
    "/connect": ("POST", "/connect/", "posted page"),
    "/_stcore/health": ("GET", "/_stcore/health", "open"),
    "/_stcore/script-health-check": ("GET", "/_stcore/script-health-check", "data"),
    "/_stcore/metrics": ("GET", "/_stcore/metrics", "nobody"),
    "/_stcore/host-config": ("GET", "/_stcore/host-config", "data"),
    "/media/{file_id:path}": ("GET", "/media/abc.png", "data"),
    "/_stcore/upload_file/{session_id}/{file_id} PUT": ("PUT", "/_stcore/upload_file/s/f", "upload"),
    "/_stcore/upload_file/{session_id}/{file_id} DELETE": ("DELETE", "/_stcore/upload_file/s/f", "change"),
    "/_stcore/upload_file/{session_id}/{file_id} OPTIONS": ("OPTIONS", "/_stcore/upload_file/s/f", "data"),
    "/component/{path:path}": ("GET", "/component/x/index.html", "data"),
    "/_stcore/bidi-components/{path:path}": ("GET", "/_stcore/bidi-components/x.js", "data"),
    "/_stcore/stream": ("websocket", "/_stcore/stream", "websocket"),
    "/auth/login": ("GET", "/auth/login?provider=x", "open"),
    "/auth/logout": ("GET", "/auth/logout", "open"),
    "/oauth2callback": ("GET", "/oauth2callback?code=x", "open"),
    "/_stcore/agent/interact": ("POST", "/_stcore/agent/interact", "nobody"),
    "/_stcore/agent/mcp": ("POST", "/_stcore/agent/mcp", "nobody"),
    "/_stcore/agent/openapi.json": ("GET", "/_stcore/agent/openapi.json", "nobody"),
    "/app/static/{path:path}": ("GET", "/app/static/inter-latin.woff2", "open"),
    "": ("GET", "/invitations", "page"),
    # What the door answers by itself, and share links.
    "door /signin": ("GET", "/signin", "own"),
    "door /signout": ("GET", "/signout", "own"),
    "door /door/session": ("GET", "/door/session", "state"),
    "door /door/door.js": ("GET", "/door/door.js", "own"),
    "/s/{token}": ("GET", "/s/abc", "open"),
    # What those ask who watch over the process.
    "/healthz": ("GET", "/healthz", "open"),
    "/readyz": ("GET", "/readyz", "open"),
    "/metrics": ("GET", "/metrics", "metrics"),
}
IN, PLEASE_SIGN_IN = 200, 303
# What each wrong caller gets: of a dashboard with sign-in, by what the route is.
STRANGER = {
    "open": IN, "own": 0, "state": 401, "page": PLEASE_SIGN_IN, "posted page": 401, "data": 401, "upload": 401,
    "change": 401, "websocket": 403, "webhook": IN, "nobody": 404, "metrics": 401,
}  # fmt: skip
UNLISTED = STRANGER | dict.fromkeys(("page", "posted page", "data", "upload", "change", "metrics"), 403)
GUEST = dict.fromkeys(STRANGER, IN) | {"own": 0, "state": 204, "upload": 403, "nobody": 404, "metrics": 403}
CROSS_SITE = GUEST | {
    "posted page": 403, "change": 403, "websocket": 403,
}  # fmt: skip
NOT_OURS = dict.fromkeys(STRANGER, 403)
HERE = {"host": PUBLIC, "origin": f"https://{PUBLIC}"}


def guest(cookies):
    grant = Grant("for a customer", "guest", frozenset(), share="s1")
    found = {"live": Session("guest-1", "guest", grant, 4e9), "over": Refused("share_over", "for a customer")}
    return found.get(cookies.get("catena_guest", ""))


@pytest.fixture
def house(secrets) -> House:
    house = House(SIGN_IN, options={"guests": guest})
    house.ask("/signout", headers=HERE | {"cookie": SIGNED_OUT})
    house.audit = house.doorway.audit = Audit()
    return house


SIGNED_OUT = signed(CLAIMS | {"sub": "gone"})


CALLERS = {
    "nobody": (HERE, STRANGER),
    "forged": (HERE | {"cookie": signed(CLAIMS, "x" * 32)}, STRANGER),
    "written for another address": (HERE | {"cookie": signed(CLAIMS | {"origin": "https://x.example"})}, STRANGER),
    "not signed in": (HERE | {"cookie": signed(CLAIMS | {"is_logged_in": False})}, STRANGER),
    "signed in long ago": (HERE | {"cookie": signed(CLAIMS, ago=13 * 3600)}, STRANGER),
    "signed out": (HERE | {"cookie": SIGNED_OUT}, STRANGER),
    "key of no start": (HERE | {"cookie": "catena_key_8501=x"}, STRANGER),
    "not on the list": (HERE | {"cookie": signed(CLAIMS | {"email": "eve@evil.example"})}, UNLISTED),
    "not verified": (HERE | {"cookie": signed(CLAIMS | {"email_verified": False})}, UNLISTED),
    "guest of an old link": (HERE | {"cookie": "catena_guest=over"}, UNLISTED),
    "guest": (HERE | {"cookie": "catena_guest=live"}, GUEST),
    "page of another site": (HERE | {"origin": "https://evil.example", "cookie": "catena_guest=live"}, CROSS_SITE),
    "page of another port": (HERE | {"origin": f"https://{PUBLIC}:1", "cookie": "catena_guest=live"}, CROSS_SITE),
    "without an origin": (HERE | {"origin": "", "cookie": "catena_guest=live"}, CROSS_SITE),
    "name made to point here": (
        {"host": "evil.example", "origin": "https://evil.example", "cookie": "catena_guest=live"}, NOT_OURS,
    ),
    "loopback name by a proxy": (
        {"host": "localhost:8501", "origin": "http://localhost:8501", "x-forwarded-for": "203.0.113.9"}, NOT_OURS,
    ),
}  # fmt: skip


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("route", ROUTES)
def test_every_route_for_everybody_who_is_not_an_operator(house: House, route: str, caller: str) -> None:
    method, path, kind = ROUTES[route]
    headers, expected = CALLERS[caller]
    wanted = expected[kind]
    if kind == "upload":
        wanted = {"page of another site": 403, "page of another port": 403, "without an origin": 403}.get(
            caller, wanted
        )
    if route in ("/_stcore/health", "/healthz", "/readyz") and wanted == 403:
        wanted = IN  # whoever asks whether we live does so by any name
    if kind == "nobody" and method == "POST" and expected is CROSS_SITE:
        wanted = 403
    if method == "websocket":
        assert (house.knock(headers, path) != "") == (wanted == IN)
        return
    answer = house.ask(path, method, headers=headers, client=("10.0.0.7", 4000))
    if wanted:
        assert answer.status == wanted
    assert ("inside" in answer.text) == (wanted == IN)
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("route", ROUTES)
def test_without_sign_in_nobody_else_comes_in_by_any_route(route: str) -> None:
    method, path, kind = ROUTES[route]
    house = House(REAL)
    cookie = by_key(house)
    elsewhere = [
        (("10.0.0.7", 4000), {}),
        (("127.0.0.1", 4000), {"x-forwarded-for": "10.0.0.7"}),
        (("10.0.0.7", 0), {"x-forwarded-for": "10.0.0.7"}),
        (("127.0.0.1", 4000), {"host": "evil.example", "origin": "http://evil.example"}),
    ]
    for client, headers in elsewhere:
        given = {"cookie": cookie, "origin": "http://localhost:8501", **headers}
        if method == "websocket":
            assert house.knock(given, path, client=client) == ""
        else:
            answer = house.ask(path, method, headers=given, client=client)
            assert (answer.status, "no sign-in is set up" in answer.text) == (403, True)
    here = {"origin": "http://localhost:8501"}
    if method == "websocket":
        assert house.knock(here, path) == ""
        assert house.knock(here | {"cookie": cookie}, path) != ""
    else:
        allowed = house.ask(path, method, headers=here).status
        assert allowed == {"own": allowed, "page": 403}.get(kind, STRANGER[kind])


@pytest.mark.parametrize(
    ("role", "fleet_refs", "status"),
    [("operator", None, IN), ("operator", frozenset({"REF"}), 403), ("viewer", None, 403)],
    ids=["operator", "operator of some fleets", "viewer"],
)
def test_numbers_of_the_whole_process_are_for_those_whom_nothing_limits(
    secrets, role, fleet_refs, status
) -> None:
    rules = (AccessRule(frozenset({"ann@example.com"}), role, fleet_refs),)
    house = House(replace(SIGN_IN, access=rules))
    answer = house.ask("/metrics", headers=HERE | {"cookie": signed(CLAIMS)})
    assert (answer.status, "inside" in answer.text) == (status, status == IN)


SERVED = """
import json
from app import app

found = []
for route in app._build_starlette_app().routes:
    methods = sorted(getattr(route, "methods", None) or ())
    if "upload" in route.path:
        found += [f"{route.path} {method}" for method in methods]
    else:
        found.append(route.path)
print(json.dumps(found))
"""


def test_every_route_there_is_has_a_row(tmp_path: Path) -> None:
    # A process of its own, since one that has been `app.py` stays one.
    answer = subprocess.run(
        [sys.executable, "-c", SERVED],
        cwd=Path(__file__).parents[3],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    found = set(json.loads(answer.stdout))
    assert len(found) > 20
    missing = found - set(ROUTES)
    assert not missing, f"Say in ROUTES what these are and who may open them: {sorted(missing)}"


def test_simulated_data_is_open_but_not_to_pages_of_other_sites() -> None:
    house = House(Settings())
    assert house.ask("/", headers={"host": "192.168.1.5:8501"}).text.startswith("inside as open")
    assert house.knock({"origin": "http://localhost:8501"}) != ""
    assert house.knock({"origin": "http://evil.example"}) == ""
    assert house.knock({}) == ""
    assert house.ask("/connect/x", "POST", headers={"origin": "http://evil.example"}).status == 403
    assert house.ask("/connect/x", "POST", headers={"origin": "null"}).status == 403
    sent = {"origin": "null", "sec-fetch-site": "same-origin"}
    assert house.ask("/connect/x", "POST", headers=sent).status == 200


def test_nobody_can_say_from_outside_on_which_connection_they_are(house: House) -> None:
    sent = HERE | {
        "cookie": signed(CLAIMS),
        "x-dashboard-connection": "made-up",
        "X-Dashboard-Connection": "b",
    }
    assert house.knock(sent) not in ("", "made-up", "b", "none")


def test_the_page_comes_with_our_script_and_nothing_else_in_it_may_run(house: House) -> None:
    answer = house.ask("/html", headers=HERE | {"cookie": signed(CLAIMS)})
    assert '<script src="./door/door.js"></script>' in answer.text
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert answer.headers["cache-control"] == "no-store"
    assert re.search(r"script-src 'self' 'wasm-unsafe-eval' 'sha256-[\w+/=]{44}';", answer.headers[
        "content-security-policy"
    ])  # fmt: skip
    assert "https:" in answer.headers["content-security-policy"].partition("img-src")[2].partition(";")[0]
    kept = house.ask("/html", headers=HERE | {"cookie": signed(CLAIMS), "if-none-match": '"streamlits"'})
    assert kept.status == 200
    seen_by_guest = house.ask("/html", headers=HERE | {"cookie": "catena_guest=live"})
    assert (
        "img-src 'self' data: blob: https://tiles.openfreemap.org;"
        in seen_by_guest.headers["content-security-policy"]
    )


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (
            {"CATENA_BASEMAP": "carto", "CATENA_BASEMAPS": "none"},
            " https://basemaps.cartocdn.com https://*.basemaps.cartocdn.com",
        ),
        (
            {"CATENA_BASEMAP": "https://maps.example/style.json", "CATENA_BASEMAPS": "none"},
            " https://maps.example https://*.maps.example",
        ),
        ({}, " https://tiles.openfreemap.org"),
        ({"CATENA_BASEMAPS": "none", "CATENA_BASEMAP_HOSTS": "tiles.example"}, ""),
        (
            {
                "CATENA_BASEMAPS": "A=https://a.example/s?k=1 https://b.example:8443/d, C=http://127.0.0.1:9/c",
                "CATENA_BASEMAP_HOSTS": "*.tiles.example, fonts.example",
            },
            " https://a.example https://b.example:8443 http://127.0.0.1:9 https://*.tiles.example "
            "https://fonts.example",
        ),
    ],
    ids=["carto", "a style", "usual", "none", "several"],
)
def test_hosted_maps_may_be_loaded_from_their_hosts_alone(environ: dict[str, str], expected: str) -> None:
    policy = House(load(environ, {})).ask("/").headers["content-security-policy"]
    assert f"connect-src 'self'{expected};" in policy
    assert f"img-src 'self' data: blob:{expected};" in policy


def test_pages_of_the_simulated_catena_are_not_ours() -> None:
    house = House(Settings())
    assert "door.js" in house.ask("/html").text
    assert house.ask("/connect/html").text.startswith("inside as ")


def test_those_may_show_it_in_a_frame_who_are_named() -> None:
    house = House(Settings(embed_origins=("https://a.example", "https://b.example")))
    headers = house.ask("/").headers
    assert "frame-ancestors https://a.example https://b.example" in headers["content-security-policy"]
    assert "x-frame-options" not in headers
    assert House(Settings()).ask("/").headers["x-frame-options"] == "DENY"


def test_cookies_stay_behind_https(house: House) -> None:
    sent = {"cookie": signed(CLAIMS)}
    public = house.ask("/", headers=HERE | sent)
    assert public.cookies == ["inner=x; Path=/; SameSite=lax; Secure"]
    assert "strict-transport-security" in public.headers
    assert house.ask("/", headers=sent, scheme="https").cookies[0].endswith("Secure")
    by_another_name = House(replace(SIGN_IN, public_url="https://maps.example.com"))
    link = by_another_name.ask("/s/right", headers={"host": "maps.example.com"})
    assert link.cookies == ["inner=x; Path=/; SameSite=lax; Secure"]
    local = house.ask("/", headers=sent)
    assert local.cookies == ["inner=x; Path=/; SameSite=lax"]
    assert "strict-transport-security" not in local.headers


@pytest.mark.parametrize("written", ["Fleets.Example.com", "fleets.example.com:443"])
def test_cookies_stay_behind_https_however_its_host_is_written(secrets, written: str) -> None:
    house = House(replace(SIGN_IN, redirect_uri=f"https://{written}/oauth2callback"))
    answer = house.ask("/", headers=HERE | {"cookie": signed(CLAIMS)})
    assert answer.cookies == ["inner=x; Path=/; SameSite=lax; Secure"]
    assert "strict-transport-security" in answer.headers


def test_the_address_of_a_share_link_is_told_to_no_other_site(house: House) -> None:
    for path in ("/s/right", "/s/wrong"):
        assert house.ask(path, headers=HERE).headers["referrer-policy"] == "strict-origin"
    assert house.ask("/assets/x", headers=HERE).headers["referrer-policy"] == "no-referrer"


def test_what_is_inside_is_told_where_a_request_came_from(secrets) -> None:
    house = House(replace(SIGN_IN, trusted_proxies=(ip_network("10.0.0.0/8"),)))
    for path in ("/s/right", "/assets/x"):
        forwarded = HERE | {"x-forwarded-for": "198.51.100.7"}
        answer = house.ask(path, headers=forwarded, client=("10.0.0.1", 1))
        assert answer.headers["came-from"] == "198.51.100.7"


def test_a_defect_inside_has_the_headers_of_every_answer(house: House) -> None:
    answer = house.ask("/defect", headers=HERE | {"cookie": signed(CLAIMS)})
    assert answer.status == 500
    assert "ValueError" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_pages_tell_who_is_refused_and_whom_to_ask(house: House) -> None:
    answer = house.ask("/", headers=HERE | {"cookie": signed(CLAIMS | {"email": "eve&co@evil.example"})})
    assert "eve&amp;co@evil.example may not use this dashboard" in answer.text
    assert 'href="/signout"' in answer.text
    assert "This link has ended" in house.ask("/", headers=HERE | {"cookie": "catena_guest=over"}).text
    assert [entry.event for entry in house.audit.latest()] == ["refused", "refused"]
    house.ask("/feed/x", headers=HERE | {"cookie": "catena_guest=over"})
    assert len(house.audit.latest()) == 2


def test_an_address_of_the_feed_opens_nothing_in_another_session(house: House) -> None:
    mine, other = signed(CLAIMS), signed(CLAIMS | {"sub": "somebody else"})
    (session,) = re.findall(r"inside as (.+)", house.ask("/", headers=HERE | {"cookie": mine}).text)
    address = f"/feed/told?id={TOKENS.id_of('vehicles', session)}"
    assert house.ask(address, headers=HERE | {"cookie": mine}).text == "vehicles"
    for cookie in (other, "catena_guest=live"):
        assert house.ask(address, headers=HERE | {"cookie": cookie}).status == 403
    assert house.ask(address, headers=HERE).status == 401


def test_an_address_of_the_feed_opens_nothing_once_its_session_may_see_less(secrets) -> None:
    roles = Roles(SIGN_IN.access, SIGN_IN.sign_in)
    house = House(SIGN_IN, options={"roles": roles.grant})
    mine = HERE | {"cookie": signed(CLAIMS)}
    (session,) = re.findall(r"inside as (.+)", house.ask("/", headers=mine).text)
    address = f"/feed/told?id={TOKENS.id_of('vehicles', session)}"
    roles.replace([AccessRule(frozenset({"ann@example.com"}), "operator")])
    assert house.ask(address, headers=mine).status == 200, "nothing has changed"
    roles.replace([AccessRule(frozenset({"ann@example.com"}), "operator", frozenset({"REF"}))])
    assert house.ask(address, headers=mine).status == 403


def test_each_provider_has_a_link_that_leads_to_it(house: House) -> None:
    answer = house.ask("/signin", headers=HERE)
    (link,) = re.findall(r'href="(/signin[^"]*)"', answer.text)
    assert house.ask(link, headers=HERE).headers["location"].startswith("/auth/login?provider=ey")
    assert house.ask("/signin?with=unknown", headers=HERE).status == 200
    two = House(replace(SIGN_IN, sign_in=(OFFICE, Provider("my-*<okta>", "https://okta.example.com"))))
    assert "Sign in: my-*&lt;okta&gt;" in two.ask("/signin", headers=HERE).text


def test_below_a_base_path(secrets) -> None:
    house = House(SIGN_IN, prefix="/maps")
    assert house.ask("/maps/", headers=HERE).headers["location"] == "/maps/signin"
    assert house.ask("/elsewhere", headers=HERE).headers["location"] == "/maps/signin"
    assert house.ask("/maps/_stcore/health", headers=HERE).status == 200
    assert house.ask("/maps/feed/vehicles/moving.json", headers=HERE).status == 401
    assert "inside" in house.ask("/maps/x", headers=HERE | {"cookie": signed(CLAIMS)}).text


@pytest.mark.parametrize(("trusted", "warnings"), [((), 1), ((ip_network("10.0.0.0/8"),), 0)])
def test_a_proxy_that_nobody_has_named_is_told_of_once(secrets, caplog, trusted, warnings: int) -> None:
    house = House(replace(SIGN_IN, trusted_proxies=trusted))
    for _ in range(3):
        house.ask("/", headers=HERE | {"x-forwarded-for": "198.51.100.7"}, client=("10.0.0.1", 1))
    assert [record.message.count("CATENA_TRUSTED_PROXIES") for record in caplog.records] == [1] * warnings
