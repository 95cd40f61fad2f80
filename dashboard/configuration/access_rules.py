"""Who may enter, and as what: rules that name addresses, domains or groups."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dashboard.configuration import checks
from dashboard.configuration.checks import SettingsError

RULES, OPERATORS, VIEWERS = "CATENA_ACCESS", "CATENA_OPERATORS", "CATENA_VIEWERS"
NAMES = (RULES, OPERATORS, VIEWERS)
"""The settings that hold the rules, in the order in which they count."""
GROUP = "group:"
KEYS = ("who", "role", "fleet_refs")
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@dataclass(frozen=True, slots=True)
class AccessRule:
    """One rule. Of several that name somebody, the first counts."""

    who: frozenset[str]
    """Addresses (`ann@example.com`), domains (`@example.com`), both in lower case, and groups (`group:Name`)."""
    role: Literal["operator", "viewer"]
    fleet_refs: frozenset[str] | None = None
    """Limits the role to the fleets of these references; None: all fleets."""


def read(environ: Mapping[str, str], secrets: Mapping[str, object]) -> tuple[AccessRule, ...]:
    """The rules as the environment and secrets.toml give them, in the order in which they count; () without any.

    Raises `SettingsError`.
    """
    section = checks.table(secrets, "catena")
    rules = [_rule(number, given) for number, given in enumerate(_tables(environ, section), 1)]
    operators, viewers = (
        _short_list(name, checks.given(environ, section, name)) for name in (OPERATORS, VIEWERS)
    )
    if operators:
        rules.append(AccessRule(operators, "operator"))
    if viewers:
        rules.append(AccessRule(viewers, "viewer"))
    return tuple(rules)


def lower(address: str) -> str:
    """An address as rules hold it.

    Only A to Z are made small. All that Unicode knows of case and likeness would make one address of two: a Kelvin
    sign becomes a k.
    """
    return address.translate(_LOWER)


def is_address(text: str) -> bool:
    """Whether a text is exactly one e-mail address, without a display name or anything else around it."""
    return (
        len(text) <= 254
        and text.isprintable()
        and re.fullmatch(r"[^@\s,;:<>()\[\]\"\\]+@[^@\s,;:<>()\[\]\"\\]+", text) is not None
    )


def _tables(environ: Mapping[str, str], section: Mapping[str, object]) -> list[object]:
    """What `CATENA_ACCESS` holds, rule by rule; as text it is JSON."""
    content = (environ.get(RULES) or "").strip() or section.get(RULES, [])
    if isinstance(content, str):
        try:
            content = json.loads(content)
        except (ValueError, RecursionError):
            content = None
    if not isinstance(content, list):
        raise SettingsError(
            f"{RULES} must be a list of rules: in secrets.toml a line [[catena.{RULES}]] for each, and its values "
            'below; in the environment JSON, such as [{"who": ["@example.com"], "role": "viewer"}].'
        )
    return content


def _rule(number: int, given: object) -> AccessRule:
    place = f"{RULES}, rule {number}"
    if not isinstance(given, Mapping):
        raise SettingsError(f"{place}: it must have the keys who and role; correct it.")
    # A limit that is misspelt and passed over would let somebody see everything.
    if not all(key in KEYS for key in given):
        raise SettingsError(
            f"{place}: it may only have the keys {', '.join(KEYS)}; remove or correct the others."
        )
    who = _texts(given.get("who"))
    if not who or not all(map(_names_somebody, who)):
        raise SettingsError(
            f"{place}: who must be a list of e-mail addresses, @domains or group:Name, each a text in quotes; "
            "correct it."
        )
    role = given.get("role")
    if role not in ("operator", "viewer"):
        raise SettingsError(f"{place}: role must be operator or viewer; correct it.")
    refs = None
    if "fleet_refs" in given:
        refs = _texts(given["fleet_refs"])
        if not refs:
            raise SettingsError(
                f"{place}: fleet_refs must be a list of fleet references, each a text in quotes; leave it out for "
                "all fleets."
            )
    return AccessRule(
        frozenset(map(_entry, who)),
        "operator" if role == "operator" else "viewer",
        None if refs is None else frozenset(refs),
    )


def _short_list(name: str, raw: str) -> frozenset[str]:
    entries = [entry.strip() for entry in raw.split(",") if entry.strip()]
    if not all(map(_names_somebody, entries)):
        raise SettingsError(
            f"{name} must list e-mail addresses, @domains or group:Name, separated by commas; correct it."
        )
    return frozenset(map(_entry, entries))


def _names_somebody(entry: str) -> bool:
    if entry.startswith(GROUP):
        return entry.isprintable() and bool(entry.removeprefix(GROUP).strip())
    return is_address(f"x{entry}" if entry.startswith("@") else entry) and "." in entry.rpartition("@")[2]


def _entry(text: str) -> str:
    if text.startswith(GROUP):
        return GROUP + text.removeprefix(GROUP).strip()
    return lower(text)


def _texts(content: object) -> list[str] | None:
    """A list of texts without blanks around them; None for anything else, and for a blank one in it."""
    if not isinstance(content, list) or not all(isinstance(text, str) and text.strip() for text in content):
        return None
    return [text.strip() for text in content]
