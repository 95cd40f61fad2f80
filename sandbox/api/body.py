"""Reading and checking JSON bodies: every problem is collected and answered with one 422."""

import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request

from sandbox.api.errors import ApiError, Problem
from sandbox.api.query import is_uuid, parse_time
from sandbox.contract import RESOURCES

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{5,24}")
# Problem text and type, or None where the value is good.
Verdict = tuple[str, str] | None
Check = Callable[[Any], Verdict]


async def read_object(request: Request) -> dict[str, Any]:
    """Return the body as an object; 422 for anything else."""
    raw = await request.body()
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ApiError(422, [Problem("body", "", "JSON decode error", "json_invalid")]) from None
    if not isinstance(body, dict):
        raise ApiError(422, [Problem("body", shown(body), "Input should be a valid dictionary", "dict_type")])
    return body


def shown(value: object) -> str:
    """Return a value as the text that a problem's `input` carries."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def text(value: object) -> Verdict:
    """Accept text."""
    return None if isinstance(value, str) else ("Input should be a valid string", "string_type")


def filled(value: object) -> Verdict:
    """Accept text with at least one visible character and no control characters."""
    if not isinstance(value, str):
        return text(value)
    if not value.strip() or any(ord(c) < 32 or ord(c) == 127 for c in value):
        return "Value error, must not be blank or hold control characters", "value_error"
    return None


def matching(pattern: str, message: str) -> Check:
    """Accept text that a pattern matches as a whole."""
    compiled = re.compile(pattern)

    def check(value: object) -> Verdict:
        if not isinstance(value, str):
            return text(value)
        return None if compiled.fullmatch(value) else (message, "string_pattern_mismatch")

    return check


def uri(value: object, *schemes: str) -> Verdict:
    """Accept an absolute http(s) address of 1 to 2083 characters."""
    if not isinstance(value, str):
        return "URL input should be a string or URL", "url_type"
    try:
        parts = urlsplit(value)
        good = parts.scheme in (schemes or ("http", "https")) and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        good = False
    if not good or not 1 <= len(value) <= 2083 or re.search(r"[\s\x00-\x1f]", value):
        return "Input should be a valid URL", "url_parsing"
    return None


def https(value: object) -> Verdict:
    """Accept an https address."""
    return None if uri(value, "https") is None else ("Value error, must be an https URL", "value_error")


def texts(value: object) -> Verdict:
    """Accept a list of texts."""
    good = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return None if good else ("Input should be a valid list of strings", "list_type")


def uuids(value: object) -> Verdict:
    """Accept a list of ids."""
    good = isinstance(value, list) and all(isinstance(item, str) and is_uuid(item) for item in value)
    return None if good else ("Input should be a valid list of UUIDs", "list_type")


def time(value: object) -> Verdict:
    """Accept an ISO 8601 time."""
    good = isinstance(value, str) and parse_time(value) is not None
    return None if good else ("Input should be a valid datetime", "datetime_parsing")


def permissions(value: object) -> Verdict:
    """Accept a map from resource to share level."""
    if not isinstance(value, dict):
        return "Input should be a valid dictionary", "dict_type"
    for name, level in value.items():
        if name not in RESOURCES:
            return f"Input should be a known resource, not '{name}'", "enum"
        if level not in ("read", "read_write"):
            return "Input should be 'read' or 'read_write'", "enum"
    return None


def integer(low: int, high: int) -> Check:
    """Accept an integer within bounds."""

    def check(value: object) -> Verdict:
        if isinstance(value, bool) or not isinstance(value, int):
            return "Input should be a valid integer", "int_type"
        if value < low:
            return f"Input should be greater than or equal to {low}", "greater_than_equal"
        return (f"Input should be less than or equal to {high}", "less_than_equal") if value > high else None

    return check


def choice(allowed: Sequence[str]) -> Check:
    """Accept one value of an enumeration."""

    def check(value: object) -> Verdict:
        return None if value in allowed else ("Input should be a known value", "enum")

    return check


EMAIL: Check = matching(_EMAIL.pattern, "value is not a valid email address")
PHONE: Check = matching(_PHONE.pattern, "value is not a valid phone number")
COUNTRY: Check = matching(r"\w{3}", "String should match pattern '^\\w{3}$'")
PLAIN_NAME: Check = matching(r"[^\W_]+( +[^\W_]+)*", "Only letters, digits and spaces are allowed")


def problems_of(body: dict[str, Any], checks: dict[str, Check], required: Sequence[str]) -> list[Problem]:
    """Check the known fields of a body; a null counts as left out where the field is not required."""
    problems = [
        Problem(f"body.{name}", shown(body), "Field required", "missing")
        for name in required
        if name not in body
    ]
    for name, check in checks.items():
        value = body.get(name)
        if name not in body or (value is None and name not in required):
            continue
        verdict = check(value)
        if verdict:
            problems.append(Problem(f"body.{name}", shown(value), *verdict))
    return problems


def uuid(value: object) -> Verdict:
    """Accept an id."""
    good = isinstance(value, str) and is_uuid(value)
    return None if good else ("Input should be a valid UUID", "uuid_parsing")


def mapping(value: object) -> Verdict:
    """Accept an object."""
    return None if isinstance(value, dict) else ("Input should be a valid dictionary", "dict_type")
