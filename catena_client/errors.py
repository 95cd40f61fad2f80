"""All errors of this client.

CatenaError
├── ClientClosed                the client was closed before or during the call
├── ConnectionFailed            no answer: refused, broken off, unknown host
│   └── Timeout                 no answer in time
├── AuthenticationFailed        the client id and secret were refused
├── ApiError                    the API answered with an error
│   ├── BadRequest              400
│   ├── Unauthorized            401
│   ├── Forbidden               403
│   ├── NotFound                404
│   ├── MethodNotAllowed        405
│   ├── Conflict                409
│   ├── ValidationFailed        422, with `problems`
│   ├── RateLimited             429, with `retry_after`
│   └── ServerError             5xx
└── UnexpectedAnswer            the answer is not what the contract says
    ├── GarbledAnswer           it is no JSON at all: a web page, cut off, empty
    └── RepeatedCursor          a list would never end

Every message says what was asked, what came back and what to do. None contains a secret, an id from a
path, or a cursor.
"""

from http import HTTPStatus
from typing import ClassVar, NamedTuple


class CatenaError(Exception):
    """Base of all errors of this client."""

    nothing_done: bool = False
    """True where the call is certain to have done nothing: it was refused (4xx), or never sent (e.g. for want of a
    token). Where it is False, a POST or PATCH may have been carried out."""


class ClientClosed(CatenaError):
    """The client was closed before or during the call."""


class ConnectionFailed(CatenaError):
    """No answer came. For POST and PATCH it is unknown whether the request was carried out."""


class Timeout(ConnectionFailed):
    """No answer came in time. For POST and PATCH it is unknown whether the request was carried out."""


class AuthenticationFailed(CatenaError):
    """The client id and secret were refused. Not asked again for 30 s."""

    nothing_done = True


class UnexpectedAnswer(CatenaError):
    """The answer is not what the API's contract says, e.g. an object in the place of a list."""


class GarbledAnswer(UnexpectedAnswer):
    """A success whose body is no JSON at all: a gateway's web page, cut off, empty, not to be decompressed."""


class RepeatedCursor(UnexpectedAnswer):
    """A page named a cursor as the next one that was already followed."""


class Problem(NamedTuple):
    """One thing that is wrong with a request (422)."""

    path: str
    """Where, e.g. `body.fleet_ref`."""
    input: str
    """What was sent."""
    message: str
    """What is wrong with it."""
    error_type: str
    """Its kind, e.g. `missing`."""


class ApiError(CatenaError):
    """The API answered with an error status."""

    advice: ClassVar[str] = "Check the request against the API's documentation."

    def __init__(
        self,
        status: int,
        *,
        code: int | None = None,
        message: str = "",
        detail: str | None = None,
        endpoint: str = "The request",
        retry_after: float | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(status)
        self.status = status
        """HTTP status."""
        self.code = code
        """The code in the body, mostly equal to the status; None where there was none."""
        self.message = message
        """The API's own words."""
        self.detail = detail
        """More of the API's own words, or None."""
        self.endpoint = endpoint
        """Method and path template of the request."""
        self.retry_after = retry_after
        """Seconds after which the server wants to be asked again (0 to 86,400), or None."""
        self.request_id = request_id
        """What the API calls the request, for Catena's support to find it by; None where it did not say."""
        self.nothing_done = status < 500

    def __str__(self) -> str:
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = ""
        reasons = [text for text in (self.message, self.detail) if text and text != phrase]
        if self.request_id and not any(self.request_id in text for text in reasons):
            reasons.append(f"request id {self.request_id}")
        answer = f"{self.status} {phrase}".strip() + (f" ({'; '.join(reasons)})" if reasons else "")
        return f"{self.endpoint} was answered {answer}. {self._what_to_do()}"

    def _what_to_do(self) -> str:
        return self.advice


class BadRequest(ApiError):
    """400: the request was not understood."""


class Unauthorized(ApiError):
    """401, even with a fresh token."""

    advice = (
        "A new token was refused too: check that the API address and the token's address belong together."
    )


class Forbidden(ApiError):
    """403: the account lacks a permission."""

    advice = "The account may not do this: ask Catena for the permission, or check the share agreement."


class NotFound(ApiError):
    """404: no such thing, or not shared with this account."""

    advice = "It does not exist, or it is not shared with this account: list what there is."


class MethodNotAllowed(ApiError):
    """405: the path does not take this method."""

    advice = "Check the API address; this client and the API may be of different versions."


class Conflict(ApiError):
    """409: the state of the thing does not allow it."""

    advice = "Read its present state, then decide again."


class ValidationFailed(ApiError):
    """422: values of the request are not accepted."""

    problems: tuple[Problem, ...] = ()
    """What is wrong with which value."""

    def _what_to_do(self) -> str:
        if not self.problems:
            return "Check the values sent."
        return "Correct " + "; ".join(f"{problem.path}: {problem.message}" for problem in self.problems) + "."


class RateLimited(ApiError):
    """429: too many requests; nothing was done. `retry_after` in seconds, or None."""

    def _what_to_do(self) -> str:
        when = "later" if self.retry_after is None else f"in {self.retry_after:.0f} s"
        return f"Ask again {when}, and less often."


class ServerError(ApiError):
    """5xx: the API or a gateway before it failed."""

    advice = "The fault is on Catena's side: ask again later."
