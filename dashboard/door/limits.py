"""How much one session and one address may ask for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from dashboard.runtime.rate import Rate

What = Literal["requests", "uploads", "upload megabytes", "sign-ins", "share links", "keys"]

# Opening a page takes 160 requests, and an open one asks for about one in a second. Hundreds may share an address.
OF_A_SESSION: dict[What, tuple[int, float]] = {
    "requests": (6_000, 60),
    "uploads": (60, 600),
    "upload megabytes": (200, 600),
}
OF_AN_ADDRESS: dict[What, tuple[int, float]] = {
    "requests": (60_000, 60),
    "uploads": (300, 600),
    "upload megabytes": (1_000, 600),
    "sign-ins": (120, 60),
    "share links": (30, 600),
    "keys": (20, 60),
}
"""Times and seconds. Of share links and keys only wrong ones count."""
SOCKETS_OF_A_SESSION = 100
SOCKETS_OF_AN_ADDRESS = 1_000


class Limits:
    """What was asked for lately, counted by session and address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._of_a_session = {what: Rate(*limit, clock) for what, limit in OF_A_SESSION.items()}
        self._of_an_address = {what: Rate(*limit, clock) for what, limit in OF_AN_ADDRESS.items()}

    def take(self, what: What, address: str, session_id: str = "", number: int = 1) -> float:
        """Count something that is asked for; give 0, or the seconds until it is allowed. "" is nobody's session."""
        return self._of_an_address[what].take(address, number) or self.take_of_session(
            what, session_id, number
        )

    def take_of_session(self, what: What, session_id: str, number: int = 1) -> float:
        """The same, counted for the session alone."""
        return self._of_a_session[what].take(session_id, number) if session_id else 0.0
