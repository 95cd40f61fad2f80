"""The access token: asked for once for all threads, kept in memory, renewed early, revoked at the end."""

import copy
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec
from cachetools import TLRUCache

from catena_client.call import Answer, Call
from catena_client.decoding import decode, raise_for_error
from catena_client.errors import (
    AuthenticationFailed,
    CatenaError,
    ClientClosed,
    ConnectionFailed,
    RateLimited,
    Timeout,
    UnexpectedAnswer,
)
from catena_client.http import Auth, Request, Response
from catena_client.secret import Secret

REFUSAL_SECONDS: Final = 30.0
"""How long a refused client id and secret are not tried again."""

LAST_SECONDS: Final = 1.0
"""How long closing waits for the token, and then for its revocation."""

_TOKEN = Call("POST", "the token address", harmless=True)
_KEY = "token"


class TokenAnswer(msgspec.Struct):
    """The auth host's answer (Catena's OpenAPI, TokenResponse); a refresh token is not used."""

    access_token: Secret
    expires_in: float
    """Seconds the token is valid."""


class _OAuthError(msgspec.Struct):
    error: str = ""
    error_description: str = ""


@dataclass(frozen=True, slots=True)
class _Failure:
    error: CatenaError
    until: float
    """Clock time up to which nobody asks again."""


class TokenStore(Protocol):
    """Where several processes keep the token that they share. Neither method raises."""

    def load(self) -> tuple[Secret, float] | None:
        """The token, and the seconds that it is still of use; None when there is none."""

    def save(self, token: Secret, seconds: float) -> None:
        """Keep a token for the seconds that it is of use."""


class TokenAuth(Auth):
    """Puts a valid token on every request.

    One token request serves all threads: those that wait for it share its outcome, good or bad. A 401 leads
    to one new token (unless another thread has fetched it already) and one more try.
    """

    def __init__(
        self,
        auth_url: str,
        client_id: str,
        client_secret: Secret,
        *,
        clock: Callable[[], float] = time.monotonic,
        patience: float = 30.0,
        closing: threading.Event | None = None,
        store: TokenStore | None = None,
    ) -> None:
        self._endpoint = auth_url.rstrip("/") + "/protocol/openid-connect"
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._patience = patience
        """Seconds that a call waits for the token request of another one."""
        self._closing = closing or threading.Event()
        self._store = store
        self._lock = threading.Lock()
        self._cache: TLRUCache[str, TokenAnswer] = TLRUCache(
            maxsize=1, ttu=lambda _key, token, now: now + _useful_seconds(token.expires_in), timer=clock
        )
        self._ended = 0
        """Token requests that are over."""
        self._failure: _Failure | None = None

    # Not auth_flow: httpx closes this generator itself when a request fails, which releases the lock at once.
    def sync_auth_flow(self, request: Request) -> Generator[Request, Response, None]:
        """Send the request with a token; on a 401 once more with a newer one."""
        with _before_the_call():
            token = yield from self._token(rejected=None)
        _authorize(request, token)
        response = yield request
        if response.status_code == 401:
            with _before_the_call():
                token = yield from self._token(rejected=token)
            _authorize(request, token)
            yield request

    def revocation(self) -> Request | None:
        """Forget the token and return the request that revokes it, or None when there is none."""
        # A token request may be under way and end late; closing does not wait for it.
        if not self._lock.acquire(timeout=LAST_SECONDS):
            return None
        try:
            token = self._cache.pop(_KEY, None)
        finally:
            self._lock.release()
        # Others go on with a token that is shared.
        if token is None or self._store is not None:
            return None
        return self._request("revoke", token=token.access_token.reveal())

    def _token(self, rejected: Secret | None) -> Generator[Request, Response, Secret]:
        ended = self._ended
        with self._locked():
            if self._closing.is_set():
                raise ClientClosed("No token was asked for: the client is closed.")
            cached = self._cache.get(_KEY)
            if cached is not None and cached.access_token != rejected:
                return cached.access_token
            if self._store is not None and (shared := self._store.load()) and shared[0] != rejected:
                self._cache[_KEY] = TokenAnswer(*shared)
                return shared[0]
            self._raise_known_failure(ended)
            self._cache.clear()
            # Stays the outcome if nothing comes back: httpx then closes this generator.
            self._failed(
                ConnectionFailed("The token request of another call got no answer. Try again later.")
            )
            try:
                response = yield self._request("token", grant_type="client_credentials", scope="organization")
            finally:
                self._ended += 1
            try:
                token = self._read(Answer(response.status_code, response.headers, response.read()))
            except CatenaError as error:
                self._failed(error)
                raise
            self._failure = None
            self._cache[_KEY] = token
            if self._store is not None:
                self._store.save(token.access_token, _useful_seconds(token.expires_in))
            return token.access_token

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=self._patience):
            raise Timeout(
                f"The token that another call asked for did not come within {self._patience:g} s. Try again later."
            )
        try:
            yield
        finally:
            self._lock.release()

    def _failed(self, error: CatenaError) -> None:
        seconds = REFUSAL_SECONDS if isinstance(error, AuthenticationFailed) else 0.0
        if isinstance(error, RateLimited) and error.retry_after is not None:
            seconds = error.retry_after
        self._failure = _Failure(copy.copy(error), self._clock() + seconds)

    def _raise_known_failure(self, ended: int) -> None:
        """Raise what the request we waited for came to (one has ended since), or a refusal not yet over."""
        failure = self._failure
        if failure is not None and (self._ended > ended or self._clock() < failure.until):
            error = copy.copy(failure.error)
            if isinstance(error, RateLimited) and error.retry_after is not None:
                error.retry_after = max(0.0, failure.until - self._clock())
            raise error

    def _request(self, path: str, **form: str) -> Request:
        return Request(
            "POST",
            f"{self._endpoint}/{path}",
            data={**form, "client_id": self._client_id, "client_secret": self._client_secret.reveal()},
            headers={"accept": "application/json"},
        )

    def _read(self, answer: Answer) -> TokenAnswer:
        if answer.status in {400, 401, 403}:
            raise AuthenticationFailed(self._refusal(answer))
        if answer.status in {404, 405}:
            raise UnexpectedAnswer(
                f"{_TOKEN} was answered {answer.status}, so there is no auth host. Check the auth address: "
                f"{self._endpoint.split('/protocol/')[0]}."
            )
        raise_for_error(_TOKEN, answer)
        token = decode(_TOKEN, answer, TokenAnswer)
        if not _fits_a_header(token.access_token):
            raise UnexpectedAnswer(
                f"{_TOKEN} gave a token that does not fit a header. Check the auth address."
            )
        return token

    def _refusal(self, answer: Answer) -> str:
        try:
            error = msgspec.json.decode(answer.content, type=_OAuthError)
        except (msgspec.DecodeError, UnicodeDecodeError):
            error = _OAuthError()
        text = ": ".join(part for part in (error.error, error.error_description) if part)
        reason = Call("POST", "", hidden=(self._client_secret,)).scrub(text) or "no reason given"
        return (
            f"The client id and secret were refused with {answer.status} ({reason}). "
            f"Check both, and that they belong to {self._endpoint.split('/protocol/')[0]}. "
            f"They are not tried again for {REFUSAL_SECONDS:.0f} s."
        )


@contextmanager
def _before_the_call() -> Iterator[None]:
    """What fails here kept the call from being carried out."""
    try:
        yield
    except CatenaError as error:
        error.nothing_done = True
        raise


def _authorize(request: Request, token: Secret) -> None:
    request.headers["authorization"] = f"Bearer {token.reveal()}"


def _fits_a_header(token: Secret) -> bool:
    text = token.reveal()
    return text != "" and text.isascii() and text.isprintable() and " " not in text


def _useful_seconds(expires_in: float) -> float:
    """Renew 30 s early, or a fifth of the lifetime where that is less; never ask more than once a second."""
    return max(1.0, expires_in - min(30.0, 0.2 * expires_in))
