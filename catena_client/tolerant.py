"""What an answer off the contract still tells: row by row, and a bad row field by field.

A field without a default is one that a row cannot stand without. Any other that was sent in a form that cannot be
read becomes its default, which means unknown.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final, Generic, TypeVar, get_args, get_origin

import msgspec

from catena_client.models.base import NonNegativeInt, Page, in_utc
from catena_client.secret import Secret

R = TypeVar("R")

_GARBLED: Final = object()
"""In the place of a text or number that no Python value holds."""

DECODE_ERRORS: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What a decoder raises."""


class UnreadableValue(ValueError):
    """It cannot be read as what it should be."""


class _Frame(msgspec.Struct, Generic[R]):
    """A page whose parts are not looked at yet."""

    items: list[R]
    total: R = None  # type: ignore[assignment]  # msgspec takes a Raw in no union
    next_page: str | None = None


@dataclass
class UnreadableCounts:
    """What could not be read."""

    rows: int = 0
    """Entries that are left out."""
    fields: Counter[str] = field(default_factory=Counter)
    """Field to the number of rows in which it is unknown."""


@cache
def decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    """Return the one decoder of a type: making it costs more than decoding a page."""
    return msgspec.json.Decoder[Any](kind, dec_hook=_own_types)


def salvage(content: bytes, kind: Any) -> tuple[Any, UnreadableCounts]:
    """Read a model, a list or a page of models that the typed decoder refused.

    Raises json.JSONDecodeError where it is no JSON at all, RecursionError where it is nested too deeply, ValueError
    or msgspec.ValidationError where it is something else, or lacks what it cannot stand without.
    """
    counts = UnreadableCounts()
    origin = get_origin(kind)
    if origin is list:
        return _rows(_parts(content, list[msgspec.Raw], list[Any]), get_args(kind)[0], counts), counts
    if origin is not Page:
        return _struct(_load(content), kind, counts.fields), counts
    frame = _parts(content, _Frame[msgspec.Raw], _Frame[Any])
    rows = _rows(frame.items, get_args(kind)[0], counts)
    try:
        total, _ = _value(_loaded(frame.total), NonNegativeInt | None)
    except UnreadableValue:
        total = None
    page = Page(
        items=rows,
        total=total,
        next_page=frame.next_page,
        unreadable=counts.rows,
        unreadable_fields=dict(counts.fields),
    )
    return page, counts


def _parts(content: bytes, raw: Any, loaded: Any) -> Any:
    """Return the parts as msgspec cuts them up, or as the standard library reads them."""
    try:
        return msgspec.json.decode(content, type=raw)
    except msgspec.ValidationError:
        raise
    except DECODE_ERRORS:
        return msgspec.convert(_load(content), loaded)


def _rows(parts: Iterable[object], kind: Any, counts: UnreadableCounts) -> list[Any]:
    rows = []
    for part in parts:
        fields: Counter[str] = Counter()
        try:
            rows.append(_row(part, kind, fields))
        except UnreadableValue:
            counts.rows += 1
        else:
            counts.fields += fields
    return rows


def _row(part: object, kind: Any, counts: Counter[str]) -> Any:
    if isinstance(part, msgspec.Raw):
        try:
            return decoder(kind).decode(part)
        except DECODE_ERRORS:
            pass
    return _struct(_loaded(part), kind, counts)


def _struct(value: object, kind: Any, counts: Counter[str]) -> Any:
    if not isinstance(value, dict):
        raise UnreadableValue("it is no object")
    known = {}
    for name, key, form in _fields(kind):
        if key in value:
            try:
                known[name], complete = _value(value[key], form)
            except UnreadableValue:
                complete = False
            if not complete:
                counts[name] += 1
    try:
        return kind(**known)
    except (TypeError, ValueError):
        raise UnreadableValue("it lacks what it cannot stand without") from None


def _value(value: object, form: Any) -> tuple[Any, bool]:
    """Return a value as its type, and whether all of it could be read."""
    if value is _GARBLED:
        raise UnreadableValue
    plain = _blanked(value)
    try:
        read = msgspec.convert(plain, form, dec_hook=_own_types)
        if isinstance(read, datetime):
            in_utc(read)
    except (msgspec.ValidationError, ValueError):
        nested = _struct_of(form)
        if nested is None:
            raise UnreadableValue from None
        return _struct(value, nested, Counter()), False
    return read, plain == value


@cache
def _fields(kind: Any) -> list[tuple[str, str, Any]]:
    return [(field.name, field.encode_name, field.type) for field in msgspec.structs.fields(kind)]


def _struct_of(form: Any) -> Any:
    """Return the struct that a type is or may be, or None."""
    parts = (form, *get_args(form))
    return next((part for part in parts if isinstance(part, type) and issubclass(part, msgspec.Struct)), None)


def _load(content: bytes) -> object:
    """Read JSON with the standard library, which takes what msgspec refuses in one text or number of it."""
    text = content.decode("utf-8", "surrogateescape")
    return _marked(json.loads(text, parse_int=_whole_number, parse_constant=lambda _: _GARBLED))


def _loaded(part: object) -> object:
    return _load(bytes(part)) if isinstance(part, msgspec.Raw) else part


def _whole_number(text: str) -> object:
    try:
        return int(text)
    except ValueError:  # thousands of digits
        return _GARBLED


def _marked(value: object) -> object:
    """Put the mark in the place of lone surrogates, bytes that are no UTF-8, and numbers that are not finite."""
    match value:
        case str():
            return value if _is_text(value) else _GARBLED
        case float():
            return value if math.isfinite(value) else _GARBLED
        case list():
            return [_marked(item) for item in value]
        case dict():
            return {name: _marked(item) for name, item in value.items() if _is_text(name)}
        case _:
            return value


def _blanked(value: object) -> object:
    """Replace marks by null: inside of what may be anything (a location), the rest still tells something."""
    match value:
        case list():
            return [_blanked(item) for item in value]
        case dict():
            return {name: _blanked(item) for name, item in value.items()}
        case _:
            return None if value is _GARBLED else value


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _own_types(kind: type, value: object) -> object:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise TypeError(f"Expected `str`, got `{type(value).__name__}`")
