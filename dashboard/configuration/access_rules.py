"""Who may enter, and as what: rules that name addresses, domains or groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class AccessRule:
    """One rule. Of several that name somebody, the first counts."""

    who: frozenset[str]
    """Addresses (`ann@example.com`), domains (`@example.com`), both in lower case, and groups (`group:Name`)."""
    role: Literal["operator", "viewer"]
    fleet_refs: frozenset[str] | None = None
    """Limits the role to the fleets of these references; None: all fleets."""
