"""Answers to models or errors, without a server."""

import copy
import json
import pickle
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from catena_client import (
    ApiError,
    BadRequest,
    CatenaError,
    Conflict,
    Fleet,
    Forbidden,
    GarbledAnswer,
    MethodNotAllowed,
    NotFound,
    Page,
    Problem,
    RateLimited,
    Secret,
    ServerError,
    Unauthorized,
    UnexpectedAnswer,
    ValidationFailed,
)
from catena_client.call import Answer, Call
from catena_client.decoding import decode, raise_for_error
from tests.client.fake import SAMPLES, example, sample

CALL = Call("GET", "/v2/orgs/fleets")


def answer(status: int, content: Any = b"", **headers: str) -> Answer:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Answer(status, headers, raw)


def error_of(given: Answer, call: Call = CALL) -> CatenaError:
    with pytest.raises(CatenaError) as caught:
        raise_for_error(call, given)
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (405, MethodNotAllowed),
        (409, Conflict),
        (410, ApiError),
        (418, ApiError),
        (422, ValidationFailed),
        (429, RateLimited),
        (500, ServerError),
        (501, ServerError),
        (503, ServerError),
        (504, ServerError),
        (599, ServerError),
    ],
)
@pytest.mark.parametrize(
    "content",
    [
        {"code": 7, "message": "Said", "detail": "More"},
        {"code": None, "message": None, "detail": None},
        {"code": "x", "message": 5, "detail": [1, {"path": None}, None]},
        {"detail": {"retry_after_seconds": "soon", "message": ["x"]}},
        [],
        "text",
        b"",
        b"<html><title>502</title></html>",
        b'{"message": "cut of',
        b"\xff\xfe",
    ],
)
def test_each_status_has_its_error_whatever_the_body(status: int, kind: type[ApiError], content: Any) -> None:
    error = error_of(answer(status, content))
    assert type(error) is kind
    assert isinstance(error, ApiError)
    assert error.status == status
    assert str(error).startswith(f"GET /v2/orgs/fleets was answered {status}")
    assert str(error).endswith(".")


@pytest.mark.parametrize("status", [100, 204, 200, 201])
def test_success_is_no_error(status: int) -> None:
    if status >= 200:
        raise_for_error(CALL, answer(status))
    else:
        assert isinstance(error_of(answer(status)), UnexpectedAnswer)


@pytest.mark.parametrize("status", [301, 302, 304, 600])
def test_neither_success_nor_error_is_unexpected(status: int) -> None:
    assert type(error_of(answer(status, b"<html>", location="https://elsewhere"))) is UnexpectedAnswer


def test_the_message_says_what_was_asked_what_came_and_what_to_do() -> None:
    error = error_of(answer(403, {"code": 403, "message": "Forbidden", "detail": "fleet:read is missing"}))
    assert str(error) == (
        "GET /v2/orgs/fleets was answered 403 Forbidden (fleet:read is missing). "
        "The account may not do this: ask Catena for the permission, or check the share agreement."
    )


def test_a_gateways_page_is_not_quoted() -> None:
    error = error_of(answer(502, b"<html>internal host 10.1.2.3</html>"))
    assert str(error) == (
        "GET /v2/orgs/fleets was answered 502 Bad Gateway (a web page, probably of a gateway). "
        "The fault is on Catena's side: ask again later."
    )


def test_a_422_lists_its_problems() -> None:
    detail = [{"path": "body.fleet_ref", "input": "{}", "message": "Field required", "error_type": "missing"}]
    error = error_of(answer(422, {"code": 422, "message": "Invalid Request Body", "detail": detail}))
    assert isinstance(error, ValidationFailed)
    assert error.problems == (Problem("body.fleet_ref", "{}", "Field required", "missing"),)
    assert str(error).endswith("(Invalid Request Body). Correct body.fleet_ref: Field required.")


@pytest.mark.parametrize(
    ("detail", "header", "seconds"),
    [
        ({"retry_after_seconds": 5, "message": "slow"}, None, 5),
        ({"retry_after_seconds": 5}, "60", 5),
        ({"retry_after_seconds": 0.5}, None, 0.5),
        ({"retry_after_seconds": -3}, None, 0),
        ({"retry_after_seconds": True}, "7", 7),
        ({"retry_after_seconds": None}, "7", 7),
        ("text", "7", 7),
        (None, " 7 ", 7),
        (None, "-7", 0),
        (None, "nan", None),
        (None, "inf", None),
        (None, "soon", None),
        (None, "", None),
        (None, None, None),
    ],
)
def test_how_long_a_429_asks_to_wait(detail: Any, header: str | None, seconds: float | None) -> None:
    headers = {} if header is None else {"retry-after": header}
    error = error_of(Answer(429, headers, json.dumps({"code": 429, "detail": detail}).encode()))
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


def test_a_429_may_name_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    past = "Wed, 21 Oct 2015 07:28:00 GMT"
    soon = error_of(Answer(429, {"retry-after": later}, b""))
    gone = error_of(Answer(429, {"retry-after": past}, b""))
    by_its_clock = error_of(Answer(429, {"retry-after": past, "date": "Wed, 21 Oct 2015 07:27:50 GMT"}, b""))
    assert isinstance(soon, RateLimited)
    assert isinstance(gone, RateLimited)
    assert soon.retry_after is not None
    assert 0 < soon.retry_after <= 600
    assert gone.retry_after is None, "our clock may be ahead"
    assert isinstance(by_its_clock, RateLimited)
    assert by_its_clock.retry_after == 10


@pytest.mark.parametrize(
    "content",
    [
        b"<!doctype html><p>hello",
        b"",
        b'{"items": [',
        b"\xff\xfe",
        b"\x1f\x8b",
        b'{"items": []}{',
    ],
    ids=repr,
)
def test_an_answer_that_is_no_json_is_garbled(content: Any) -> None:
    with pytest.raises(GarbledAnswer, match=r"^GET /v2/orgs/fleets was answered 200 with .+\.$") as caught:
        decode(CALL, answer(200, content), Page[Fleet])
    assert caught.value.__context__ is None


def test_an_unreadable_answer_to_a_post_warns_of_repeating() -> None:
    with pytest.raises(UnexpectedAnswer, match="It may have been carried out: look before repeating it"):
        decode(Call("POST", "/v2/orgs/invitations"), answer(201, b"<html>"), Fleet)


def test_the_request_id_is_shown_once() -> None:
    said = {"code": 404, "message": "Not Found", "detail": "No such fleet"}
    error = error_of(Answer(404, {"x-request-id": "7f3a-01"}, json.dumps(said).encode()))
    assert isinstance(error, ApiError)
    assert error.request_id == "7f3a-01"
    assert str(error).startswith(
        "GET /v2/orgs/fleets was answered 404 Not Found (No such fleet; request id 7f3a-01). It does not exist"
    )
    quoted = {**said, "detail": "Request 7f3a-01 failed"}
    error = error_of(Answer(404, {"x-request-id": "7f3a-01"}, json.dumps(quoted).encode()))
    assert str(error).count("7f3a-01") == 1
    bare = error_of(Answer(500, {"x-request-id": "7f3a-01"}, b'{"message": "Internal Server Error"}'))
    assert "500 Internal Server Error (request id 7f3a-01)." in str(bare)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("x" * 128, "x" * 128),
        ("x" * 129, None),
        ("", None),
        ("a b", None),
        ("a\tb", None),
        ("a\x1b[31m", None),
        ("ä", None),
        ("\u202eid", None),
    ],
    ids=repr,
)
def test_a_request_id_that_is_none_is_not_shown(sent: str, shown: str | None) -> None:
    error = error_of(Answer(503, {"x-request-id": sent}, b""))
    assert isinstance(error, ApiError)
    assert error.request_id == shown
    assert ("request id" in str(error)) == (shown is not None)
    assert getattr(error_of(answer(503)), "request_id", "") is None


def test_an_echo_of_a_secret_is_taken_out_of_errors() -> None:
    call = Call(
        "GET",
        "/v2/orgs/invitations/{invitation_id}",
        {"invitation_id": Secret("the id")},
        hidden=(Secret("the-cursor"), Secret("")),
    )
    said = {"message": "No the id", "detail": "/v2/orgs/invitations/the%20id?cursor=the-cursor"}
    assert error_of(answer(404, said), call).args == (404,)
    assert "No [hidden]; /v2/orgs/invitations/[hidden]?cursor=[hidden]" in str(
        error_of(answer(404, said), call)
    )
    echoed = error_of(Answer(404, {"x-request-id": "id-the-cursor"}, b""), call)
    assert isinstance(echoed, ApiError)
    assert echoed.request_id == "id-[hidden]"
    detail = [{"path": "cursor", "input": "the-cursor", "message": "bad the-cursor", "error_type": "x"}]
    problems = error_of(answer(422, {"detail": detail}), call)
    assert isinstance(problems, ValidationFailed)
    assert problems.problems == (Problem("cursor", "[hidden]", "bad [hidden]", "x"),)


def test_errors_survive_copying_and_pickling() -> None:
    detail = [{"path": "body", "input": "1", "message": "wrong", "error_type": "type"}]
    error = error_of(answer(422, {"code": 1, "message": "No", "detail": detail}))
    for again in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert vars(again) == vars(error)


def test_the_examples_of_errors_are_read() -> None:
    recorded = json.loads(example("errors"))
    statuses = {status: body for status, body in recorded.items() if status.isdigit()}
    for status, body in statuses.items():
        error = error_of(answer(int(status), body))
        assert isinstance(error, ApiError)
        assert error.message == body["message"]
        assert error.code == body.get("code")
    limited = error_of(answer(429, recorded["429"]))
    assert isinstance(limited, RateLimited)
    assert limited.retry_after == 5


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 422, 429, 500, 501, 504])
def test_the_errors_of_the_sandbox_are_read(status: int) -> None:
    raw = sample(f"error_{status}")
    body = json.loads(raw)
    error = error_of(answer(status, raw))
    assert isinstance(error, ApiError)
    assert (error.message, error.code) == (body["message"], body.get("code"))
    if isinstance(error, RateLimited):
        assert error.retry_after == body["detail"]["retry_after_seconds"]
    if isinstance(error, ValidationFailed):
        assert [problem.path for problem in error.problems] == ["body.fleet_ref", "body.expires_in_hours"]


@pytest.mark.parametrize("status", [502, 503])
def test_a_gateways_page_of_the_sandbox_is_an_error(status: int) -> None:
    error = error_of(answer(status, (SAMPLES / f"error_{status}.txt").read_bytes()))
    assert isinstance(error, ServerError)
    assert error.message == "a web page, probably of a gateway"


@pytest.mark.parametrize("name", ["garbled_html", "garbled_truncated"])
def test_what_the_sandbox_garbles_is_garbled(name: str) -> None:
    with pytest.raises(GarbledAnswer):
        decode(CALL, answer(200, (SAMPLES / f"{name}.txt").read_bytes()), Page[Fleet])
