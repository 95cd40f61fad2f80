"""How each kind of setting is read from text; a wrong one raises a sentence that names it and says what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from catena_client import Secret
from sandbox.config import MIN_JOIN_SECONDS
from sandbox.world.corridors import CITIES, city_number

Network = IPv4Network | IPv6Network

PRINTED = ("a long random text", "at least 12 characters")
"""What our documents and pages once showed in the place of a secret: everybody knows it."""
MAX_URL = 2083
"""The longest address that the API takes."""
MIN_HOURS, MAX_HOURS = 1, 672
"""How long an invitation may be valid, as the API allows."""


class SettingsError(ValueError):
    """A setting has a value that cannot be used; the text says which and what to do, never the value of a secret."""


def text(name: str, raw: str) -> str:
    """One line of printable text, at most 200 characters."""
    if not raw.isprintable() or len(raw) > 200:
        raise SettingsError(f"{name} must be one line of at most 200 printable characters; copy it again.")
    return raw


def secret(name: str, raw: str) -> Secret:
    """Printable text that is not shown anywhere."""
    if not raw.isprintable():
        raise SettingsError(
            f"{name} contains characters that cannot be part of it; copy it again without line breaks."
        )
    return Secret(raw)


def webhook_secret(name: str, raw: str) -> Secret:
    """A secret of the length that Catena asks of webhooks."""
    if len(raw) < 12 or raw in PRINTED:
        raise SettingsError(f"{name} must be random, with at least 12 characters.")
    return secret(name, raw)


def redis_key(name: str, raw: str) -> Secret:
    """A secret that what is kept in a Redis is encrypted with."""
    if len(raw) < 32 or len(set(raw)) < 10:
        raise SettingsError(
            f"{name} must be random, with at least 32 characters: openssl rand -base64 32 makes one."
        )
    return secret(name, raw)


def service_url(name: str, raw: str) -> str:
    """The base URL of a service: https, or http on this machine; without a slash at the end."""
    parts = parse_url(raw)
    if parts is None or parts.username or parts.query or parts.fragment:
        raise SettingsError(
            f"{name} must be a plain URL such as https://api.example.com, without user, query or fragment."
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise SettingsError(f"{name} must start with https:// (http:// is accepted for localhost only).")
    return raw.rstrip("/")


def redis_url(name: str, raw: str) -> Secret:
    """The address of a Redis; hidden, since a password may be in it."""
    try:
        parts = urlsplit(raw)
        sound = parts.scheme in {"redis", "rediss"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or not raw.isprintable():
        raise SettingsError(
            f"{name} must be the address of a Redis, such as redis://redis.example.com:6379/0, or rediss:// for TLS."
        )
    return Secret(raw)


def page_url(name: str, raw: str) -> str:
    """An http or https address of a page, at most `MAX_URL` characters."""
    parts = parse_url(raw)
    if parts is None or parts.scheme not in {"http", "https"} or len(raw) > MAX_URL:
        raise SettingsError(
            f"{name} must be the http:// or https:// address of a page, at most {MAX_URL} characters long."
        )
    return raw


def seconds(name: str, raw: str) -> float:
    """A number of seconds from 2 to 3600."""
    try:
        number = float(raw)
    except ValueError:
        number = 0.0
    if not 2 <= number <= 3600:
        raise SettingsError(f"{name} must be a number of seconds from 2 to 3600, such as 15.")
    return number


def hours(name: str, raw: str) -> int:
    """Whole hours from `MIN_HOURS` to `MAX_HOURS`."""
    if not re.fullmatch(r"[0-9]{1,3}", raw) or not MIN_HOURS <= int(raw) <= MAX_HOURS:
        raise SettingsError(f"{name} must be a whole number of hours from {MIN_HOURS} to {MAX_HOURS}.")
    return int(raw)


def whole(least: int, most: int) -> Callable[[str, str], int]:
    """A whole number within limits."""

    def check(name: str, raw: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", raw) or not least <= int(raw) <= most:
            raise SettingsError(f"{name} must be a whole number from {least} to {most}.")
        return int(raw)

    return check


def networks(name: str, raw: str) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas."""
    try:
        return tuple(ip_network(entry.strip()) for entry in raw.split(",") if entry.strip())
    except ValueError:
        raise SettingsError(
            f"{name} must list addresses or networks such as 10.0.0.0/8, separated by commas."
        ) from None


def origins(name: str, raw: str) -> tuple[str, ...]:
    """Origins such as https://intranet.example.com, separated by commas."""
    entries = tuple(entry.strip().rstrip("/").lower() for entry in raw.split(",") if entry.strip())
    if not all(re.fullmatch(r"https://[a-z0-9.-]+(:[0-9]{1,5})?", entry) for entry in entries):
        raise SettingsError(
            f"{name} must list https:// origins such as https://intranet.example.com, separated by commas."
        )
    return entries


def listening(name: str, raw: str) -> tuple[str, int]:
    """An address and a port to listen at: a port alone is one of this machine, for itself."""
    match = re.fullmatch(r"(?:([0-9.]+|\[[0-9a-fA-F:]+\]):)?([0-9]{1,5})", raw)
    try:
        address = str(ip_address((match[1] or "127.0.0.1").strip("[]"))) if match else ""
    except ValueError:
        address = ""
    if match is None or not address or not 1 <= int(match[2]) <= 65535:
        raise SettingsError(
            f"{name} must be a port such as 9464, or an address and a port such as 0.0.0.0:9464."
        )
    return address, int(match[2])


def colour(name: str, raw: str) -> str:
    """A colour such as #0b6e6e."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", raw):
        raise SettingsError(
            f"{name} must be a colour written as # and six hexadecimal digits, such as #0b6e6e."
        )
    return raw.lower()


def folder(name: str, raw: str) -> Path:
    """A folder's path, `~` for the home of this process's user."""
    return Path(text(name, raw)).expanduser().absolute()


def one_of(*choices: str) -> Callable[[str, str], str]:
    """One of a few words."""

    def check(name: str, raw: str) -> str:
        if raw not in choices:
            raise SettingsError(f"{name} must be one of: {', '.join(choices)}.")
        return raw

    return check


def simulated_city(name: str, raw: str) -> str:
    """A city that the simulated vehicles can be put into."""
    try:
        return CITIES[city_number(raw)].city
    except ValueError:
        raise SettingsError(f"{name} must be one of: {', '.join(city.city for city in CITIES)}.") from None


def simulated_joins(name: str, raw: str) -> int:
    """Whole seconds between two fleets that join: `MIN_JOIN_SECONDS` or more, or 0."""
    if not re.fullmatch(r"[0-9]{1,6}", raw) or 0 < int(raw) < MIN_JOIN_SECONDS:
        raise SettingsError(
            f"{name} must be a whole number of seconds, at least {MIN_JOIN_SECONDS}, such as 60, or 0 for off."
        )
    return int(raw)


def claim(name: str, raw: str) -> str:
    """The name of a claim in an identity token: printable text without blanks."""
    if not raw.isprintable() or " " in raw or len(raw) > 200:
        raise SettingsError(f"{name} must be the name of a claim, such as groups, without blanks.")
    return raw


def parse_url(raw: str) -> SplitResult | None:
    """The parts of a URL, None when it has no host or cannot be one."""
    try:
        parts = urlsplit(raw)
        parts.port  # noqa: B018 - an invalid port raises here
    except ValueError:
        return None
    return parts if parts.hostname and not re.search(r"\s", raw) else None


def table(section: Mapping[str, object], name: str) -> Mapping[str, object]:
    """A section of secrets.toml, empty when it is not there."""
    content = section.get(name, {})
    if not isinstance(content, Mapping):
        raise SettingsError(f"{name} in secrets.toml must be a table: a line [{name}], and its values below.")
    return content


def given(environ: Mapping[str, str], section: Mapping[str, object], name: str) -> str:
    """A setting as text, empty when it is not there: the environment wins over the section `[catena]`."""
    if text := (environ.get(name) or "").strip():
        return text
    content = section.get(name, "")
    if not isinstance(content, str | int | float):
        raise SettingsError(f"{name} in secrets.toml must be one text in quotes, or a number.")
    return str(content).strip()


def is_loopback(host: str) -> bool:
    """Whether a host name or address, an IPv6 one with or without brackets, means this very machine."""
    if host.casefold().rstrip(".") == "localhost":
        return True
    try:
        address = ip_address(host[1:-1] if host.startswith("[") and host.endswith("]") else host)
    except ValueError:
        return False
    # A socket for both kinds of addresses names IPv4 callers so; Python calls them loopback only since 3.13.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
