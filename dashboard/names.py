"""How fleets are named on screen, without giving an invitation away.

Catena's default fleet name is "Fleet <invitation id>", and the id of an invitation is a secret. So a name is
only shown with every UUID in it masked, and the partner's own reference comes before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from catena_client import Fleet, mask_uuids
from catena_client.secret import HIDDEN


def masked(text: str) -> str:
    """A text with an ellipsis for each UUID in it."""
    return mask_uuids(text).replace(HIDDEN, "…")


def display_name(fleet: Fleet) -> str:
    """What to call a fleet: its display name, else our reference for it, else its name; UUIDs masked."""
    for candidate in (fleet.display_name, fleet.fleet_ref, fleet.name):
        text = masked((candidate or "").strip())
        if text and text != "…":
            return text
    return f"Fleet {fleet.id[:8]}"


def unique_names(fleets: Iterable[Fleet]) -> dict[str, str]:
    """Map fleet id to display name; equal names get the start of the fleet id, since a reference is not unique."""
    names = {fleet.id: display_name(fleet) for fleet in fleets}
    counts = Counter(names.values())
    return {
        fleet_id: name if counts[name] == 1 else f"{name} ({fleet_id[:8]})"
        for fleet_id, name in names.items()
    }
