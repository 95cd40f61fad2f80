"""What could not be read, since when, and when it is asked for again: later each time."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from catena_client import (
    ApiError,
    AuthenticationFailed,
    ClientClosed,
    RateLimited,
    RetryPolicy,
    Unauthorized,
)

NOBODY = (AuthenticationFailed, Unauthorized, ClientClosed)
"""Errors after which nothing can be read by anybody."""
NOT_OF_ONE_FLEET = (*NOBODY, RateLimited)
"""Errors for which no fleet is to be left out."""
ONCE = RetryPolicy(attempts=1)
"""For what is asked again later anyway."""
FIRST_SECONDS = 30.0
"""What was refused is asked for again after this long, then after twice as long, and so on."""
LONGEST_SECONDS = 300.0
"""The pause grows up to this."""


def pause(failures: int, error: Exception, first: float = FIRST_SECONDS) -> float:
    """Seconds to wait after so many failures in a row: doubling, and never less than the API asked for."""
    grown = min(max(first, LONGEST_SECONDS), first * 2.0 ** min(failures - 1, 30))
    requested = error.retry_after if isinstance(error, ApiError) else None
    return max(grown, requested or 0.0)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that could not be read when it was last asked for."""

    error: str
    """Why, in the words of the last error; text from outside."""
    since: datetime
    """When that began, aware UTC."""
    failures: int = 1
    """Times in a row."""
    retry_at: float = 0.0
    """When it is asked for again, by the clock of `Refusals`."""


class Refusals:
    """What is refused now, by key. For one thread at a time per key."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: dict[str, Refusal] = {}

    @property
    def now(self) -> Mapping[str, Refusal]:
        """All refusals."""
        return dict(self._held)

    def __contains__(self, key: object) -> bool:
        return key in self._held

    def due(self, key: str) -> bool:
        """Whether it may be asked for: it is not refused, or its pause is over."""
        held = self._held.get(key)
        return held is None or self._clock() >= held.retry_at

    def failed(self, key: str, error: Exception, before: Refusal | None = None) -> None:
        """Remember a failure; the next one of the same key comes after a longer pause.

        `before`: its refusal until a moment ago, if that was forgotten too soon.
        """
        held = self._held.get(key, before)
        failures = held.failures + 1 if held else 1
        since = held.since if held else datetime.now(UTC)
        self._held[key] = Refusal(str(error), since, failures, self._clock() + pause(failures, error))

    def succeeded(self, key: str) -> None:
        """Forget the failures of a key."""
        self._held.pop(key, None)

    def put_back(self, held: Mapping[str, Refusal]) -> None:
        """Be as before, when `now` gave this."""
        self._held = dict(held)

    def keep_only(self, keys: Collection[str]) -> None:
        """Forget all others, because they are not asked for any more."""
        for key in self._held.keys() - set(keys):
            del self._held[key]
