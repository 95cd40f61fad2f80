"""What an invitation may contain, checked before anything is sent.

The rules are those of the API's ``InvitationCreate`` model. Two of its limits are unknown, and ours until
somebody finds out: the length of ``fleet_ref`` (we allow 200 characters) and the value ``limit_tsps`` wants
(slug, source name or id: the caller sends the kind that the settings name).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from catena_client import InvitationCreate, ValidationFailed
from dashboard.configuration.checks import MAX_HOURS, MAX_URL, MIN_HOURS, parse_url
from dashboard.invitations.permissions import BUNDLES

MAX_FLEET_REF = 200
MAX_TEXT = 200


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An invitation as typed: every field text, nothing trimmed or checked yet."""

    fleet_ref: str = ""
    fleet_name: str = ""
    fleet_email: str = ""
    fleet_phone: str = ""
    fleet_regulatory_id: str = ""
    fleet_regulatory_id_type: str = ""
    fleet_website: str = ""
    fleet_country_code: str = ""
    success_redirect_url: str = ""
    failure_redirect_url: str = ""
    callback_url: str = ""
    limit_tsps: tuple[str, ...] = ()
    permissions: str = "map"
    expires_in_hours: str = "24"


FIELDS = tuple(field.name for field in fields(Draft))
Problems = dict[str, str]


@dataclass(frozen=True)
class Checked:
    """A draft that was checked: either problems by field, or what to send."""

    problems: Problems
    create: InvitationCreate | None


def check(draft: Draft) -> Checked:
    """Check every rule. Problems are one sentence per field, in the order of the form."""
    draft = trimmed(draft)
    problems: Problems = {}
    for name, rule in _RULES.items():
        if problem := rule(getattr(draft, name)):
            problems[name] = problem
    if draft.fleet_regulatory_id and not draft.fleet_regulatory_id_type:
        problems["fleet_regulatory_id_type"] = "Say what kind of number this is, for example DOT or MC."
    elif draft.fleet_regulatory_id_type and not draft.fleet_regulatory_id:
        problems["fleet_regulatory_id"] = (
            "A type is chosen but the number is missing: write it, or clear the type."
        )
    if problems:
        return Checked({name: problems[name] for name in FIELDS if name in problems}, None)
    values: dict[str, Any] = {name: value for name in FIELDS if (value := getattr(draft, name))}
    values["expires_in_hours"] = int(draft.expires_in_hours)
    values["permissions"] = BUNDLES[draft.permissions].permissions
    if draft.limit_tsps:
        values["limit_tsps"] = list(draft.limit_tsps)
    if draft.fleet_country_code:
        values["fleet_country_code"] = draft.fleet_country_code.upper()
    return Checked({}, InvitationCreate(**values))


def trimmed(draft: Draft) -> Draft:
    """Return the draft without blanks around its values; whole hours may be written as ``24.0``."""
    texts = {name: getattr(draft, name).strip() for name in FIELDS if name != "limit_tsps"}
    texts["expires_in_hours"] = re.sub(r"\.0+$", "", texts["expires_in_hours"])
    chosen = tuple(dict.fromkeys(value.strip() for value in draft.limit_tsps if value.strip()))
    return replace(draft, **texts, limit_tsps=chosen)


def problems_from_api(error: ValidationFailed) -> Problems:
    """Map the API's own objections to our fields; what belongs to none of them is under ``""``.

    A path looks like ``body.fleet_email`` or ``fleet_email``; the deprecated ``partner_provided_*`` twins count as
    the field they mirror. The offending input is not repeated.
    """
    problems: Problems = {}
    for path, _input, message, _type in error.problems:
        words = re.findall(r"\w+", path or "")
        name = next((w for word in words if (w := word.removeprefix("partner_provided_")) in FIELDS), "")
        sentence = f"Catena refused this: {(message or 'no reason given').rstrip('.')}."
        problems[name] = f"{problems[name]} {sentence}" if name in problems else sentence
    return problems or {"": "Catena refused this invitation without naming a field."}


def _unreadable(text: str) -> str:
    """Say what is wrong with the characters of a text, or nothing."""
    for character in text:
        category = unicodedata.category(character)
        if category in {"Cc", "Zl", "Zp", "Cs"}:
            return "Remove the line breaks, tabs or other control characters."
        if unicodedata.bidirectional(character) in {
            "LRE",
            "RLE",
            "LRO",
            "RLO",
            "PDF",
            "LRI",
            "RLI",
            "FSI",
            "PDI",
        }:
            return "Remove the invisible characters that turn the direction of the text around."
    return ""


def _fleet_ref(text: str) -> str:
    if not text:
        return "Write a fleet reference: your own number or name for this fleet."
    if len(text) > MAX_FLEET_REF:
        return f"Shorten the reference to {MAX_FLEET_REF} characters; it has {len(text)}."
    return _unreadable(text)


def _fleet_name(text: str) -> str:
    if len(text) > MAX_TEXT:
        return f"Shorten the name to {MAX_TEXT} characters; it has {len(text)}."
    if all(character == " " or unicodedata.category(character)[0] in "LNM" for character in text):
        return ""
    return "Use only letters, digits and spaces in the name."


def _email(text: str) -> str:
    if not text or (len(text) <= 254 and re.fullmatch(r"[^\s@<>\"(),;:]{1,64}@[\w-]+(\.[\w-]+)+", text)):
        return ""
    return "Write one e-mail address, for example dispatch@example.com."


def _phone(text: str) -> str:
    if not text:
        return ""
    digits = re.sub(r"\D", "", text)
    if re.fullmatch(r"\+?[\d ().\-/]+", text) and 7 <= len(digits) <= 15 and digits.isascii():
        return ""
    return "Write the number with its country code, for example +1 312 555 0142."


def _text(text: str) -> str:
    if len(text) > MAX_TEXT:
        return f"Shorten this to {MAX_TEXT} characters; it has {len(text)}."
    return _unreadable(text)


def _url(text: str, schemes: tuple[str, ...] = ("https", "http")) -> str:
    if not text:
        return ""
    if len(text) > MAX_URL:
        return f"Shorten the address to {MAX_URL} characters; it has {len(text)}."
    parts = parse_url(text)
    if (
        parts is None
        or parts.scheme not in ("https", "http")
        or re.search(r"[<>\"]", text)
        or _unreadable(text)
    ):
        return "This is not a web address; write one like https://example.com/thanks."
    if parts.scheme not in schemes:
        return "This address must start with https://, because Catena sends data to it."
    return ""


def _callback(text: str) -> str:
    return _url(text, ("https",))


def _country(text: str) -> str:
    if not text or re.fullmatch(r"[A-Za-z]{3}", text):
        return ""
    return "Write the country as three letters, for example USA, CAN or MEX."


def _hours(text: str) -> str:
    if re.fullmatch(r"[0-9]{1,6}", text) and MIN_HOURS <= int(text) <= MAX_HOURS:
        return ""
    return f"Write a whole number of hours from {MIN_HOURS} to {MAX_HOURS} (28 days)."


def _tsps(chosen: Iterable[str]) -> str:
    return "Remove the provider that is not a plain name." if any(_text(value) for value in chosen) else ""


def _bundle(key: str) -> str:
    return "" if key in BUNDLES else f"Choose one of: {', '.join(BUNDLES)}."


_RULES: dict[str, Callable[[Any], str]] = {
    "fleet_ref": _fleet_ref,
    "fleet_name": _fleet_name,
    "fleet_email": _email,
    "fleet_phone": _phone,
    "fleet_regulatory_id": _text,
    "fleet_regulatory_id_type": _text,
    "fleet_website": _url,
    "fleet_country_code": _country,
    "success_redirect_url": _url,
    "failure_redirect_url": _url,
    "callback_url": _callback,
    "limit_tsps": _tsps,
    "permissions": _bundle,
    "expires_in_hours": _hours,
}
