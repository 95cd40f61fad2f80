"""Files of many invitations: what spreadsheets write is read, and the result is safe to open."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.invitations.bulk_csv import (
    MAX_ROWS,
    guarded,
    read,
    result,
    template,
    unguarded,
)
from dashboard.invitations.csv_records import UnreadableFile
from dashboard.invitations.rules import Draft


def refs(data: bytes) -> list[str]:
    return [row.create.fleet_ref for row in read(data, Draft()).ready if row.create]


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    "data",
    [
        b"fleet_ref,fleet_name\nA,Nord\nB,S\xc3\xbcd\n",
        b"\xef\xbb\xbffleet_ref,fleet_name\r\nA,Nord\r\nB,S\xc3\xbcd\r\n",
        b"fleet_ref;fleet_name\nA;Nord\nB;S\xc3\xbcd\n",
        b"Fleet reference\tName\nA\tNord\nB\tS\xc3\xbcd",
        "\ufefffleet_ref,fleet_name\nA,Nord\nB,Süd\n".encode("utf-16"),
        b"fleet_ref;fleet_name\r\nA;Nord\r\nB;S\xfcd\r\n",
        b'\n"fleet_ref","name"\n"A","Nord"\n\n" B ","S\xc3\xbcd"\n,\n',
    ],
    ids=["utf-8", "bom", "semicolons", "tabs", "utf-16", "windows-1252", "quotes and empty lines"],
)
def test_what_spreadsheets_write_is_read(data: bytes) -> None:
    table = read(data, Draft())
    assert [(row.create.fleet_ref, row.create.fleet_name) for row in table.ready if row.create] == [
        ("A", "Nord"),
        ("B", "Süd"),
    ]


def test_windows_1252_and_unknown_columns_are_noted() -> None:
    table = read(b"fleet_ref;colour\nF\xfcr;red\n", Draft())
    assert any("Windows-1252" in note for note in table.notes)
    assert any("colour" in note for note in table.notes)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n\n ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"fleet_ref\n", "no rows"),
        (b"name,email\nA,b\n", "fleet_ref among them"),
        (b"\x89PNG\r\n\x1a\n\x00\x81\x8d", "not text"),
        (b"fleet_ref\n" + b"x\n" * (MAX_ROWS + 1), "1,001 rows"),
        (b"fleet_ref\n" + b"x\n" * 100_000, "100,001 rows; at most 1,000"),
        (b"fleet_ref\n" + b"x" * 9_000_000, "at most 1,000"),
        (b'fleet_ref\n"' + b"x" * 200_000 + b'"\n', "not CSV"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_sentence(data: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        read(data, Draft())


@pytest.mark.parametrize("result", ["created", "refreshed", "unknown"])
def test_what_came_twice_is_not_ready_once_the_first_of_them_is_done(result: str) -> None:
    table = read(f"fleet_ref,result\nA,{result}\nA,\nB,\n".encode(), Draft())
    assert [row.number for row in table.ready] == [4]
    assert "row 2 has the same" in table.rows[1].problem


def test_a_thousand_rows_are_accepted() -> None:
    data = b"fleet_ref\n" + b"".join(b"F%d\n" % number for number in range(MAX_ROWS))
    assert len(refs(data)) == MAX_ROWS


def test_rows_are_checked_one_by_one() -> None:
    data = (
        b"fleet_ref,fleet_email,expires_in_hours,permissions,limit_tsps\n"
        b"A,,,,samsara|geotab\n"
        b"B,nonsense,,,\n"
        b"C,,673,,\n"
        b"A,,,,\n"
        b"D,,48,Everything,\n"
        b"E,,,,nobody\n"
        b",,,,x\n"
    )
    table = read(data, Draft(expires_in_hours="72"), known_tsps=["samsara", "geotab"])
    assert [row.number for row in table.ready] == [2, 6]
    first, other = (row.create for row in table.ready)
    assert first is not None
    assert other is not None
    assert (first.expires_in_hours, first.limit_tsps) == (72, ["samsara", "geotab"])
    assert (other.expires_in_hours, len(other.permissions or {})) == (48, 30)
    problems = {row.number: row.problem for row in table.rows if row.problem}
    assert "fleet_email" in problems[3]
    assert "1 to 672" in problems[4]
    assert "row 2 has the same" in problems[5]
    assert "no provider nobody" in problems[7]
    assert "fleet_ref" in problems[8]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"fleet_ref,fleet_name\nA,x\n,\nB,\n", {3: "the row is blank"}),
        (b"fleet_ref,fleet_name\nA,x\n\n \t, \nB,\n,\n", dict.fromkeys((3, 4, 6), "the row is blank")),
        (b"\n,\nfleet_ref,fleet_name\n\nA,x\n", {4: "the row is blank"}),
        (b"fleet_ref\nA\n" + b"\n" * 1500, dict.fromkeys(range(3, 1503), "the row is blank")),
        (
            b"fleet_ref,result\nA,created\nB,refreshed\n",
            {2: "it was created in an earlier run", 3: "it was refreshed in an earlier run"},
        ),
    ],
    ids=["one", "several", "above the heading", "more than may be sent", "sent before"],
)
def test_rows_with_nothing_to_send_are_named_with_the_reason(data: bytes, found: dict[int, str]) -> None:
    rows = read(data, Draft()).rows
    assert {row.number: row.skipped for row in rows if row.skipped} == found
    assert not any(row.create or row.problem for row in rows if row.skipped)


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    rows = read(b'\n\nfleet_ref,fleet_name\n\nA,"two\nlines"\nB,\n', Draft()).rows
    assert [(row.number, row.cells.get("fleet_ref")) for row in rows] == [(4, None), (5, "A"), (6, "B")]


def test_a_row_of_more_cells_than_the_heading_is_never_sent_without_them() -> None:
    rows = read(b"fleet_ref,fleet_name\nA,Nord, Inc.\nB,Nord,\n", Draft()).rows
    for _ in range(2):
        first, second = rows
        assert "more cells than the heading" in first.problem
        assert first.beyond == (" Inc.",)
        assert second.create is not None
        rows = read(result((row, {"result": "failed", "message": row.problem}) for row in rows), Draft()).rows


def test_a_blank_row_stays_blank_in_the_result_that_is_uploaded_again() -> None:
    rows = read(b"fleet_ref,fleet_name\nA,x\n,\n", Draft()).rows
    written = result((row, {"result": "skipped", "message": row.skipped}) for row in rows)
    blank = rows_of(written)[1]
    assert {name: value for name, value in blank.items() if value} == {
        "result": "skipped",
        "message": "the row is blank",
    }
    assert [row.skipped for row in read(written, Draft()).rows] == ["", "the row is blank"]


def test_the_template_is_a_file_that_can_be_sent() -> None:
    assert len(read(template(), Draft()).ready) == 1


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")']
)
def test_formulas_in_cells_are_text_and_made_harmless_in_the_result(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    assert unguarded(guarded(cell)) == cell
    source = io.StringIO()
    csv.writer(source).writerows([["fleet_ref", "fleet_email"], ["F1", cell]])
    (row,) = read(source.getvalue().encode(), Draft()).rows
    written = rows_of(result([(row, {"result": "failed", "message": cell})]))
    assert written[0]["fleet_email"][:1] in ("'", "")
    assert written[0]["message"].startswith("'")


@given(st.text())
def test_guarding_is_undone_and_never_leaves_a_formula(cell: str) -> None:
    assert guarded(cell)[:1] not in ("=", "+", "-", "@", "\t", "\r")
    if not (cell.startswith("'") and cell[1:2] in ("=", "+", "-", "@", "\t", "\r")):
        assert unguarded(guarded(cell)) == cell


@given(st.binary(max_size=400))
def test_any_bytes_give_rows_or_a_sentence(data: bytes) -> None:
    try:
        said = [row.problem or "Ready." for row in read(data, Draft()).rows]
    except UnreadableFile as error:
        said = [str(error)]
    assert all(sentence.endswith(".") for sentence in said)
