"""What one map shows, and how."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.access.viewer import Visibility
from dashboard.fleet.colours import Theme
from dashboard.fleet.filters import Filters


@dataclass(frozen=True, slots=True)
class Scope:
    """What a map shows. Two viewers with equal scopes share all work."""

    visibility: Visibility
    filters: Filters = Filters()
    colour_by: str = "source"
    theme: Theme = "light"
    metric: bool = False
