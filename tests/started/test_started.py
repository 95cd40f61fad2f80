"""What a user sees who starts the dashboard as the README says, from the first request on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from tests.dashboard.waiting import until
from tests.started.conftest import COOKIE_SECRET
from tests.started.starts import WAYS, Started, has_ipv6, network_address

pytestmark = pytest.mark.started
LAN = network_address()
KINDS = ("simulated", "credentials", "elsewhere")
USUAL = {("make", "simulated"), ("streamlit", "credentials"), ("uvicorn", "elsewhere")}
"""Each way and each kind once; the other combinations are the slow part."""


def marks(way: str, kind: str) -> Sequence[pytest.MarkDecorator]:
    return () if (way, kind) in USUAL else (pytest.mark.slow,)


EVERY = [pytest.param(way, kind, marks=marks(way, kind)) for way, kind in product(WAYS, KINDS)]
REAL = [pytest.param(way, kind, marks=marks(way, kind)) for way, kind in product(WAYS, KINDS[1:])]
BY_IPV4 = [("127.0.0.1", ""), ("127.0.0.1", "localhost")]
BY_IPV6 = [("::1", ""), ("::1", "localhost")] if has_ipv6() else []
# uvicorn listens to 127.0.0.1 alone, unless it is told otherwise.
ADDRESSES = [
    pytest.param(way, kind, *address, marks=marks(way, kind))
    for way, kind in product(WAYS, KINDS)
    for address in (BY_IPV4 if way == "uvicorn" else BY_IPV4 + BY_IPV6)
]
PUBLIC = "fleets.example.com"


@pytest.mark.parametrize(("way", "kind", "address", "name"), ADDRESSES)
def test_this_machine_is_served(
    started: dict[tuple[str, str], Started], way: str, kind: str, address: str, name: str
) -> None:
    one = started[way, kind]
    host = f"{name}:{one.port}" if name else ""
    cookie = one.cookie()
    assert bool(cookie) == (kind != "simulated")
    page = one.get("/", address, host, cookie)
    assert (page.status_code, "<title>Catena Live Map</title>" in page.text) == (200, True)
    for path in ("/_stcore/health", "/assets/brand/icon.svg", "/app/static/inter-latin.woff2"):
        answer = one.get(path, address, host)
        assert answer.status_code == 200
        assert "text/html" not in answer.headers["Content-Type"] or answer.text == "ok", path
    assert one.websocket(address, host, cookie=cookie) == 101


@pytest.mark.parametrize(("way", "kind"), REAL)
def test_without_the_key_this_machine_is_told_where_to_find_it(
    started: dict[tuple[str, str], Started], way: str, kind: str
) -> None:
    one = started[way, kind]
    forged = f"catena_key_{one.port}={'x' * 43}"
    for path, cookie in product(("/", "/invitations", "/?key=", "/?key=wrong"), ("", forged)):
        answer = one.get(path, cookie=cookie)
        assert answer.status_code == 403
        assert "?key=" in answer.text
    assert one.get("/feed/vehicles/moving.json", cookie=forged).status_code == 401
    assert one.websocket(cookie=forged) == 403


@pytest.mark.parametrize(("way", "kind"), REAL)
def test_real_fleets_are_closed_to_everybody_else(
    started: dict[tuple[str, str], Started], way: str, kind: str
) -> None:
    one, cookie = started[way, kind], started[way, kind].cookie()
    others = [("127.0.0.1", PUBLIC)]
    if LAN is not None and way != "uvicorn":
        others += [(LAN, ""), (LAN, f"localhost:{one.port}")]
    for address, host in others:
        for path in ("/", "/_stcore/health", "/feed/vehicles/moving.json"):
            answer = one.get(path, address, host, cookie)
            assert answer.status_code == 403
            assert "no sign-in is set up" in answer.text
        assert one.websocket(address, host, cookie=cookie) == 403
    forwarded = one.get("/", cookie=cookie, **{"X-Forwarded-For": "203.0.113.9"})
    assert (forwarded.status_code, "no sign-in is set up" in forwarded.text) == (403, True)


@pytest.mark.parametrize(("way", "kind"), EVERY)
def test_a_page_of_another_site_gets_no_websocket_and_nobody_is_asked_whether_it_is_ours(
    started: dict[tuple[str, str], Started], way: str, kind: str
) -> None:
    one = started[way, kind]
    before = one.asked_outside()
    for origin in ("https://evil.example", f"http://localhost:{one.port + 1}", "null"):
        assert one.websocket(origin=origin, cookie=one.cookie()) == 403
    assert one.asked_outside() == before


@pytest.mark.skipif(LAN is None, reason="this machine has no address but its own")
@pytest.mark.parametrize("way", ["make", pytest.param("streamlit", marks=pytest.mark.slow)])
def test_a_phone_in_the_network_sees_simulated_fleets(
    started: dict[tuple[str, str], Started], way: str
) -> None:
    one = started[way, "simulated"]
    assert LAN is not None
    assert one.get("/", LAN).status_code == 200
    assert one.websocket(LAN) == 101


def test_a_reverse_proxy_with_a_public_name_is_served(started: dict[tuple[str, str], Started]) -> None:
    one = started["make", "simulated"]
    assert one.get("/", host=PUBLIC).status_code == 200
    assert one.websocket(host=PUBLIC, origin=f"https://{PUBLIC}") == 101


def test_behind_a_public_name_people_are_asked_to_sign_in(started: dict[tuple[str, str], Started]) -> None:
    one = started["uvicorn", "sign-in"]
    answer = one.get("/", host=PUBLIC)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/signin")
    assert "Sign in" in one.get("/signin", host=PUBLIC).text
    assert one.get("/signin?with=office", host=PUBLIC).headers["Location"].startswith("/auth/login?provider=")
    assert one.websocket(host=PUBLIC, origin=f"https://{PUBLIC}") == 403
    assert one.get("/", host="evil.example").status_code == 403


def test_sign_in_reads_the_project_s_own_file_from_another_folder(
    started: dict[tuple[str, str], Started],
) -> None:
    """A login that our cookie_secret signed is taken to the provider, which nobody is; others go back to the page."""
    end = int((datetime.now(UTC) + timedelta(minutes=1)).timestamp())

    def login(secret: str) -> tuple[int, str]:
        token = jwt.encode({"alg": "HS256"}, {"provider": "office", "exp": end}, OctKey.import_key(secret))
        answer = started["uvicorn", "sign-in"].get(f"/auth/login?provider={token}")
        return answer.status_code, answer.text

    assert login(COOKIE_SECRET) == (400, "Authentication error")
    assert login(COOKIE_SECRET[::-1])[0] == 302


@pytest.mark.parametrize(("way", "kind"), EVERY)
def test_the_address_that_is_printed_is_one_that_answers(
    started: dict[tuple[str, str], Started], way: str, kind: str
) -> None:
    one = started[way, kind]
    shown = f"http://127.0.0.1:{one.port}" if way == "uvicorn" else f"http://localhost:{one.port}{one.base}"
    until(lambda: shown in one.server.log().replace("\n", " ").split(" "))


@pytest.mark.parametrize(("way", "kind"), [*EVERY, ("uvicorn", "sign-in")])
def test_nobody_outside_was_asked_for_anything(
    started: dict[tuple[str, str], Started], way: str, kind: str
) -> None:
    """After everything above: started, and looked at from all sides."""
    assert started[way, kind].asked_outside() == []
