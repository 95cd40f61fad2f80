"""What one map shows, for whom and how."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.access.viewer import Viewer
from dashboard.fleet.filters import Filters


@dataclass(frozen=True, slots=True)
class Scope:
    """What a map shows. Two viewers with equal scopes share all work."""

    viewer: Viewer
    filters: Filters = Filters()
    color_by: str = "source"
    dark: bool = False
    metric: bool = False
