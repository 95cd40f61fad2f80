"""What every resource asks through: send, retry, raise, decode."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from catena_client.call import Answer, Call, query_pairs
from catena_client.decoding import decode, raise_for_error
from catena_client.http import Http
from catena_client.retry import Retry, RetryPolicy, retrying
from catena_client.secret import Secret

T = TypeVar("T")


class Session:
    """Sends calls and returns good answers; everything else is an error of `catena_client.errors`."""

    def __init__(self, http: Http, policy: RetryPolicy, on_retry: Callable[[Retry], None] | None) -> None:
        self._http = http
        self._policy = policy
        self._on_retry = on_retry

    def answer(self, call: Call) -> Answer:
        """Return the 2xx answer to a call, tried again as the policy says."""

        def once() -> Answer:
            answer = self._http.send(call)
            raise_for_error(call, answer)
            return answer

        return retrying(self._policy, call, once, self._on_retry)

    def fetch(self, call: Call, kind: type[T]) -> T:
        """Return the answer to a call as a model."""
        return decode(call, self.answer(call), kind)

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
