"""From the bytes of a CSV file to its records, numbered as a spreadsheet shows them."""

import csv
import io
from collections.abc import Iterable


class UnreadableFile(ValueError):
    """The file as a whole cannot be used; the text says why and what to do."""


def decoded(data: bytes) -> tuple[str, list[str]]:
    """Decode as what spreadsheets write: UTF-8 or UTF-16 with a mark, UTF-8, Windows-1252; with notes about doubts.

    Raises `UnreadableFile`.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _or_unreadable(data, "utf-16"), []
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return _or_unreadable(data, "cp1252"), [
            "The file was read as Windows-1252 text; check the special characters."
        ]


def records(text: str) -> tuple[list[str], dict[int, list[str]]]:
    """Split into the heading, which is the first record that says anything, and the records below it by their number.

    They are numbered as a spreadsheet does, from 1 on, with those above the heading. The separator is the one that the
    heading uses most. Raises `UnreadableFile`.
    """
    first = text.lstrip("\r\n").partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        found = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        raise UnreadableFile("The file is not CSV. Save it as “CSV UTF-8” and try again.") from None
    for number, record in enumerate(found, 1):
        if filled(record):
            return record, dict(enumerate(found[number:], number + 1))
    raise UnreadableFile("The file is empty. Download the template and fill it in.")


def filled(record: Iterable[str]) -> bool:
    """Return whether any cell says something."""
    return any(cell.strip() for cell in record)


def _or_unreadable(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableFile("The file is not text. Save it as “CSV UTF-8” and try again.") from None
