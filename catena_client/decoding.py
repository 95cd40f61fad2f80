"""From an answer to a model or an error, without I/O."""

import json
import logging
import math
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

import msgspec

from catena_client.call import Answer, Call
from catena_client.errors import (
    ApiError,
    BadRequest,
    Conflict,
    Forbidden,
    GarbledAnswer,
    MethodNotAllowed,
    NotFound,
    Problem,
    RateLimited,
    ServerError,
    Unauthorized,
    UnexpectedAnswer,
    ValidationFailed,
)
from catena_client.models.base import Page
from catena_client.tolerant import DECODE_ERRORS, decoder, salvage

LONGEST_PAUSE_SECONDS: Final = 24 * 3600.0
"""Cap of what a server may ask to wait."""

REQUEST_ID_HEADER: Final = "x-request-id"
"""The contract names no header of answers; Catena's webhooks carry this one, and so do most gateways."""

LONGEST_REQUEST_ID: Final = 128
"""Characters; anything longer is no id that one would look for."""

_log = logging.getLogger(__name__)

T = TypeVar("T")

_KINDS: dict[int, type[ApiError]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    409: Conflict,
    422: ValidationFailed,
    429: RateLimited,
}


def decode(call: Call, answer: Answer, kind: type[T]) -> T:
    """Read a good answer as `kind`, as far as it can be read (see `catena_client.tolerant`).

    What could not be read is in the page, and in the log where the answer is no page. Raises GarbledAnswer when the
    answer is no JSON, UnexpectedAnswer when it is of another form.
    """
    try:
        decoded: T = decoder(kind).decode(answer.content)  # type: ignore[arg-type]  # mypy: types hash
    except DECODE_ERRORS:
        pass
    else:
        return decoded
    failure: type[UnexpectedAnswer] = UnexpectedAnswer
    try:
        decoded, counts = salvage(answer.content, kind)
    except json.JSONDecodeError as error:
        failure, problem = GarbledAnswer, f"no JSON: {error}"
    except RecursionError:
        problem = "nested too deeply"
    except (msgspec.ValidationError, ValueError) as error:
        problem = call.scrub(str(error))
    else:
        if not isinstance(decoded, Page):
            log_unreadable(call, counts.rows, counts.fields)
        return decoded
    again = "Ask again later" if call.idempotent else "It may have been carried out: look before repeating it"
    raise failure(
        f"{call} was answered {answer.status} with {_described(answer)} that is not what the API promises "
        f"({problem}). {again}; if it stays, the API address is wrong or the API has changed."
    )


def log_unreadable(call: Call, rows: int, fields: Mapping[str, int]) -> None:
    """Tell in the log what of an answer could not be read, where its reader is not told."""
    if rows:
        _log.warning("%s: %d rows could not be read and were left out.", call, rows)
    if fields:
        listed = ", ".join(f"{name} ({count})" for name, count in sorted(fields.items()))
        _log.warning("%s: fields that could not be read and are unknown: %s.", call, listed)


def raise_for_error(call: Call, answer: Answer) -> None:
    """Do nothing for a 2xx; raise the ApiError of a 4xx or 5xx, UnexpectedAnswer for anything else."""
    status = answer.status
    if 200 <= status < 300:
        return
    if not 400 <= status < 600:
        raise UnexpectedAnswer(
            f"{call} was answered {status}, which is neither success nor an error. Check the API address."
        )
    raise _api_error(call, answer)


def _api_error(call: Call, answer: Answer) -> ApiError:
    # A function of its own: the body is in no frame of the traceback, as it may echo a secret.
    status = answer.status
    body = _error_body(answer)
    code = body.get("code")
    message = body.get("message")
    detail = body.get("detail")
    kind = ServerError if status >= 500 else _KINDS.get(status, ApiError)
    error = kind(
        status,
        code=code if isinstance(code, int) else None,
        message=call.scrub(message) if isinstance(message, str) else _described(answer),
        detail=_detail_text(call, detail),
        endpoint=str(call),
        retry_after=_retry_after(answer, detail),
        request_id=_request_id(call, answer),
    )
    if isinstance(error, ValidationFailed):
        error.problems = _problems(call, detail)
    return error


def _error_body(answer: Answer) -> dict[str, object]:
    try:
        body = msgspec.json.decode(answer.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return body if isinstance(body, dict) else {}


def _described(answer: Answer) -> str:
    if not answer.content:
        return "an empty body"
    if answer.content.lstrip()[:1] == b"<":
        return "a web page, probably of a gateway"
    return f"a body of {len(answer.content)} bytes"


def _detail_text(call: Call, detail: object) -> str | None:
    if isinstance(detail, dict):
        detail = detail.get("message")
    return call.scrub(detail) if isinstance(detail, str) and detail else None


def _problems(call: Call, detail: object) -> tuple[Problem, ...]:
    rows = [row for row in detail if isinstance(row, dict)] if isinstance(detail, list) else []
    return tuple(Problem(*(call.scrub(str(row.get(name) or "")) for name in Problem._fields)) for row in rows)


def _retry_after(answer: Answer, detail: object) -> float | None:
    """Return the seconds to wait: of the body, else of the Retry-After header (seconds or a date)."""
    seconds = detail.get("retry_after_seconds") if isinstance(detail, dict) else None
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        return _sane(seconds)
    header = answer.headers.get("retry-after", "").strip()
    try:
        seconds = float(header)
        return _sane(seconds) if math.isfinite(seconds) else None
    except ValueError:
        pass
    try:
        left = parsedate_to_datetime(header).timestamp() - _now_there(answer)
        return _sane(left) if left > 0 else None
    except (ValueError, OverflowError):
        return None


def _now_there(answer: Answer) -> float:
    """The time by the server's clock, which is what its dates are by, in seconds since 1970; else by ours."""
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (ValueError, OverflowError):
        return time.time()


def _request_id(call: Call, answer: Answer) -> str | None:
    """Return the request's id where it is one that can be shown: short, of visible ASCII characters alone."""
    text = answer.headers.get(REQUEST_ID_HEADER, "")
    fits = text.isascii() and text.isprintable() and " " not in text and len(text) <= LONGEST_REQUEST_ID
    return call.scrub(text) if text and fits else None


def _sane(seconds: float) -> float:
    return float(max(0, min(seconds, LONGEST_PAUSE_SECONDS)))
