"""Sign-in as the section `[auth]` of secrets.toml sets it up for Streamlit, checked before anybody relies on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.configuration.checks import PRINTED, SettingsError, is_loopback, parse_url, table

SHARED = ("redirect_uri", "cookie_secret")
OF_A_PROVIDER = ("client_id", "client_secret", "server_metadata_url")
COMMAND = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'
"""Prints a cookie secret."""
LEAST = 32
"""Characters of a cookie secret."""
LEAST_DIFFERENT = 8
"""Different ones among them: of 32 random hexadecimal digits, one in ten million has fewer."""


WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider that people sign in with."""

    name: str
    """What `st.login` calls it."""
    issuer: str
    """What the claim `iss` of its tokens has to say, without a slash at the end."""


def providers(secrets: Mapping[str, object]) -> tuple[Provider, ...]:
    """The providers that people can sign in with; none without `[auth]`.

    One described in `[auth]` itself is called `default`, others by their section, as `google` for `[auth.google]`.
    Raises `SettingsError` when something is missing, or the cookie secret could be guessed: whoever knows it can
    write themselves a session of anybody.
    """
    if "auth" not in secrets:
        return ()
    auth = table(secrets, "auth")
    named: dict[str, Mapping[str, object]] = {
        name: section
        for name, section in auth.items()
        if isinstance(section, Mapping) and name != "client_kwargs"
    }
    if "default" not in named and (not named or any(key in auth for key in OF_A_PROVIDER)):
        named = {"default": auth, **named}
    wanted = {f"auth.{key}": auth.get(key) for key in SHARED}
    for name, section in named.items():
        place = "auth" if section is auth else f"auth.{name}"
        wanted |= {f"{place}.{key}": section.get(key) for key in OF_A_PROVIDER}
    missing = [name for name, value in wanted.items() if not _text(value)]
    if missing:
        raise SettingsError(
            f"Sign-in is incomplete: {', '.join(missing)} must be set in secrets.toml, each a text in quotes; "
            "the README says what they are."
        )
    if odd := next((name for name in named if "_" in name), None):
        raise SettingsError(f"auth.{odd} in secrets.toml needs a name without underscore.")
    _check_cookie_secret(_text(auth["cookie_secret"]))
    _check_redirect_uri(redirect_uri(secrets))
    return tuple(
        Provider(name, _issuer("auth" if section is auth else f"auth.{name}", section))
        for name, section in named.items()
    )


def _issuer(place: str, section: Mapping[str, object]) -> str:
    """Who signs the tokens of a provider: as its section says, or as the address of its metadata tells."""
    url = _text(section["server_metadata_url"]).rstrip("/")
    issuer = _text(section.get("issuer", url.removesuffix(WELL_KNOWN))).rstrip("/")
    if not issuer or ("issuer" not in section and not url.endswith(WELL_KNOWN)):
        raise SettingsError(
            f"{place}.issuer in secrets.toml must be set to the issuer of the provider's tokens, a text in quotes: the "
            f"address of its metadata does not end in {WELL_KNOWN}, or the issuer is empty."
        )
    return issuer


def redirect_uri(secrets: Mapping[str, object]) -> str:
    """Where providers send people back to, "" without `[auth]`; Streamlit puts its port in the place of `{port}`."""
    return _text(table(secrets, "auth").get("redirect_uri"))


def _check_redirect_uri(uri: str) -> None:
    parts = parse_url(uri.replace("{port}", "8501"))
    safe = parts is not None and (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    )
    if parts is None or not safe or not parts.path.endswith("/oauth2callback"):
        raise SettingsError(
            "auth.redirect_uri in secrets.toml must be the https:// address of this dashboard followed by "
            "/oauth2callback (http:// is accepted for localhost only)."
        )


def _check_cookie_secret(secret: str) -> None:
    printed = "|".join(r"[\W_]*".join(text.split()) for text in PRINTED)
    own = re.sub(printed, "", secret, flags=re.IGNORECASE)
    # The documents print the command as well, and some will copy it instead of what it prints.
    if "token_urlsafe" in own or len(own) < LEAST or len(set(own)) < LEAST_DIFFERENT:
        raise SettingsError(
            f"auth.cookie_secret in secrets.toml must be random, at least {LEAST} characters long and known to "
            f"nobody; make one with: {COMMAND}"
        )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
