"""What the door needs of Streamlit behaves as the door believes: after an update this says whether it still does."""

from __future__ import annotations

import time
from secrets import token_hex

import pytest
from starlette.requests import cookie_parser
from starlette.responses import Response
from streamlit.auth_util import decode_provider_token
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.web.server.starlette import starlette_auth_routes

from dashboard.door import streamlit_internals
from tests.dashboard.door.knocking import CLAIMS, signed

pytestmark = pytest.mark.usefixtures("secrets")
NOTE = token_hex(10_000)
"""Cannot be packed into one cookie."""
MOVED = (
    "Streamlit has changed how it keeps who signed in; dashboard/door/streamlit_internals.py has to follow"
)


async def written(claims) -> dict[str, str]:
    """The cookies that Streamlit itself gives to somebody who signs in."""
    response = Response()
    await starlette_auth_routes._set_auth_cookie(response, claims, {"id_token": "x"})
    given = [value.decode() for name, value in response.raw_headers if name == b"set-cookie"]
    return cookie_parser("; ".join(value.partition(";")[0] for value in given))


def signed_in(cookies, hours=12.0):
    return streamlit_internals.signed_in(cookies, hours)


@pytest.mark.parametrize("size", [0, 10_000], ids=["one cookie", "cut into several"])
@pytest.mark.anyio
async def test_what_streamlit_writes_is_read(size):
    claims = CLAIMS | {"note": token_hex(size), "name": "Zoë Ønsk"}
    before = time.time()
    cookies = await written(claims)
    assert (len([name for name in cookies if name.startswith("_streamlit_user_")]) > 2) == bool(size), MOVED
    found = signed_in(cookies)
    assert found is not None, MOVED
    assert found.claims == claims
    assert before - 2 < found.signed_at < before + 30, MOVED


@pytest.mark.anyio
async def test_each_sign_in_is_a_session_of_its_own_even_if_cut_into_several():
    first, second = [signed_in(await written(CLAIMS | {"sub": sub, "note": NOTE})) for sub in "ab"]
    assert first
    assert second
    assert first.held != second.held


def test_a_copy_written_in_another_way_is_the_same_session():
    cookie = signed(CLAIMS).partition("=")[2]
    assert signed_in({"_streamlit_user": cookie})
    # Base64 without its last bits, and with what is passed over when it is read.
    others = [
        cookie[:-1] + other for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    ]
    accepted = [signed_in({"_streamlit_user": other}) for other in [*others, cookie + "!", cookie + "="]]
    assert {found.held for found in accepted if found} == {signed_in({"_streamlit_user": cookie}).held}


@pytest.mark.parametrize(("seconds", "lets_in"), [(0, True), (7000, True), (7300, False), (90_000, False)])
def test_it_ends_some_hours_after_it_was_signed(seconds, lets_in):
    cookie = signed(CLAIMS, ago=seconds).partition("=")[2]
    assert (signed_in({"_streamlit_user": cookie}, hours=2) is not None) is lets_in, MOVED


@pytest.mark.parametrize(
    "cookies",
    [
        {},
        {"_streamlit_user": ""},
        {"_streamlit_user": "x"},
        {"_streamlit_user": "é.€.x"},
        {"_streamlit_user": signed(CLAIMS, "another secret of some length ...").partition("=")[2]},
        {"_streamlit_user": signed(CLAIMS | {"origin": "https://elsewhere.example"}).partition("=")[2]},
        {"_streamlit_user": signed(CLAIMS | {"is_logged_in": "yes"}).partition("=")[2]},
        {"_streamlit_user_tokens": signed(CLAIMS).partition("=")[2]},
    ],
    ids=["none", "empty", "text", "odd text", "secret", "origin", "not in", "another cookie"],
)
def test_anything_else_is_nobody(cookies):
    assert signed_in(cookies) is None


def test_a_link_to_a_provider_is_one_that_streamlit_follows():
    assert decode_provider_token(streamlit_internals.encode_provider_token("office"))["provider"] == "office"


def test_the_page_has_the_place_for_our_script():
    assert streamlit_internals.index_html().count("<head>") == 1, "Streamlit's page has changed its form"


@pytest.mark.parametrize(
    ("words", "environ", "expected"),
    [
        (["uvicorn", "app:app"], {}, "http://localhost:8000"),
        (["uvicorn", "app:app", "--port", "9000"], {}, "http://localhost:9000"),
        (["uvicorn", "--port=9000", "app:app"], {"UVICORN_PORT": "1"}, "http://localhost:9000"),
        (["uvicorn", "app:app"], {"UVICORN_PORT": "9001"}, "http://localhost:9001"),
        (["uvicorn", "app:app", "--ssl-certfile", "c.pem"], {}, "https://localhost:8000"),
    ],
)
def test_under_uvicorn_the_address_is_the_one_that_it_was_told(monkeypatch, words, environ, expected):
    monkeypatch.setattr("sys.argv", words)
    monkeypatch.setattr("streamlit.config._server_mode", "asgi-server")
    monkeypatch.delenv("UVICORN_PORT", raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert streamlit_internals.address() == expected


def test_a_component_of_a_folder_has_its_script_served_from_there(monkeypatch, tmp_path):
    folder = tmp_path / "static"
    folder.mkdir()
    (folder / "own.js").write_text("export default () => {};")
    manager = BidiComponentManager()
    monkeypatch.setattr(streamlit_internals, "get_bidi_component_manager", lambda: manager)
    for _ in range(2):
        assert streamlit_internals.serve_component("ours", "own", folder) == "ours.own"
    assert manager.get_component_path("ours.own") == str(folder)
    definition = manager.build_definition_with_validation(
        component_key="ours.own", html=None, css=None, js="own.js"
    )
    assert definition.js_url == "own.js", "by its address; as content it would be refused by our policy"
    assert definition.js_content is None
