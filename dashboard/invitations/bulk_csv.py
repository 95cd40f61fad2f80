"""Many invitations as CSV: reading what spreadsheets write, a template, and a result that is safe to open."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from catena_client import InvitationCreate
from dashboard.invitations.csv_records import UnreadableFile, decoded, filled, records
from dashboard.invitations.rules import FIELDS, Draft, check

MAX_ROWS = 1000
MAX_BYTES = 8 * 1024 * 1024
DONE = ("created", "refreshed")
LOST_ANSWER = "unknown"
"""The result of a row that was sent and whose answer was lost."""
RESULT_COLUMNS = ("result", "message", "link", "expires")
BLANK = "the row is blank"
TOO_MANY_CELLS = (
    "It has more cells than the heading: put texts that contain the separator into double quotes."
)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A cell that starts with one of these, full-width forms included, may be run as a formula by a spreadsheet."""


@dataclass(frozen=True)
class BulkRow:
    """One line of the file: what to send, or why not."""

    number: int
    """As a spreadsheet counts, empty lines included."""
    cells: dict[str, str]
    """The known columns as read."""
    create: InvitationCreate | None
    problem: str = ""
    done: str = ""
    """``created``, ``refreshed`` or ``unknown`` when an uploaded result says that this row was sent before."""
    skipped: str = ""
    """Why there is nothing to send although nothing is wrong, as the end of a sentence."""
    beyond: tuple[str, ...] = ()
    """Cells to the right of the last column that the heading names."""


@dataclass(frozen=True)
class BulkFile:
    """A file that was read: its rows, and notes about what was taken how."""

    rows: tuple[BulkRow, ...]
    notes: tuple[str, ...] = ()

    @property
    def ready(self) -> list[BulkRow]:
        """The rows that can be sent."""
        return [row for row in self.rows if row.create is not None]


def read(
    data: bytes, defaults: Draft, known_tsps: Iterable[str] = (), fleet_refs: frozenset[str] | None = None
) -> BulkFile:
    """Read and check a file. Raises `UnreadableFile` when it is none of ours, or too large.

    Empty cells take the value of `defaults`. `known_tsps` are the provider names that may be written; none given
    means that they are not checked. `fleet_refs` are the references that may be invited; None: all.
    """
    if not data.strip():
        raise UnreadableFile("The file is empty. Download the template and fill it in.")
    lines = data.count(b"\n")
    if lines > 20 * MAX_ROWS or len(data) > MAX_BYTES:
        raise UnreadableFile(
            f"The file has about {lines:,} rows; at most {MAX_ROWS:,} can be sent at once. Split it."
        )
    text, notes = decoded(data)
    heading, rows = records(text)
    columns, ignored = _columns(heading)
    if ignored:
        notes.append(f"Columns that are not known were ignored: {', '.join(ignored)}.")
    _require_number(sum(filled(record) for record in rows.values()))
    checked: list[BulkRow] = []
    first_row: dict[str, int] = {}
    allowed = frozenset(known_tsps)
    for number, record in rows.items():
        cells = {name: unguarded(cell) for name, cell in zip(columns, record, strict=False) if name}
        if _is_blank(record, cells):
            row = BulkRow(number, {}, None, skipped=BLANK)
        elif filled(beyond := record[len(columns) :]):
            row = BulkRow(number, cells, None, TOO_MANY_CELLS, beyond=tuple(map(unguarded, beyond)))
        else:
            row = _checked(number, cells, defaults, allowed, fleet_refs)
        # One that is done has its reference too: what came with it again must not be sent after all.
        reference = (
            row.create.fleet_ref if row.create else cells.get("fleet_ref", "").strip() if row.done else ""
        )
        if reference:
            earlier = first_row.setdefault(reference, number)
            if earlier != number and row.create:
                row = replace(row, create=None, problem=f"Fleet reference: row {earlier} has the same one.")
        checked.append(row)
    return BulkFile(tuple(checked), tuple(notes))


def template() -> bytes:
    """Return a file to fill in, with one example, as Excel opens it correctly."""
    example = {
        "fleet_ref": "POLICY-4711",
        "fleet_name": "Example Haulage",
        "fleet_email": "dispatch@example.com",
        "fleet_country_code": "USA",
        "expires_in_hours": "168",
    }
    return _written(FIELDS, [[example.get(name, "") for name in FIELDS]])


def result(rows: Iterable[tuple[BulkRow, Mapping[str, str]]]) -> bytes:
    """Return the rows with their outcome (`RESULT_COLUMNS`). Uploading it again continues where it stopped."""
    rows = list(rows)
    used = [name for name in FIELDS if any(row.cells.get(name) for row, _ in rows)]
    header = [*used, *RESULT_COLUMNS]
    return _written(
        header,
        [
            [row.cells.get(name, "") for name in used]
            + [outcome.get(name, "") for name in RESULT_COLUMNS]
            + list(row.beyond)
            for row, outcome in rows
        ],
    )


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell


def unguarded(cell: str) -> str:
    """Undo `guarded`, so that a result can be uploaded again."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(DANGEROUS) else cell


def _checked(
    number: int,
    cells: dict[str, str],
    defaults: Draft,
    allowed: frozenset[str],
    fleet_refs: frozenset[str] | None,
) -> BulkRow:
    done = cells.get("result", "").strip().lower()
    values = {name: cells[name] for name in FIELDS if name != "limit_tsps" and cells.get(name, "").strip()}
    tsps = tuple(part for part in re.split(r"[|,; ]+", cells.get("limit_tsps", "")) if part)
    draft = replace(defaults, **values, limit_tsps=tsps or defaults.limit_tsps)
    draft = replace(draft, permissions=draft.permissions.strip().lower())
    outcome = check(draft)
    problems = [f"{name}: {sentence}" for name, sentence in outcome.problems.items()]
    if unknown := [tsp for tsp in tsps if allowed and tsp not in allowed]:
        problems.append(f"limit_tsps: there is no provider {', '.join(unknown)}.")
    if outcome.create and fleet_refs is not None and outcome.create.fleet_ref not in fleet_refs:
        problems.append("fleet_ref: you may not invite under this reference.")
    if problems:
        return BulkRow(number, cells, None, " ".join(problems))
    if done in DONE:
        return BulkRow(number, cells, None, done=done, skipped=f"it was {done} in an earlier run")
    if done == LOST_ANSWER:
        sentence = "It was sent before, and the answer was lost. Look at the fleet under Follow up; to send it again, "
        return BulkRow(number, cells, None, f"{sentence}empty its cell in the column “result”.", done)
    return BulkRow(number, cells, outcome.create)


def _require_number(rows: int) -> None:
    if rows > MAX_ROWS:
        raise UnreadableFile(
            f"The file has {rows:,} rows; at most {MAX_ROWS:,} can be sent at once. Split it."
        )
    if not rows:
        raise UnreadableFile("The file has a heading but no rows. Write one fleet per row.")


def _is_blank(record: Iterable[str], cells: Mapping[str, str]) -> bool:
    """Return whether a record says nothing, or nothing but what a result of ours says of a blank row."""
    return not filled(record) or (
        cells.get("message") == BLANK and not filled(cells.get(name, "") for name in FIELDS)
    )


def _columns(header: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the name of each column ("" when unknown), and the unknown ones as written."""
    names, ignored = [], []
    for written in header:
        name = re.sub(r"\W+", "_", written.strip().lower()).strip("_")
        name = {"fleet_reference": "fleet_ref", "reference": "fleet_ref", "ref": "fleet_ref"}.get(name, name)
        name = f"fleet_{name}" if f"fleet_{name}" in FIELDS else name
        known = name in FIELDS or name in RESULT_COLUMNS
        names.append(name if known and name not in names else "")
        if written.strip() and not names[-1]:
            ignored.append(written.strip()[:40])
    if "fleet_ref" not in names:
        raise UnreadableFile(
            "The first row must name the columns, fleet_ref among them. Download the template."
        )
    return names, ignored


def _written(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")
