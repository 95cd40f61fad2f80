"""The network. The only module that imports httpx; others take its types from here."""

import logging
from collections.abc import Callable
from contextvars import ContextVar
from threading import Event, Lock
from typing import Final

import httpx
from httpx import (
    ASGITransport,
    AsyncBaseTransport,
    AsyncByteStream,
    AsyncClient,
    Auth,
    BaseTransport,
    Client,
    ConnectError,
    MockTransport,
    ReadError,
    ReadTimeout,
    Request,
    Response,
)

from catena_client.attempt import Attempt, Sockets
from catena_client.call import Answer, Call
from catena_client.errors import CatenaError, ClientClosed, ConnectionFailed, GarbledAnswer, Timeout
from catena_client.workers import Workers

__all__ = [
    "TOKEN",
    "ASGITransport",
    "AsyncBaseTransport",
    "AsyncByteStream",
    "AsyncClient",
    "Auth",
    "BaseTransport",
    "Client",
    "ConnectError",
    "Http",
    "MockTransport",
    "OnAnswer",
    "ReadError",
    "ReadTimeout",
    "Request",
    "Response",
]

TOKEN: Final = "token"  # noqa: S105 - a word
"""Stands for the token address where a call's method and path template would."""
OnAnswer = Callable[[str, int | None], None]
"""Told of each answer: a call's method and path template, or `TOKEN`; and the status, None where no answer came."""

_OWN: Final = "catena_client.own"
"""Marks a call's own request among those that are sent for it."""

_current: ContextVar[Attempt | None] = ContextVar("_current", default=None)

_REASONS: dict[type[httpx.HTTPError], str] = {
    httpx.UnsupportedProtocol: "the address is not http or https",
    httpx.ProxyError: "the proxy refused the connection",
    httpx.RemoteProtocolError: "the server broke off the answer",
    httpx.NetworkError: "the connection broke",
}


class Http:
    """One connection pool to the API. Turns httpx's errors into ours, and keeps secrets out of its log.

    `timeout` is for each step of a request, twice as much for a whole try, the request for a token included.
    """

    def __init__(
        self,
        api_url: str,
        auth: Auth,
        timeout: float,
        transport: BaseTransport | None,
        closing: Event,
        *,
        on_answer: OnAnswer | None = None,
    ) -> None:
        self._base = api_url.rstrip("/")
        self._auth = auth
        self._timeout = timeout
        self._deadline = 2 * timeout
        self.closing = closing
        """Set when the client is closed."""
        self._lock = Lock()
        self._attempts: set[Attempt] = set()
        self._sockets = Sockets()
        self._workers = Workers()
        self._timeouts = httpx.Timeout(timeout).as_dict()
        self._on_answer = on_answer
        self._client = Client(
            timeout=timeout,
            transport=transport,
            headers={"user-agent": "catena-client", "accept": "application/json"},
            event_hooks={"request": [self._begin], "response": [self._answered]},
        )
        _install_log_mask()

    def send(self, call: Call) -> Answer:
        """Send a request once and return the answer, whatever its status.

        Raises ConnectionFailed or Timeout when no answer came, ClientClosed, and what the token request raises.
        They are raised clear of httpx's exceptions and frames, because these hold the URL and the headers.
        """
        attempt = Attempt(self._sockets, call)
        with self._lock:
            if self.closing.is_set():
                raise _closed(call, attempt)
            self._attempts.add(attempt)
        try:
            answer = attempt.run(
                self._workers,
                lambda: self._exchange(attempt, self._request(call), self._auth),
                self._deadline,
            )
        except CatenaError as error:
            failure = error.with_traceback(None)
        except httpx.HTTPError as error:
            failure = self._failure(call, attempt, error)
            self._tell(attempt, None)
        else:
            if answer is not None:
                return answer
            failure = self._late(call, attempt)
            self._tell(attempt, None)
        finally:
            with self._lock:
                self._attempts.discard(attempt)
        raise _closed(call, attempt) if self.closing.is_set() else failure

    def send_quietly(self, request: Request, seconds: float) -> None:
        """Send without authentication, once, wait so long at most, and ignore what becomes of it."""
        attempt = Attempt(self._sockets)
        try:
            attempt.run(self._workers, lambda: self._exchange(attempt, request, None), seconds)
        except httpx.HTTPError:
            logging.getLogger(__name__).debug("A last request was not answered.")

    def end_calls(self) -> None:
        """End all calls under way; `closing` is set before, so that no others begin."""
        with self._lock:
            attempts = list(self._attempts)
        for attempt in attempts:
            attempt.leave()
        self._sockets.shut()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        self._workers.close()

    def _exchange(self, attempt: Attempt, request: Request, auth: Auth | None) -> Answer:
        _current.set(attempt)  # in another thread than the caller's, so in another context
        try:
            response = self._client.send(request, auth=auth)
        finally:
            _current.set(None)
        answer = Answer(response.status_code, response.headers, response.content)
        del response.stream  # refers back to the response, which would stay until the garbage collector comes
        return answer

    def _begin(self, request: Request) -> None:
        """Prepare a request, also one that the auth flow sends: httpx gives that no timeout."""
        attempt = _attempt()
        attempt.begin(own=_OWN in request.extensions)
        request.extensions["timeout"] = dict(self._timeouts)
        request.extensions["trace"] = attempt.trace

    def _answered(self, response: Response) -> None:
        """Learn of the connection that an answer comes over, which may be one kept from an earlier request."""
        stream = response.extensions.get("network_stream")
        if stream is not None:
            _attempt().uses(stream)
        self._tell(_attempt(), response.status_code)

    def _tell(self, attempt: Attempt, status: int | None) -> None:
        if self._on_answer is not None and attempt.call is not None and not self.closing.is_set():
            self._on_answer(TOKEN if attempt.nothing_done else str(attempt.call), status)

    def _request(self, call: Call) -> Request:
        headers = {"content-type": "application/json"} if call.body is not None else {}
        return self._client.build_request(
            call.method,
            self._base + call.target(),
            content=call.body,
            headers=headers,
            extensions={_OWN: True},
        )

    def _failure(self, call: Call, attempt: Attempt, error: httpx.HTTPError) -> CatenaError:
        host = error.request.url.host
        if isinstance(error, httpx.TimeoutException):
            what = f"{call}: {host} did not answer within {self._timeout:g} s. Try again later."
            return _marked(Timeout(what + _unknown(call, attempt)), attempt)
        if isinstance(error, httpx.DecodingError):
            what = f"{call}: the answer of {host} could not be decompressed. Try again."
            return _marked(GarbledAnswer(what + _unknown(call, attempt)), attempt)
        # Only a failed connect speaks of the network alone; other texts may quote a header.
        if isinstance(error, httpx.ConnectError):
            reason = str(error)
        else:
            reason = next((text for kind, text in _REASONS.items() if isinstance(error, kind)), "no answer")
        what = f"{call}: no answer from {host} ({reason}). Check the address and the network."
        return _marked(ConnectionFailed(what + _unknown(call, attempt)), attempt)

    def _late(self, call: Call, attempt: Attempt) -> CatenaError:
        about = "the token for it" if attempt.nothing_done else "the whole answer"
        what = f"{call}: {about} did not come within {self._deadline:g} s. Try again later."
        return _marked(Timeout(what + _unknown(call, attempt)), attempt)


def _attempt() -> Attempt:
    attempt = _current.get()
    assert attempt is not None  # noqa: S101  all requests of the client are sent by an attempt
    return attempt


def _closed(call: Call, attempt: Attempt) -> CatenaError:
    what = "no request was sent any more" if attempt.nothing_done else "its request was broken off"
    return _marked(ClientClosed(f"{call}: the client is closed, {what}.{_unknown(call, attempt)}"), attempt)


def _unknown(call: Call, attempt: Attempt) -> str:
    if call.idempotent or attempt.nothing_done:
        return ""
    return " It is unknown whether it was carried out: look before repeating it."


def _marked(error: CatenaError, attempt: Attempt) -> CatenaError:
    error.nothing_done = attempt.nothing_done
    return error


class _LogMask(logging.Filter):
    """Makes httpx's log show a path's template instead of the path, and no query, for our calls alone."""

    def filter(self, record: logging.LogRecord) -> bool:
        attempt = _current.get()
        call = attempt.call if attempt is not None else None
        if call is not None and isinstance(record.args, tuple):
            record.args = tuple(_masked(value, call) for value in record.args)
        return True


def _masked(value: object, call: Call) -> object:
    if not isinstance(value, httpx.URL):
        return value
    return str(value.copy_with(query=None)).replace(call.path(), call.template)


def _install_log_mask() -> None:
    logger = logging.getLogger("httpx")
    if not any(isinstance(present, _LogMask) for present in logger.filters):
        logger.addFilter(_LogMask())
