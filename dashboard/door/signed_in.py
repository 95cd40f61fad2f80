"""The way in of those who signed in, by Streamlit's cookie."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from cachetools import TTLCache

from dashboard.access.grants import EVERYBODY, Grant
from dashboard.access.session import Refused, Session, session_id
from dashboard.door import streamlit_internals
from dashboard.door.streamlit_internals import SignedIn

READ_SECONDS, READ_MOST = 10.0, 10_000
"""How long what a cookie says is known without reading it again, and of how many."""

Roles = Callable[[Mapping[str, Any]], Grant | Refused]
"""What somebody may, from what the provider said of them."""


def signed_in(roles: Roles, hours: float) -> Callable[[Mapping[str, str]], Session | Refused | None]:
    """A way in for those whom `roles` lets in, for so many hours from when they proved who they are."""
    # A page asks for something each second, and reading its cookie costs more than most of what it asks for.
    lock = threading.Lock()
    read: TTLCache[frozenset[tuple[str, str]], SignedIn] = TTLCache(READ_MOST, READ_SECONDS)

    def way(cookies: Mapping[str, str]) -> Session | Refused | None:
        key = frozenset(cookies.items())
        with lock:
            found = read.get(key)
        if found is None and (found := streamlit_internals.signed_in(cookies, hours)) is not None:
            with lock:
                read[key] = found
        if found is None:
            return None
        grant = roles(found.claims)
        if isinstance(grant, Refused):
            return grant
        proved = found.claims.get("iat")
        since = min(found.signed_at, proved) if isinstance(proved, int | float) else found.signed_at
        return Session(session_id(found.held), "signed_in", grant, since + hours * 3600)

    return way


def everybody(_cookies: Mapping[str, str]) -> Session:
    """The way in while the data is simulated: it is open."""
    return OPEN


OPEN = Session("open", "open", EVERYBODY, float("inf"))
