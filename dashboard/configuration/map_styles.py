"""The maps that a viewer can have under the vehicles: the built-in one, and hosted ones by their styles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from dashboard.configuration.checks import SettingsError, is_loopback, parse_url

CARTO = "basemaps.cartocdn.com"
"""The style, and on hosts below it tiles, fonts and signs."""
NONE = "none"
MOST_NAME = 30


@dataclass(frozen=True, slots=True)
class Basemap:
    """One of them."""

    name: str
    light: str = ""
    """Address of the style; "" for the built-in map, `carto` for CARTO's."""
    dark: str = ""
    """The same in the dark theme."""
    hosts: tuple[str, ...] = ()
    """Origins that a browser asks for it, as in a Content-Security-Policy."""

    @property
    def key(self) -> str:
        """What a link calls it."""
        return self.name.casefold()


PLAIN = Basemap("Plain")
FREE = "https://tiles.openfreemap.org"
STREETS = Basemap("Streets", f"{FREE}/styles/positron", f"{FREE}/styles/dark", (FREE,))
"""Without key or registration; its tiles, fonts and signs are on the same host."""


def read(name: str, raw: str) -> tuple[Basemap, ...]:
    """Hosted maps such as `Streets=https://…, Satellite=https://…`; a second address is for the dark theme."""
    if raw.casefold() == NONE:
        return ()
    found: list[Basemap] = []
    for entry in filter(None, (part.strip() for part in raw.split(","))):
        title, _, addresses = (part.strip() for part in entry.partition("="))
        styles = addresses.split()
        if not title or len(title) > MOST_NAME or not title.isprintable() or not 1 <= len(styles) <= 2:
            raise SettingsError(f"{name} must be written as Streets=https://…, Satellite=https://…, or none.")
        hosts = tuple(dict.fromkeys(_origin(name, style) for style in styles))
        found.append(Basemap(title, styles[0], styles[-1], hosts))
    keys = [one.key for one in (PLAIN, *found)]
    if len(set(keys)) < len(keys):
        raise SettingsError(f"{name} must give each map a name of its own; Plain is the built-in one.")
    return tuple(found)


def hosts(name: str, raw: str) -> tuple[str, ...]:
    """Hosts such as tiles.example.com or *.example.com, separated by commas, as origins."""
    entries = [entry.strip().lower() for entry in raw.split(",") if entry.strip()]
    if not all(re.fullmatch(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]{1,5})?", entry) for entry in entries):
        raise SettingsError(
            f"{name} must list hosts such as tiles.example.com or *.example.com, separated by commas."
        )
    return tuple(f"https://{entry}" for entry in entries)


def choices(setting: str, named: Sequence[Basemap]) -> tuple[tuple[Basemap, ...], Basemap]:
    """All that a viewer can choose from, and which of it is there at first.

    `setting` is CATENA_BASEMAP: empty, one of the names, `carto`, or the address of a style. Raises `SettingsError`.
    """
    offered = (PLAIN, *named)
    usual = next((one for one in offered if one.key == (setting or PLAIN.name).casefold()), None)
    if usual is None:
        usual = _unnamed(setting)
        offered = (*offered, usual)
    return offered, usual


def _unnamed(setting: str) -> Basemap:
    if setting == "carto":
        return Basemap("CARTO", "carto", "carto", (f"https://{CARTO}", f"https://*.{CARTO}"))
    if "://" not in setting:
        raise SettingsError(
            "CATENA_BASEMAP must be empty, Plain, a name from CATENA_BASEMAPS, carto, or the https:// URL of a map "
            "style."
        )
    origin, host = _origin("CATENA_BASEMAP", setting), urlsplit(setting).netloc
    local = is_loopback(urlsplit(setting).hostname or "")
    return Basemap(host, setting, setting, (origin,) if local else (origin, f"https://*.{host}"))


def _origin(name: str, style: str) -> str:
    """The origin of a style's address: https, or http on this machine."""
    parts = parse_url(style)
    local = parts is not None and is_loopback(parts.hostname or "")
    if parts is None or parts.username or not (parts.scheme == "https" or (local and parts.scheme == "http")):
        raise SettingsError(
            f"{name} must name a map style by its https:// URL (http:// is accepted for localhost only)."
        )
    # It goes into a header of each answer, where a sign of another kind would end it, or all answers.
    if not re.fullmatch(r"[A-Za-z0-9._:\[\]-]+", parts.netloc):
        raise SettingsError(
            f"{name} names a host that cannot be one; copy the address again (xn--… where it has other letters)."
        )
    return f"{parts.scheme}://{parts.netloc}"
