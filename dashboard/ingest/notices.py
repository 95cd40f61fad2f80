"""What was degraded when a poll was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dashboard.fleet.names import Names
from dashboard.fleet.notices import Notice
from dashboard.ingest.directory import CONNECTIONS, DRIVERS, FLEETS, PROVIDERS, VEHICLES
from dashboard.ingest.fetching import UNFILTERED, Fetched
from dashboard.runtime.refusals import Refusal

CONSEQUENCES = {
    FLEETS: "Fleets are named and grouped as they were before; new ones by their reference.",
    CONNECTIONS: "Whether a source is late is not known.",
    PROVIDERS: "Sources are shown by their short names.",
    VEHICLES: "Vehicles without a name are shown by their ids.",
    DRIVERS: "Drivers are shown by their ids.",
}


def notices(
    fetched: Fetched,
    names: Names,
    refused_lists: Mapping[str, Refusal],
    unreadable_rows: Mapping[str, int],
) -> tuple[Notice, ...]:
    """Everything there is to say about one poll; what makes positions old comes first.

    `refused_lists` and `unreadable_rows`, their number, are by the name of the list.
    """
    unsorted = [
        *_of_lists(refused_lists),
        *_of_rows(unreadable_rows),
        *_of_fleets(fetched, names),
        *_of_fields(fetched.rows.unknown),
    ]
    return tuple(sorted(unsorted, key=lambda notice: not notice.stale))


def _of_lists(refused: Mapping[str, Refusal]) -> Iterator[Notice]:
    for what, refusal in refused.items():
        yield Notice(f"The {what} could not be read", CONSEQUENCES[what], refusal)


def _of_rows(unreadable: Mapping[str, int]) -> Iterator[Notice]:
    for what, number in unreadable.items():
        rows = "1 row" if number == 1 else f"{number:,} rows"
        # Of which fleet they are is not known, and their number is not for those who may see only some.
        yield Notice(f"{rows} of the {what} could not be read", CONSEQUENCES[what], fleet_id=None)


def _of_fleets(fetched: Fetched, names: Names) -> Iterator[Notice]:
    for fleet_id, refusal in fetched.refused.items():
        held = fleet_id in fetched.held
        if fleet_id == UNFILTERED:
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
