"""Error answers in the shapes of the contract; bodies of the auth host differ from those of the API hosts."""

from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

MESSAGES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    422: "Invalid Request Body",
    429: "Too Many Requests",
    500: "Internal Server Error",
    501: "Not Implemented",
    504: "Gateway Timeout",
}


class Problem(msgspec.Struct, frozen=True):
    """One entry of a 422's `detail`; all text."""

    path: str
    input: str
    message: str
    error_type: str


class ApiError(Exception):
    """An error answer of the API hosts."""

    def __init__(self, status: int, detail: str | list[Problem] | dict[str, Any] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.detail = detail


class AuthError(Exception):
    """An error answer of the auth host, always 401: the contract declares no other."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


def json_response(content: object, status: int = 200) -> Response:
    """Encode as JSON; 64-bit integers stay exact."""
    return Response(msgspec.json.encode(content), status, media_type="application/json")


def error_response(status: int, detail: object = None) -> Response:
    """Answer with the body that the contract gives this status (500 has neither code nor detail)."""
    if status == 500:
        return json_response({"message": MESSAGES[500]}, 500)
    return json_response({"code": status, "message": MESSAGES[status], "detail": detail}, status)


async def on_api_error(_request: Request, error: Exception) -> Response:
    """Starlette handler for `ApiError`."""
    assert isinstance(error, ApiError)  # noqa: S101  registered for this type alone
    return error_response(error.status, error.detail)


async def on_auth_error(_request: Request, error: Exception) -> Response:
    """Starlette handler for `AuthError`."""
    assert isinstance(error, AuthError)  # noqa: S101  registered for this type alone
    return json_response({"error": error.error, "error_description": error.description}, 401)


async def on_http_error(_request: Request, error: Exception) -> Response:
    """Starlette handler for its own refusals: an unknown path, another method, an unreadable form."""
    assert isinstance(error, HTTPException)  # noqa: S101  registered for this type alone
    return error_response(error.status_code)
