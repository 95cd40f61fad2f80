"""What must not be seen is not seen: not in reprs, messages, tracebacks with all locals, or logs."""

import copy
import json
import logging
import pickle
import socketserver
import threading
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catena_client import (
    CatenaClient,
    CatenaError,
    Fleet,
    Invitation,
    RetryPolicy,
    Secret,
    Webhook,
    mask_uuids,
)
from catena_client.auth import TokenAuth
from catena_client.call import Answer, Call
from catena_client.decoding import decode
from tests.client.fake import (
    CLIENT_SECRET,
    INVITATION_ID,
    TOKEN,
    WHEN,
    FakeCatena,
    fleet_row,
    invitation_row,
    page,
)

HOOK_KEY = "hook-key"
CURSOR = "the-cursor"
HIDDEN = [CLIENT_SECRET, TOKEN, INVITATION_ID, "pre-access", "pre-refresh", CURSOR, HOOK_KEY]


def assert_clean(text: str) -> None:
    assert [secret for secret in HIDDEN if secret in text] == []


@given(st.text())
def test_a_secret_shows_nothing(text: str) -> None:
    secret = Secret(text)
    hidden = "Secret(hidden)"
    assert [str(secret), repr(secret), f"{secret}", f"{secret!s:.9}"] == [hidden, hidden, hidden, hidden[:9]]
    assert f"{[secret]} {secret:>20}" == f"[{hidden}] {hidden:>20}"
    assert not hasattr(secret, "__dict__")
    assert secret.reveal() == text
    assert secret == Secret(text)
    assert hash(secret) == hash(Secret(text))
    assert secret != Secret(text + "x")
    assert secret != text


@pytest.mark.parametrize("write", [pickle.dumps, copy.copy, copy.deepcopy, msgspec.json.encode, json.dumps])
def test_a_secret_is_not_written_down(write: Callable[[object], object]) -> None:
    with pytest.raises(TypeError) as caught:
        write(Secret(HOOK_KEY))
    assert_clean(str(caught.value))


def test_models_do_not_print_their_secrets() -> None:
    def read(row: dict[str, Any], kind: Any) -> Any:
        return decode(Call("GET", "/"), Answer(200, {}, json.dumps(row).encode()), kind)

    fleet = read(
        fleet_row(
            name=f"Fleet {INVITATION_ID}",
            description=f"from {INVITATION_ID.upper()}",
            websites=[f"https://unknown-fleet-{INVITATION_ID}-x.example.com/"],
            invitation_id=INVITATION_ID,
        ),
        Fleet,
    )
    invitation = read(invitation_row(), Invitation)
    webhook = read({"id": "w", "event_name": "e", "secret": HOOK_KEY}, Webhook)
    for model in (fleet, invitation, webhook, [fleet, invitation]):
        assert_clean(f"{model} {model!r}")
        assert INVITATION_ID.upper() not in repr(model)
    assert_clean(str(list(fleet.__rich_repr__())))
    assert fleet.name == f"Fleet {INVITATION_ID}"
    assert fleet.invitation_id == invitation.id == Secret(INVITATION_ID)
    assert invitation.pre_registration_access_token == Secret("pre-access")
    assert webhook.secret == Secret(HOOK_KEY)


def test_uuids_are_masked_wherever_they_stand() -> None:
    assert mask_uuids(f"a{INVITATION_ID}b {INVITATION_ID.upper()} 12") == "a[hidden]b [hidden] 12"


def test_the_machinery_does_not_print_them(client: CatenaClient) -> None:
    client.fleets.page()
    call = Call(
        "GET",
        "/v2/orgs/invitations/{invitation_id}",
        {"invitation_id": Secret(INVITATION_ID)},
        query=[("cursor", CURSOR)],
        body=HOOK_KEY.encode(),
    )
    assert repr(call) == "GET /v2/orgs/invitations/{invitation_id}"
    for thing in (
        client,
        call,
        Answer(200, {}, HOOK_KEY.encode()),
        vars(client),
        TokenAuth("https://a", "b", Secret(CLIENT_SECRET)),
    ):
        assert_clean(repr(thing))


def refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError(f"cannot reach {request.url.host}")


def be_late(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout(f"no answer to {request.url}")


def quote_a_header(request: httpx.Request) -> httpx.Response:
    raise httpx.LocalProtocolError(f"Illegal header value {request.headers['authorization']!r}")


def echo(status: int) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        asked = f"{request.url.path} {request.url.params} {request.content.decode()}"
        problem = {"path": asked, "input": asked, "message": asked, "error_type": asked}
        return httpx.Response(
            status, json={"message": asked, "detail": [problem] if status == 422 else asked}
        )

    return answer


def leak(request: httpx.Request) -> httpx.Response:
    return httpx.Response(
        200, json={"items": [invitation_row()], "next_page": 5, **invitation_row(id=[INVITATION_ID])}
    )


ASKED: dict[str, Callable[[CatenaClient], object]] = {
    "get": lambda client: client.invitations.get(INVITATION_ID),
    "delete": lambda client: client.invitations.delete(Secret(INVITATION_ID)),
    "page": lambda client: client.invitations.page(cursor=CURSOR),
    "webhook": lambda client: client.webhooks.create(
        url="https://hook.test", event_name="e", secret=HOOK_KEY
    ),
}


ANSWERS = [refuse, be_late, quote_a_header, echo(400), echo(404), echo(422), echo(500), echo(302), leak]


@pytest.mark.parametrize(
    ("asked", "answer"),
    # A delete reads no answer, so nothing can leak from it.
    [(asked, answer) for asked in ASKED for answer in ANSWERS if (asked, answer) != ("delete", leak)],
)
def test_no_traceback_shows_them(
    client: CatenaClient,
    fake: FakeCatena,
    asked: str,
    answer: Callable[[httpx.Request], httpx.Response],
) -> None:
    fake.answer = answer
    with pytest.raises(CatenaError) as caught:
        ASKED[asked](client)
    error = caught.value
    assert_clean(f"{error} {error!r} {vars(error)}")
    assert_clean("".join(traceback.format_exception(error)))
    if asked != "page":  # a cursor is kept out of what is said, not out of memory
        assert_clean(_locals(error))


def _locals(error: BaseException) -> str:
    assert error.__context__ is None
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame for frame in told.stack if "/tests/" not in frame.filename]
    assert frames
    return repr([(frame.name, frame.locals) for frame in frames])


@pytest.mark.parametrize(
    "token",
    [
        refuse,
        be_late,
        lambda _: httpx.Response(401, json={"error": "x", "error_description": f"bad {CLIENT_SECRET}"}),
        lambda _: httpx.Response(200, json={"access_token": f"{TOKEN}\n", "expires_in": 5}),
        lambda _: httpx.Response(200, json={"access_token": f"{TOKEN}", "expires_in": "5"}),
        lambda _: httpx.Response(200, text=f'{{"access_token": "{TOKEN}'),
    ],
)
def test_no_failure_of_the_token_request_shows_them(
    client: CatenaClient, fake: FakeCatena, token: Callable[[httpx.Request], httpx.Response]
) -> None:
    fake.token = token
    with pytest.raises(CatenaError) as caught:
        client.invitations.get(INVITATION_ID)
    assert_clean("".join(traceback.format_exception(caught.value)))
    assert_clean(_locals(caught.value))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _reply(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path.endswith("/token"):
            said: dict[str, Any] = {"access_token": TOKEN, "expires_in": 300}
        elif "/fleets" in self.path:
            said = {"items": [], "next_page": None if "cursor" in self.path else CURSOR}
        else:
            said = invitation_row()
        content = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _reply  # noqa: N815

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Handler) as tcp:
        tcp.daemon_threads = True
        threading.Thread(target=tcp.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{tcp.server_address[1]}"
        tcp.shutdown()


def test_no_log_shows_them(server: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with CatenaClient("the-client", CLIENT_SECRET, api_url=server, auth_url=server) as client:
        assert client.invitations.get(INVITATION_ID).status == "active"
        list(client.fleets.pages(fleet_refs=["a"]))
    assert_clean(caplog.text)
    for record in caplog.records:
        assert_clean(f"{record.msg} {record.args}")
    logged = [record.getMessage() for record in caplog.records if record.name == "httpx"]
    assert logged == [
        f'HTTP Request: POST {server}/protocol/openid-connect/token "HTTP/1.1 200 OK"',
        f'HTTP Request: GET {server}/v2/orgs/invitations/{{invitation_id}} "HTTP/1.1 200 OK"',
        f'HTTP Request: GET {server}/v2/orgs/fleets "HTTP/1.1 200 OK"',
        f'HTTP Request: GET {server}/v2/orgs/fleets "HTTP/1.1 200 OK"',
        f'HTTP Request: POST {server}/protocol/openid-connect/revoke "HTTP/1.1 200 OK"',
    ]
    assert any(record.name.startswith("httpcore") for record in caplog.records)


def test_other_peoples_requests_are_logged_as_ever(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with CatenaClient("a", "b", retry=RetryPolicy(attempts=1)):
        httpx.Client(transport=httpx.MockTransport(lambda _: page([]))).get(
            f"https://other.test/{INVITATION_ID}?a=b"
        )
    assert f"https://other.test/{INVITATION_ID}?a=b" in caplog.text
    assert WHEN not in caplog.text
