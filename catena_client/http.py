"""The network. The only module that imports httpx; others take its types from here."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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

from catena_client.call import Answer, Call
from catena_client.errors import CatenaError, ConnectionFailed, Timeout, UnexpectedAnswer

__all__ = [
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
    "ReadError",
    "ReadTimeout",
    "Request",
    "Response",
]

_sending: ContextVar[Call | None] = ContextVar("_sending", default=None)

_REASONS: dict[type[httpx.HTTPError], str] = {
    httpx.UnsupportedProtocol: "the address is not http or https",
    httpx.ProxyError: "the proxy refused the connection",
    httpx.RemoteProtocolError: "the server broke off the answer",
    httpx.NetworkError: "the connection broke",
}


class Http:
    """One connection pool to the API. Turns httpx's errors into ours, and keeps secrets out of its log."""

    def __init__(self, api_url: str, auth: Auth, timeout: float, transport: BaseTransport | None) -> None:
        self._base = api_url.rstrip("/")
        self._timeout = timeout
        self._client = Client(
            auth=auth,
            timeout=timeout,
            transport=transport,
            headers={"user-agent": "catena-client", "accept": "application/json"},
        )
        _install_log_mask()

    def send(self, call: Call) -> Answer:
        """Send a request once and return the answer, whatever its status.

        Raises ConnectionFailed or Timeout when no answer came, and what the token request raises. They are
        raised clear of httpx's exceptions and frames, because these hold the URL and the headers.
        """
        with _named(call):
            try:
                response = self._client.send(self._request(call))
            except CatenaError as error:
                failure = error.with_traceback(None)
            except httpx.HTTPError as error:
                failure = self._failure(call, error)
            else:
                return Answer(response.status_code, response.headers, response.content)
        raise failure

    def send_quietly(self, request: Request, timeout: float) -> None:
        """Send without authentication, once, and ignore what becomes of it."""
        request.extensions["timeout"] = httpx.Timeout(timeout).as_dict()
        try:
            self._client.send(request, auth=None)
        except httpx.HTTPError:
            logging.getLogger(__name__).debug("A last request was not answered.")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _request(self, call: Call) -> Request:
        headers = {"content-type": "application/json"} if call.body is not None else {}
        return self._client.build_request(
            call.method, self._base + call.target(), content=call.body, headers=headers
        )

    def _failure(self, call: Call, error: httpx.HTTPError) -> CatenaError:
        host = error.request.url.host
        unknown = (
            "" if call.idempotent else " It is unknown whether it was carried out: look before repeating it."
        )
        if isinstance(error, httpx.TimeoutException):
            return Timeout(
                f"{call}: {host} did not answer within {self._timeout:g} s. Try again later.{unknown}"
            )
        if isinstance(error, httpx.DecodingError):
            return UnexpectedAnswer(
                f"{call}: the answer of {host} could not be decompressed. Try again.{unknown}"
            )
        # Only a failed connect speaks of the network alone; other texts may quote a header.
        if isinstance(error, httpx.ConnectError):
            reason = str(error)
        else:
            reason = next((text for kind, text in _REASONS.items() if isinstance(error, kind)), "no answer")
        return ConnectionFailed(
            f"{call}: no answer from {host} ({reason}). Check the address and the network.{unknown}"
        )


@contextmanager
def _named(call: Call) -> Iterator[None]:
    token = _sending.set(call)
    try:
        yield
    finally:
        _sending.reset(token)


class _LogMask(logging.Filter):
    """Makes httpx's log show a path's template instead of the path, and no query, for our calls alone."""

    def filter(self, record: logging.LogRecord) -> bool:
        call = _sending.get()
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
