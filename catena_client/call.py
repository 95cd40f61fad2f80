"""One request and its answer as plain values, so that everything around them needs no network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlencode

from catena_client.secret import HIDDEN, Secret

IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """What is asked of the API. Printing it shows the method and the path's template, never its values."""

    method: str
    template: str
    """Path with names in braces, e.g. `/v2/orgs/fleets/{fleet_id}`."""
    path_values: Mapping[str, str | Secret] = field(default_factory=dict)
    query: Sequence[tuple[str, str]] = ()
    body: bytes | None = None
    hidden: Sequence[Secret] = ()
    """Texts that an error of the API may echo and that must not be shown."""
    harmless: bool = False
    """Whether asking twice does no harm, though the method says otherwise."""

    def __repr__(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def idempotent(self) -> bool:
        """Whether asking twice does no more than asking once."""
        return self.harmless or self.method in IDEMPOTENT

    def path(self) -> str:
        """Return the path with its values, percent-encoded. It may hold a secret."""
        path = self.template
        for name, value in self.path_values.items():
            text = value.reveal() if isinstance(value, Secret) else value
            if text.strip(".") == "":
                raise ValueError(f"{name} is empty or only dots; pass the id as the API gave it.")
            path = path.replace("{" + name + "}", quote(text, safe=""))
        return path

    def target(self) -> str:
        """Return path and query. It may hold a secret."""
        return f"{self.path()}?{urlencode(self.query)}" if self.query else self.path()

    def scrub(self, text: str) -> str:
        """Take this call's secrets out of a text that came from outside."""
        secrets = [*self.hidden, *(value for value in self.path_values.values() if isinstance(value, Secret))]
        for secret in secrets:
            for shown in {secret.reveal(), quote(secret.reveal(), safe="")} - {""}:
                text = text.replace(shown, HIDDEN)
        return text


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What came back. Printing it shows no content."""

    status: int
    headers: Mapping[str, str]
    """Looked up in lower case."""
    content: bytes

    def __repr__(self) -> str:
        return f"Answer({self.status}, {len(self.content)} bytes)"


def query_pairs(values: Mapping[str, object]) -> list[tuple[str, str]]:
    """Write filters as query pairs: None is left out, a list repeats its key, times become UTC.

    >>> query_pairs({"fleet_refs": ["a", "b"], "only_latest": True, "size": None})
    [('fleet_refs', 'a'), ('fleet_refs', 'b'), ('only_latest', 'true')]
    """
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        if value is None:
            continue
        several = isinstance(value, Sequence) and not isinstance(value, str)
        pairs += [(name, _text(name, item)) for item in (value if several else [value])]  # type: ignore[attr-defined]
    return pairs


def _text(name: str, value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime() if value.tzinfo is None:
            raise ValueError(f"{name} has no time zone; pass an aware datetime, e.g. datetime.now(UTC).")
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case str() | int():
            return str(value)
        case _:
            raise TypeError(f"{name} does not take a value of type {type(value).__name__}.")
