"""The session in which somebody looks, found from what their browser sends."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from dashboard.access.grants import Grant


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who was let in."""

    id: str
    """A digest of what their browser holds (`session_id`): names the session, and opens nothing."""
    kind: Literal["open", "key", "signed_in", "guest"]
    """How they came in: simulated data is open, the start's key, sign-in, a share link."""
    grant: Grant
    until: float
    """Seconds since 1970 at which it ends, whatever happens; infinite where it does not end by itself."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody who is known, or was, and may not come in."""

    reason: Literal["not_listed", "not_verified", "wrong_issuer", "ended", "share_over", "shares_fail"]
    who: str = ""
    """Their address, or the label of their share link; for the page that tells them, never a secret."""


SESSION = "dashboard.session"
"""Where the door leaves in the ASGI scope whose addresses of the feed are answered: `feed_key` of who asks."""
ADDRESS = "dashboard.address"
"""Where it leaves from where they ask, as far as that can be believed."""

Way = Callable[[Mapping[str, str]], Session | Refused | None]
"""A way in: from the cookies that a browser sends, by name, to a session; None where they are not for this way."""


def session_id(held: str) -> str:
    """The name of a session, from the secret text that its browser holds."""
    return hashlib.sha256(held.encode()).hexdigest()[:32]
