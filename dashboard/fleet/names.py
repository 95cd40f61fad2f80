"""How fleets, vehicles, providers and drivers are named on screen, without giving an invitation away.

Catena's default fleet name is "Fleet <invitation id>", and the id of an invitation is a secret. So a name is
only shown with every UUID in it masked, and the partner's own reference comes before it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from catena_client import Fleet, Tsp, User, Vehicle, mask_uuids
from catena_client.secret import HIDDEN

_DIGIT = re.compile(r"\d")
SHORT = 8
"""So much of an id stands for what no list names."""


class VehicleFacts(NamedTuple):
    """What is known of a vehicle apart from where it is; "" where unknown."""

    name: str = ""
    vin: str = ""
    plate: str = ""
    fleet_id: str = ""
    connection_id: str = ""
    tsp_slug: str = ""
    source: str = ""


NO_FACTS = VehicleFacts()


@dataclass(frozen=True, slots=True)
class Names:
    """All names at one moment; immutable, replaced as a whole."""

    fleets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Fleet id to the name shown."""
    refs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Fleet id to the fleet's reference, of fleets that have one; a reference may belong to several fleets."""
    providers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """TSP slug to the TSP's name."""
    sources: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Platform to what it is called, of platforms that the list of TSPs names."""
    vehicles: Mapping[str, VehicleFacts] = field(default_factory=lambda: MappingProxyType({}))
    drivers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """User id to the driver's name."""
    withdrawn: frozenset[str] = frozenset()
    """Fleets that the list named once and names no more."""

    def vehicle(self, vehicle_id: str) -> VehicleFacts:
        """What is known of a vehicle, all "" when nothing is."""
        return self.vehicles.get(vehicle_id, NO_FACTS)

    def fleet(self, fleet_id: str, fleet_ref: str) -> str:
        """The name of a fleet; one that no list names is called by its reference or the start of its id."""
        return (
            self.fleets.get(fleet_id)
            or masked(fleet_ref)
            or (f"Fleet {fleet_id[:SHORT]}" if fleet_id else "No fleet")
        )

    def provider(self, slug: str, source: str) -> str:
        """The name of a TSP, its slug when no list names it, else the platform."""
        return self.providers.get(slug) or slug or source

    def source(self, source: str) -> str:
        """What a platform is called; "" for none.

        The endpoint of live positions gives the slug of the TSP in place of one platform.
        """
        return self.sources.get(source) or self.providers.get(source) or tidied(source)


def vehicle_name(vehicle_id: str, vehicles: Mapping[str, VehicleFacts]) -> str:
    """The name of a vehicle, "" when it has none; one that no list names is called by the start of its id."""
    known = vehicles.get(vehicle_id)
    return f"Vehicle {vehicle_id.rpartition('/')[2][:SHORT]}" if known is None else known.name


def driver_name(driver_id: str, drivers: Mapping[str, str]) -> str:
    """The name of a driver, else the start of the id; "" for no driver."""
    return drivers.get(driver_id) or (f"Driver {driver_id[:SHORT]}" if driver_id else "")


def source_names(tsps: Iterable[Tsp]) -> dict[str, str]:
    """Map platform to its display name: the TSP's whose slug it is, else that of its only TSP."""
    of_source: dict[str, dict[str, str]] = {}
    for tsp in tsps:
        if tsp.source_name and tsp.slug and tsp.name:
            of_source.setdefault(tsp.source_name, {})[tsp.slug] = tsp.name
    return {
        source: names.get(source) or next(iter(names.values()))
        for source, names in of_source.items()
        if source in names or len(names) == 1
    }


def tidied(source: str) -> str:
    """A platform's own spelling as a name: `verizon_connect` as "Verizon Connect", `hos247` as "HOS247"."""
    words = source.replace("_", " ").replace("-", " ").split()
    return " ".join(
        word
        if word != word.lower()
        else word.upper()
        if len(word) <= 3 or _DIGIT.search(word)
        else word.title()
        for word in words
    )


def facts(vehicle: Vehicle) -> VehicleFacts:
    """Reduce a vehicle to what the dashboard shows of it."""
    return VehicleFacts(
        name=masked((vehicle.vehicle_name or "").strip()),
        vin=(vehicle.vin or "").strip(),
        plate=(vehicle.license_plate_number or "").strip(),
        fleet_id=vehicle.fleet_id or "",
        connection_id=vehicle.connection_id or "",
        tsp_slug=vehicle.tsp_slug or "",
        source=vehicle.source_name or "",
    )


def full_name(user: User) -> str:
    """First and last name of a user, "" when neither is known."""
    return " ".join(part.strip() for part in (user.first_name, user.last_name) if part and part.strip())


def masked(text: str) -> str:
    """A text with an ellipsis for each UUID in it."""
    return mask_uuids(text).replace(HIDDEN, "…")


def display_name(fleet: Fleet) -> str:
    """What to call a fleet: its display name, else our reference for it, else its name; UUIDs masked."""
    for candidate in (fleet.display_name, fleet.fleet_ref, fleet.name):
        text = masked((candidate or "").strip())
        if text and text != "…":
            return text
    return f"Fleet {fleet.id[:SHORT]}"


def unique_names(fleets: Iterable[Fleet]) -> dict[str, str]:
    """Map fleet id to display name, equal ones told apart by it, since a reference is not unique."""
    return apart({fleet.id: display_name(fleet) for fleet in fleets})


def suffix(key: str) -> str:
    """What a name ends with where another one is the same; `key` is the id."""
    # Ids that were made in one moment may all begin alike.
    return f" ({key[-SHORT:]})"


def apart(names: Mapping[str, str], ending: Callable[[str], str] = suffix) -> dict[str, str]:
    """Names by id, with an ending made of the id after each that is not the only one of its kind."""
    counts = Counter(names.values())
    return {
        key: name if counts[name] == 1 or name == key else name + ending(key) for key, name in names.items()
    }


def references(fleets: Iterable[Fleet]) -> dict[str, str]:
    """Map fleet id to our reference for the fleet, of those that have one."""
    return {fleet.id: ref for fleet in fleets if (ref := (fleet.fleet_ref or "").strip())}
