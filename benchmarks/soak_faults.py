"""What goes wrong with Catena on a bad day, by chance: one episode after the other."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.faults import Fault

EPISODE_SECONDS = (4.0, 12.0)
PAUSE_SECONDS = (1.0, 8.0)
"""Between two episodes: sometimes too short to recover in."""
MOST_AT_ONCE = 3
SHARES = (0.02, 0.2, 1.0)
"""Of the requests, rows or vehicles that a fault hits: few, many, all."""
OF_REQUESTS = (
    *("400", "401", "403", "404", "409", "422", "429", "500", "501", "502", "503", "504"),
    *("html", "truncated", "hang", "drip", "token-revoked", "repeat-cursor"),
)
OF_ROWS = (
    *(
        "row-speed",
        "row-time",
        "row-position",
        "row-h3-text",
        "row-h3-negative",
        "row-h3-large",
        "row-address",
    ),
    *("row-id", "row-connection", "row-source", "row-fleet", "row-name", "row-date", "row-year"),
    *("row-surrogate", "row-not-object"),
    *("null-coordinates", "bad-coordinates", "future-clock", "older-fix"),
)
READ = (
    "fleets",
    "tsps",
    "connections",
    "data-freshness",
    "vehicles",
    "users",
    "trailers",
    "trailer-locations",
    "vehicle-locations",
)
"""The lists that the map asks for."""
OF_FLEETS = ("fleet-403", "fleet-404", "fleet-429", "fleet-500")
OF_TOKENS = ("401", "429", "500", "503", "html", "truncated", "hang", "drip")


@dataclass(frozen=True)
class Episode:
    """Some faults at once, and the calm after them."""

    faults: tuple[Fault, ...]
    seconds: float
    pause: float

    @property
    def words(self) -> list[str]:
        """The faults as the sandbox's command line has them."""
        return [f"{one.kind}{f'@{one.at}' if one.at else ''}:{one.amount:g}" for one in self.faults]


def episodes(chance: random.Random) -> Iterator[Episode]:
    """Episodes without end."""
    while True:
        number = chance.randint(1, MOST_AT_ONCE)
        yield Episode(
            tuple(_fault(chance) for _ in range(number)),
            chance.uniform(*EPISODE_SECONDS),
            chance.uniform(*PAUSE_SECONDS),
        )


def _fault(chance: random.Random) -> Fault:
    sort = chance.choice(("requests", "requests", "rows", "fleets", "slow", "tokens"))
    if sort == "slow":
        return Fault("latency", chance.choice((300.0, 1500.0, 6000.0)))
    if sort == "tokens":
        return Fault(chance.choice(OF_TOKENS), chance.choice(SHARES), "token")
    kind = chance.choice({"requests": OF_REQUESTS, "rows": OF_ROWS, "fleets": OF_FLEETS}[sort])
    lists = [name for name in Fault(kind).lists() if name in READ]
    positions = [name for name in lists if name == "vehicle-locations"]  # what the map stands on
    return Fault(kind, chance.choice(SHARES), chance.choice((None, *lists, *6 * positions)))
