"""What keeps share links and their guests' sessions. Of a token there is only its digest."""

from __future__ import annotations

from typing import Protocol

from dashboard.sharing.share import Share

GUESTS = 1000
"""Sessions kept for one link; beyond it the oldest is over."""
KEPT_SECONDS = 90 * 86_400.0
"""A link that is over can be looked at, and prolonged, for so long."""


class StoreFailed(OSError):
    """Links cannot be read or written; the text says what to do, in one sentence."""


class ShareStore(Protocol):
    """What keeps links and guests. Values go in and out; any method may raise `StoreFailed`."""

    def add(self, share: Share, token_digest: str, code: str) -> None:
        """Keep a new link. `code`: what `pass_codes.hashed` made of its pass code, "" without one."""

    def change(
        self,
        share_id: str,
        *,
        expires_at: float | None = None,
        revoked: bool | None = None,
        last_used_at: float | None = None,
    ) -> None:
        """Change what is given of a link."""

    def shares(self) -> list[Share]:
        """All links, the newest first."""

    def share(self, share_id: str) -> Share | None:
        """The link of an id."""

    def by_token(self, token_digest: str) -> tuple[Share, str] | None:
        """The link of a token, with the code that was kept with it."""

    def add_guest(self, guest_id: str, share_id: str, made_at: float) -> None:
        """Keep a guest's session; of one link the newest `GUESTS`."""

    def of_guest(self, guest_id: str) -> Share | None:
        """The link by which a guest came."""
