"""When a failed call is tried again, and after how long. The rules are a table in docs/client.md."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import tenacity

from catena_client.call import Call
from catena_client.errors import (
    ApiError,
    CatenaError,
    ConnectionFailed,
    GarbledAnswer,
    RateLimited,
    ServerError,
    Timeout,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long to try again. `RetryPolicy(attempts=1)` never does."""

    attempts: int = 5
    """Tries in all, the first included."""
    first_wait: float = 0.5
    """Seconds before the second try; doubled each time, shortened by up to half at random."""
    longest_wait: float = 20.0
    """Cap of the doubled wait, in seconds. A wait the server asks for is not capped."""
    deadline: float = 60.0
    """No try starts later than this many seconds after the first; a longer wait fails at once."""
    sleep: Callable[[float], Any] | None = None
    """Waits that many seconds; e.g. the `wait` of a `threading.Event`, to be interruptible. None waits until the
    client is closed at most."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Told to `on_retry` before each wait."""

    endpoint: str
    """Method and path template, e.g. `GET /v2/orgs/fleets`."""
    reason: str
    """What failed, in words."""
    status: int | None
    """HTTP status, None where no answer came."""
    wait: float
    """Seconds until the next try."""
    attempt: int
    """Number of the try that failed, from 1."""


def may_retry(error: BaseException, *, idempotent: bool) -> bool:
    """Tell whether trying again can help and can do no harm."""
    if not isinstance(error, CatenaError) or not (idempotent or error.nothing_done):
        return False
    if isinstance(error, ServerError):
        return error.status != 501
    return isinstance(error, RateLimited | ConnectionFailed | GarbledAnswer)


def wait_seconds(policy: RetryPolicy, error: BaseException | None, attempt: int) -> float:
    """Return the wait after try number `attempt`: what the server asked for and a little more, or doubling."""
    if isinstance(error, ApiError) and error.retry_after is not None:
        # Spread those who were told the same moment, never before it.
        return error.retry_after + random.uniform(0, min(1.0, 0.1 * error.retry_after))  # noqa: S311  not for security
    longest = min(policy.longest_wait, policy.first_wait * 2.0 ** min(attempt - 1, 60))
    return random.uniform(longest / 2, longest)  # noqa: S311  not for security


def retrying(
    policy: RetryPolicy,
    call: Call,
    work: Callable[[], T],
    on_retry: Callable[[Retry], None] | None,
    sleep: Callable[[float], None],
) -> T:
    """Do the work, again where the policy allows it. Raises the last error itself."""

    def report(state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if on_retry is not None and error is not None:
            on_retry(
                Retry(
                    str(call),
                    _reason(error),
                    getattr(error, "status", None),
                    state.upcoming_sleep,
                    state.attempt_number,
                )
            )

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return wait_seconds(policy, error, state.attempt_number)

    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda error: may_retry(error, idempotent=call.idempotent)),
        wait=wait,
        stop=tenacity.stop_after_attempt(policy.attempts) | tenacity.stop_before_delay(policy.deadline),
        before_sleep=report,
        sleep=sleep,
        reraise=True,
    )(work)


def _reason(error: BaseException) -> str:
    match error:
        case RateLimited():
            return "too many requests"
        case ServerError():
            return f"server error {error.status}"
        case Timeout():
            return "no answer in time"
        case GarbledAnswer():
            return "a garbled answer"
        case _:
            return "no answer"
