"""What every path is, for somebody whom we do not know: all that is not named here is a page, and closed."""

from __future__ import annotations

from typing import Literal

from dashboard.sharing.routes import PATH

Kind = Literal["open", "data", "page", "nobody"]
"""`open`: answered to everybody. `data` and `page`: only to those who were let in. `nobody`: to nobody at all."""

HEALTH = "/_stcore/health"
UP, READY, METRICS = "/healthz", "/readyz", "/metrics"
SIGN_IN, SIGN_OUT = "/signin", "/signout"
STREAMLIT_OUT = "/auth/logout"
SIGN_IN_STARTS = ("/auth/login", "/oauth2callback")
SHARES, WEBHOOKS = PATH, "/webhooks/"
UPLOADS = "/_stcore/upload_file/"
STATE, SCRIPT = "/door/session", "/door/door.js"
ONBOARDING = "/connect/"
"""Pages of the simulated Catena, which stand beside the dashboard's."""

OPEN = frozenset(
    {HEALTH, SIGN_IN, SIGN_OUT, STREAMLIT_OUT, *SIGN_IN_STARTS, STATE, SCRIPT, "/favicon.png", UP, READY}
)
OPEN_BELOW = (SHARES, WEBHOOKS, "/static/", "/app/static/", "/assets/")
# Numbers of the whole process, which nobody has asked for, and a way to run the script past the page and its checks.
NOBODY_BELOW = ("/_stcore/metrics", "/_stcore/agent/")
DATA_BELOW = ("/_stcore/", "/media/", "/component/", "/feed/")


def kind_of(path: str) -> Kind:
    """What a path is, from below the base path on, with a slash before it."""
    if path in OPEN or path.startswith(OPEN_BELOW):
        return "open"
    if path.startswith(NOBODY_BELOW):
        return "nobody"
    # Streamlit's page looks for its server below the page's own path too.
    return "data" if path == METRICS or path.startswith(DATA_BELOW) or "/_stcore/" in path else "page"
