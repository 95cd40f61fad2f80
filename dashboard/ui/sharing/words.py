"""Share links in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from dashboard.invitations.formatting import local_time
from dashboard.service import service
from dashboard.sharing.share import Share
from dashboard.ui.clock import viewer_zone

HIDABLE = {"driver": "drivers", "vin": "VINs", "plate": "plates"}
"""What of a vehicle can be hidden, as `Visibility` names it, to how it is called."""
HOUR, DAY = 3600.0, 86_400.0
LENGTHS = {
    HOUR: "1 hour",
    8 * HOUR: "8 hours",
    DAY: "1 day",
    7 * DAY: "7 days",
    30 * DAY: "30 days",
    90 * DAY: "90 days",
}
"""How long a link can last, in seconds, to how it is called."""
NAMED = 2
"""So many fleets are named, and the others counted."""


def when(seconds: float) -> str:
    """A moment, given as seconds since 1970, where the viewer is."""
    return local_time(datetime.fromtimestamp(seconds, UTC), viewer_zone())


def fleets_in_words(ids: Iterable[str], names: Mapping[str, str]) -> str:
    """The names of some fleets and the number of the others."""
    known = sorted(names.get(fleet, f"Fleet {fleet[:8]}") for fleet in ids)
    if len(known) <= NAMED + 1:
        return listed(known) or "No fleet"
    return f"{', '.join(known[:NAMED])} and {len(known) - NAMED} more"


def shown(share: Share) -> str:
    """What a link shows of vehicles, and what not, in a sentence."""
    limits, source = share.visibility, service().poller.directory.names.source
    hidden = [label for key, label in HIDABLE.items() if key in limits.hidden]
    parts = [
        f"Vehicles without {listed(hidden)}" if hidden else "Vehicles with drivers, VINs and plates",
        *(["places to about 1 km"] if limits.rounded else []),
        *([f"only from {', '.join(sorted(map(source, limits.sources)))}"] if limits.sources else []),
        "with trails" if share.may_see_trails else "no trails",
        "with export" if share.may_export else "no export",
        *(["a pass code is asked for"] if share.has_pass_code else []),
    ]
    return f"{', '.join(parts)}."


def listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
