"""The vocabulary of faults: what may be switched on, on which list, and by how much."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

STATUSES: Final = ("400", "401", "403", "404", "409", "422", "429", "500", "501", "502", "503", "504")
LISTS: Final = (
    *("fleets", "invitations", "share-agreements", "tsps", "connections", "data-freshness"),
    *("vehicles", "vehicle-locations", "engine-statuses", "trailers", "trailer-locations", "users"),
    *("analytics", "webhooks"),
)
TOKEN: Final = "token"  # noqa: S105  names the auth host, as a list of its own
ANSWER_FAULTS: Final = (*STATUSES, "latency", "html", "truncated", "hang", "drip")
"""Faults of any request, those of the auth host included."""
REQUEST_FAULTS: Final = (
    *ANSWER_FAULTS,
    *("retry-after", "no-retry-after", "token-revoked", "repeat-cursor"),
    *(f"fleet-{status}" for status in STATUSES),
)
VEHICLE_FAULTS: Final = ("null-coordinates", "bad-coordinates", "future-clock", "older-fix")


@dataclass(frozen=True)
class RowFault:
    """What is put into a row (JSON, `#` standing for a number of the row's own), and where on each list.

    The first list is meant where none is named. A list without fields has the whole row replaced.
    """

    put: tuple[bytes, ...]
    fields: Mapping[str, tuple[str, ...]]


def _each(lists: tuple[str, ...], *fields: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(lists, fields)


_PLACED = ("vehicle-locations", "trailer-locations")
_SOURCED = (*_PLACED, "vehicles", "trailers", "users")
_BY_ID = (*_SOURCED, "fleets", "invitations", "share-agreements", "tsps", "connections", "webhooks")
_TIMES = {
    **_each(_SOURCED, "occurred_at"),
    **_each(("fleets", "tsps", "connections", "webhooks"), "created_at"),
    "invitations": ("expires_at",),
    "share-agreements": ("effective_date",),
    "data-freshness": ("last_successful_execution_at",),
}
_NAMES = {
    "fleets": ("name",),
    "vehicles": ("vehicle_name",),
    "trailers": ("trailer_name",),
    "users": ("username", "first_name", "last_name"),
    "tsps": ("name",),
}

ROW_FAULTS: Final[Mapping[str, RowFault]] = {
    "row-speed": RowFault((b'"fast"',), _each(("vehicle-locations",), "speed")),
    "row-time": RowFault((b'"yesterday noon"',), _TIMES),
    "row-position": RowFault((b'"near Topeka"',), _each(_PLACED, "location", "h3_index_11")),
    "row-h3-text": RowFault((b'"8b2a1072b59ffff"',), _each(_PLACED, "h3_index_11")),
    "row-h3-negative": RowFault((b"-1",), _each(_PLACED, "h3_index_11")),
    "row-h3-large": RowFault((b"18446744073709551616",), _each(_PLACED, "h3_index_11")),  # 2^64
    "row-address": RowFault((b'"Topeka, KS"',), _each(_PLACED, "inferred_address")),
    "row-id": RowFault(
        (b"#",),
        {
            **_each(_BY_ID, "id"),
            "vehicle-locations": ("id", "vehicle_id"),
            "trailer-locations": ("id", "trailer_id"),
        },
    ),
    "row-connection": RowFault((b"null",), _each((*_SOURCED, "data-freshness"), "connection_id")),
    "row-source": RowFault(
        (b"null",), _each((*_SOURCED, "tsps", "connections", "data-freshness"), "source_name")
    ),
    "row-fleet": RowFault((b"null",), _each((*_SOURCED, "connections"), "fleet_id", "fleet_ref")),
    "row-name": RowFault((b"null",), _NAMES),
    "row-date": RowFault(
        (b'""',),
        {
            **_TIMES,
            "fleets": ("regulatory_id_date",),
            "invitations": ("accepted_at",),
            "share-agreements": ("expiration_date",),
            **_each(("vehicles", "trailers", "users"), "started_at"),
        },
    ),
    "row-year": RowFault((b"2019.0",), _each(("vehicles", "trailers"), "model_year")),
    "row-surrogate": RowFault(
        (rb'"\ud800"',),
        {
            **_each(_PLACED, "source_name"),
            **_NAMES,
            "invitations": ("decline_reason",),
            "share-agreements": ("fleet_ref",),
            "connections": ("description",),
            "data-freshness": ("connection_description",),
        },
    ),
    "row-not-object": RowFault((b"#", b'"a row"'), _each((*_BY_ID, "data-freshness"))),
}

KINDS: Final = (*REQUEST_FAULTS, *VEHICLE_FAULTS, *ROW_FAULTS)


@dataclass(frozen=True)
class Fault:
    """One fault switch.

    `kind` is one of `KINDS`. `amount` is milliseconds for `latency`, seconds for `retry-after`, else a share (0 to
    1) of requests, vehicles or rows. `at` limits a fault to one of `LISTS` or the auth host (`TOKEN`).
    """

    kind: str
    amount: float = 1.0
    at: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There is no fault {self.kind!r}; `python -m sandbox --help` lists them all.")
        if self.kind == "latency":
            if not 0 <= self.amount <= 60_000:
                raise ValueError("The fault latency takes milliseconds from 0 to 60000, e.g. latency:250.")
        elif self.kind == "retry-after":
            if not math.isfinite(self.amount):
                raise ValueError("The fault retry-after takes any number of seconds, e.g. retry-after:3600.")
        elif not 0 <= self.amount <= 1:
            raise ValueError(f"The fault {self.kind} takes a share from 0 to 1, e.g. {self.kind}:0.05.")
        lists = self.lists()
        if self.at is not None and self.at not in lists:
            if not lists:
                raise ValueError(f"The fault {self.kind} cannot be limited to a list like {self.at!r}.")
            raise ValueError(
                f"The fault {self.kind} can be limited to {', '.join(lists)}, but not to {self.at!r}."
            )

    def lists(self) -> tuple[str, ...]:
        """Return the lists it may be limited to."""
        if self.kind in ROW_FAULTS:
            return tuple(ROW_FAULTS[self.kind].fields)
        if self.kind in VEHICLE_FAULTS:
            return ()
        return (*LISTS, TOKEN) if self.kind in ANSWER_FAULTS else LISTS

    def reaches(self, name: str) -> bool:
        """Tell whether it touches a list. Faults of requests reach all but the auth host, unless limited."""
        if self.at is not None:
            return self.at == name
        return self.lists()[0] == name if self.kind in ROW_FAULTS else name != TOKEN

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Read `KIND[@LIST][:AMOUNT]`; `token-KIND` is another way to write `KIND@token`.

        >>> Fault.parse("429@vehicles:0.05")
        Fault(kind='429', amount=0.05, at='vehicles')

        Raises ValueError with one sentence on anything else.
        """
        switch, colon, amount = text.strip().partition(":")
        kind, at_sign, at = switch.partition("@")
        if not at_sign and kind.removeprefix("token-") in ANSWER_FAULTS and kind not in ANSWER_FAULTS:
            kind, at_sign, at = kind.removeprefix("token-"), "@", TOKEN
        try:
            number = float(amount) if colon else 1.0
        except ValueError:
            raise ValueError(
                f"A fault is written KIND[@LIST][:AMOUNT], e.g. 429@vehicles:0.05, not {text!r}."
            ) from None
        if not colon and kind in {"latency", "retry-after"}:
            raise ValueError(f"The fault {kind} needs an amount, e.g. {kind}:250.")
        return cls(kind, number, at if at_sign else None)
