"""What is degraded, in sentences for the people whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from dashboard.map import units
from dashboard.polling.called import Names
from dashboard.polling.directory import CONNECTIONS, DRIVERS, FLEETS, PROVIDERS, VEHICLES
from dashboard.polling.fetching import WHOLE, Fetched
from dashboard.refusals import Refusal

CONSEQUENCES = {
    FLEETS: "Fleets are named and grouped as they were before; new ones by their reference.",
    CONNECTIONS: "Whether a provider is late is not known.",
    PROVIDERS: "Providers are shown by their short names.",
    VEHICLES: "Vehicles without a name are shown by their ids.",
    DRIVERS: "Drivers are shown by their ids.",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that is not as it should be, while the rest is."""

    what: str
    """What happened, without a full stop. Text from outside may be in it."""
    then: str
    """What that means, a sentence."""
    refusal: Refusal | None = None
    """Since when, and the error."""
    fleet_id: str | None = ""
    """The fleet it is about: it concerns who may see that one. "": it concerns everybody; None: who sees all."""
    stale: bool = False
    """Whether positions on the map are older than they look."""

    @property
    def brief(self) -> str:
        """Say it without since when and why, as plain text."""
        return f"{self.what}. {self.then}"

    def sentence(self, now: datetime) -> str:
        """Say it, as plain text."""
        if self.refusal is None:
            return self.brief
        lasting = units.duration((now - self.refusal.since).total_seconds())
        return f"{self.what} for {lasting}: {self.refusal.error} {self.then}"

    def concerns(self, fleets: frozenset[str] | None) -> bool:
        """Whether it is for a viewer of these fleets; None are all."""
        return fleets is None or self.fleet_id == "" or self.fleet_id in fleets


def notices(
    fetched: Fetched,
    names: Names,
    refused_lists: Mapping[str, Refusal],
    unreadable_rows: Mapping[str, int],
) -> tuple[Notice, ...]:
    """Everything there is to say about one poll; what makes positions old comes first.

    `refused_lists` and `unreadable_rows`, their number, are by the name of the list.
    """
    found = [
        *_of_lists(refused_lists),
        *_of_rows(unreadable_rows),
        *_of_fleets(fetched, names),
        *_of_fields(fetched.rows.unknown),
    ]
    return tuple(sorted(found, key=lambda notice: not notice.stale))


def _of_lists(refused: Mapping[str, Refusal]) -> Iterator[Notice]:
    for what, refusal in refused.items():
        yield Notice(f"The {what} could not be read", CONSEQUENCES[what], refusal)


def _of_rows(unreadable: Mapping[str, int]) -> Iterator[Notice]:
    for what, number in unreadable.items():
        rows = "1 row" if number == 1 else f"{number:,} rows"
        yield Notice(f"{rows} of the {what} could not be read", CONSEQUENCES[what])


def _of_fleets(fetched: Fetched, names: Names) -> Iterator[Notice]:
    for fleet_id, refusal in fetched.refused.items():
        held = fleet_id in fetched.held
        if fleet_id == WHOLE:
            then = (
                "The fleets are read one by one; vehicles of fleets that no list names stay where they were."
            )
            yield Notice("The list of all positions could not be read", then, refusal, None, stale=held)
            continue
        name = names.fleet(fleet_id, "")
        if held:
            then = "Its vehicles stay where they were; all others are up to date."
            yield Notice(f"The positions of {name} could not be read", then, refusal, fleet_id, stale=True)
        else:
            then = "Its vehicles are read with the list of all positions meanwhile, and are up to date."
            yield Notice(f"{name} could not be read by itself", then, refusal, fleet_id)


def _of_fields(unknown: Mapping[str, int]) -> Iterator[Notice]:
    if unknown:
        counted = ", ".join(f"{field} of {count:,}" for field, count in sorted(unknown.items()))
        then = "Only these values are missing; the vehicles are shown."
        yield Notice(
            f"Some values were sent in a form that cannot be read: {counted} positions", then, None, None
        )


def summed(notices: Iterable[Notice], now: datetime, most: int = 3) -> list[str]:
    """The sentences of some notices; of very many only the first, and how many more there are."""
    said = [notice.sentence(now) for notice in notices]
    more = len(said) - most
    return said if more <= 0 else [*said[:most], f"And {more:,} more like these."]
