"""A share link, without its token."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.access.grants import Grant
from dashboard.access.viewer import Visibility


@dataclass(frozen=True, slots=True)
class Share:
    """What a link shows to whoever has it, and for how long."""

    id: str
    """Names it on pages and in the log; it opens nothing."""
    label: str
    """What its makers call it; guests see it as the title of their map."""
    made_by: str
    made_at: float
    """Seconds since 1970, as all times here."""
    expires_at: float
    visibility: Visibility
    may_export: bool = False
    may_see_trails: bool = False
    view: str = ""
    """The query of the map's address that it opens with, such as `state=moving`."""
    has_pass_code: bool = False
    revoked: bool = False
    last_used_at: float | None = None
    """When a guest last came by it; None: never."""

    @property
    def grant(self) -> Grant:
        """What a guest is let in with."""
        return Grant(
            self.label,
            "guest",
            fleet_refs=None,
            visibility=self.visibility,
            may_export=self.may_export,
            may_see_trails=self.may_see_trails,
            share=self.id,
        )

    def over(self, now: float) -> bool:
        """Whether it lets nobody in any more, at `now` seconds since 1970."""
        return self.revoked or now >= self.expires_at
