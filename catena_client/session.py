"""What every resource asks through: wait out pauses, send, retry, raise, decode."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from catena_client.call import Answer, Call, query_pairs
from catena_client.decoding import decode, raise_for_error
from catena_client.errors import CatenaError, RateLimited
from catena_client.http import Http
from catena_client.pauses import Pauses
from catena_client.retry import Retry, RetryPolicy, retrying
from catena_client.secret import Secret

T = TypeVar("T")


@dataclass(frozen=True)
class Session:
    """Sends calls and returns good answers; everything else is an error of `catena_client.errors`."""

    http: Http
    policy: RetryPolicy
    on_retry: Callable[[Retry], None] | None
    pauses: Pauses

    def with_policy(self, policy: RetryPolicy) -> "Session":
        """Return a session that shares all but the retry policy."""
        return replace(self, policy=policy)

    def answer(self, call: Call) -> Answer:
        """Return the 2xx answer to a call, tried again as the policy says."""
        return self._ask(call, lambda answer: answer)

    def fetch(self, call: Call, kind: type[T]) -> T:
        """Return the answer to a call as a model, tried again also where it is no JSON."""
        return self._ask(call, lambda answer: decode(call, answer, kind))

    def get(
        self,
        template: str,
        kind: type[T],
        path_values: Mapping[str, str | Secret] | None = None,
        query: Mapping[str, object] | None = None,
    ) -> T:
        """Read one thing."""
        return self.fetch(Call("GET", template, path_values or {}, query_pairs(query or {})), kind)

    def delete(self, template: str, path_values: Mapping[str, str | Secret]) -> None:
        """Delete one thing."""
        self.answer(Call("DELETE", template, path_values))

    def _ask(self, call: Call, read: Callable[[Answer], T]) -> T:
        latest = self.pauses.clock() + self.policy.deadline
        waited = 0.0  # up to this moment this call has kept the pauses
        nothing_done = True

        def once() -> T:
            nonlocal waited
            waited = self._wait_out(call, waited, latest)
            answer = self.http.send(call)
            try:
                raise_for_error(call, answer)
            except RateLimited as error:
                waited = self.pauses.begin(call, error.retry_after or 0.0)
                raise
            return read(answer)

        def noted() -> T:
            nonlocal nothing_done
            try:
                return once()
            except CatenaError as error:
                # Said of all tries together: an earlier one may have done it and only its answer was lost.
                nothing_done = error.nothing_done = nothing_done and error.nothing_done
                raise

        return retrying(self.policy, call, noted, self.on_retry, self._sleep)

    def _sleep(self, seconds: float) -> None:
        sleep = self.http.closing.wait if self.policy.sleep is None else self.policy.sleep
        sleep(seconds)

    def _wait_out(self, call: Call, waited: float, latest: float) -> float:
        while (until := self.pauses.until(call)) > max(waited, now := self.pauses.clock()):
            if until > latest:
                raise RateLimited(
                    429,
                    message="to an earlier call; this one was not sent",
                    endpoint=str(call),
                    retry_after=until - now,
                )
            self._sleep(until - now)
            waited = until
        return waited
