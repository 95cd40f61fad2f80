"""The settings of one dashboard, read once at start.

The environment wins over `.streamlit/secrets.toml` (section `[catena]`). A wrong value raises `SettingsError`,
whose text is one sentence that names the setting and never repeats a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

DEFAULT_API_URL = "https://api.catenatelematics.com"
DEFAULT_AUTH_URL = "https://auth.catenatelematics.com/realms/catena"

T = TypeVar("T")


class SettingsError(ValueError):
    """A setting has a value that cannot be used; the text says which and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the dashboard can be told, validated."""

    client_id: str = ""
    """API client id; empty together with the secret means: run on the simulated Catena."""
    client_secret: str = field(default="", repr=False)
    api_url: str = DEFAULT_API_URL
    auth_url: str = DEFAULT_AUTH_URL
    poll_seconds: float = 15.0
    """Seconds between two polls of the vehicle locations, at least 2."""
    basemap: str = ""
    """Empty: the built-in basemap. `carto`, or the https URL of a map style: a hosted one."""
    operators: frozenset[str] = frozenset()
    """Who may use the dashboard once signed in: e-mail addresses, or `@domain` for everybody of a domain."""
    sign_in: bool = False
    """Whether sign-in (`[auth]` in secrets.toml) is configured."""

    @property
    def simulated(self) -> bool:
        """Whether there are no credentials, so that the embedded sandbox stands in for Catena."""
        return not self.client_id


def load(environ: Mapping[str, str], secrets: Mapping[str, object], *, sign_in: bool = False) -> Settings:
    """Read and check all settings.

    `secrets` is the `[catena]` section of secrets.toml. Its keys are the names of the environment variables.
    `sign_in` says whether secrets.toml holds an `[auth]` section. Raises `SettingsError`.
    """

    def read(name: str, check: Callable[[str, str], T], default: T) -> T:
        raw = environ.get(name)
        if raw is None or not raw.strip():
            value = secrets.get(name)
            raw = None if value is None else str(value)
        return default if raw is None or not raw.strip() else check(name, raw.strip())

    settings = Settings(
        client_id=read("CATENA_CLIENT_ID", _text, ""),
        client_secret=read("CATENA_CLIENT_SECRET", _text, ""),
        api_url=read("CATENA_API_URL", _service_url, DEFAULT_API_URL),
        auth_url=read("CATENA_AUTH_URL", _service_url, DEFAULT_AUTH_URL),
        poll_seconds=read("CATENA_POLL_SECONDS", _poll_seconds, 15.0),
        basemap=read("CATENA_BASEMAP", _basemap, ""),
        operators=read("CATENA_OPERATORS", _operators, frozenset()),
        sign_in=sign_in,
    )
    if bool(settings.client_id) != bool(settings.client_secret):
        missing = "CATENA_CLIENT_SECRET" if settings.client_id else "CATENA_CLIENT_ID"
        raise SettingsError(
            f"{missing} is missing: set both CATENA_CLIENT_ID and CATENA_CLIENT_SECRET, or neither to use simulated data."
        )
    if settings.sign_in and not settings.operators:
        raise SettingsError(
            "CATENA_OPERATORS is missing: sign-in is configured, so list who may enter, "
            "as e-mail addresses or @domains separated by commas."
        )
    return settings


def _text(name: str, raw: str) -> str:
    if not raw.isprintable():
        raise SettingsError(
            f"{name} contains characters that cannot be part of it; copy it again without line breaks."
        )
    return raw


def _service_url(name: str, raw: str) -> str:
    parts = _split(raw)
    if parts is None or parts.username or parts.query or parts.fragment:
        raise SettingsError(
            f"{name} must be a plain URL such as {DEFAULT_API_URL}, without user, query or fragment."
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise SettingsError(f"{name} must start with https:// (http:// is accepted for localhost only).")
    return raw.rstrip("/")


def _poll_seconds(name: str, raw: str) -> float:
    problem = SettingsError(f"{name} must be a number of seconds from 2 to 3600, such as 15.")
    try:
        seconds = float(raw)
    except ValueError:
        raise problem from None
    if not 2 <= seconds <= 3600:
        raise problem
    return seconds


def _basemap(name: str, raw: str) -> str:
    if raw == "carto":
        return raw
    parts = _split(raw)
    if parts is None or parts.scheme != "https":
        raise SettingsError(f"{name} must be empty, carto, or the https:// URL of a map style.")
    return raw


def _operators(name: str, raw: str) -> frozenset[str]:
    entries = frozenset(entry.strip().casefold() for entry in raw.split(",") if entry.strip())
    if not all(re.fullmatch(r"[^@\s]*@[^@\s]+\.[^@\s]+", entry) for entry in entries):
        raise SettingsError(f"{name} must list e-mail addresses or @domains, separated by commas.")
    return entries


def _split(raw: str) -> SplitResult | None:
    try:
        parts = urlsplit(raw)
        parts.port  # noqa: B018 - an invalid port raises here
    except ValueError:
        return None
    return parts if parts.hostname and not re.search(r"\s", raw) else None


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this very machine."""
    if host.casefold().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
