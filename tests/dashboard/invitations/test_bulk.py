"""Many at once: what spreadsheets write is read, each row is sent once, and the result is safe to open."""

import csv
import io
import threading
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catena_client import CatenaClient
from dashboard.invitations.bulk import BulkRun
from dashboard.invitations.bulk_csv import (
    MAX_ROWS,
    UnreadableFile,
    guarded,
    read,
    result,
    template,
    unguarded,
)
from dashboard.invitations.desk import InvitationDesk
from dashboard.invitations.rules import Draft
from tests.dashboard.invitations.conftest import FakeCatena, looked

POST = "POST /v2/orgs/invitations"


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


def run_of(desk: InvitationDesk, data: bytes, *, again: bool = False) -> BulkRun:
    return BulkRun(desk, read(data, Draft()).rows, by="ann", again=again)


def table_of(*fleet_refs: str) -> bytes:
    return "\n".join(["fleet_ref", *fleet_refs]).encode()


def test_each_row_is_sent_once_and_says_what_became_of_it(desk: InvitationDesk, catena: FakeCatena) -> None:
    catena.invite("OLD", status="accepted")
    looked(desk)
    run = run_of(desk, table_of(*(f"F{n}" for n in range(50)), "OLD", "F1", "x\u2028y"))
    run.start()
    run.wait()
    assert run.counts() == {"created": 50, "skipped": 1, "failed": 2}
    assert catena.calls[POST] == 50
    run.start()
    run.wait()
    assert catena.calls[POST] == 50


def test_a_row_that_fails_does_not_stop_the_others_and_can_be_tried_again(
    desk: InvitationDesk, catena: FakeCatena
) -> None:
    def refuse_one(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST" and b'"F3"' in request.content:
            return httpx.Response(409, json={"code": 409, "message": "Conflict", "detail": "try later"})
        return None

    catena.fault = refuse_one
    looked(desk)
    run = run_of(desk, table_of(*(f"F{n}" for n in range(6))))
    run.start()
    run.wait()
    assert run.counts() == {"created": 5, "failed": 1}
    (failed,) = [o for row in run.rows if (o := run.outcome(row)) and o.result == "failed"]
    assert "try later" in failed.message
    catena.fault = lambda _request: None
    run.start()
    run.wait()
    assert run.counts() == {"created": 6}
    assert len([sent for sent in catena.posted if sent["fleet_ref"] != "F3"]) == 5


def test_pausing_and_continuing_sends_nothing_twice(desk: InvitationDesk, catena: FakeCatena) -> None:
    looked(desk)
    run = run_of(desk, table_of(*(f"F{n}" for n in range(40))))

    def pause_at_ten(request: httpx.Request) -> None:
        if request.method == "POST" and catena.calls[POST] == 10:
            run.pause()

    catena.fault = pause_at_ten
    run.start()
    run.wait()
    assert not run.running
    assert 0 < run.left < 40
    run.start()
    run.wait()
    assert run.counts() == {"created": 40}
    assert sorted(sent["fleet_ref"] for sent in catena.posted) == sorted(f"F{n}" for n in range(40))


def test_rate_limits_are_waited_out(desk: InvitationDesk, catena: FakeCatena) -> None:
    limited = iter([True] * 3)

    def limit(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST" and next(limited, False):
            detail = {"retry_after_seconds": 0, "message": "slow down"}
            return httpx.Response(429, json={"code": 429, "message": "Too Many Requests", "detail": detail})
        return None

    catena.fault = limit
    looked(desk)
    run = run_of(desk, table_of("A", "B", "C"))
    run.start()
    run.wait()
    assert run.counts() == {"created": 3}


def test_a_long_limit_is_said_and_the_wait_can_be_paused(desk: InvitationDesk, catena: FakeCatena) -> None:
    run = run_of(desk, table_of("A"))
    resting = threading.Event()

    def limit(request: httpx.Request) -> httpx.Response | None:
        if request.method != "POST":
            return None
        resting.set()
        detail = {"retry_after_seconds": 3600, "message": "slow down"}
        return httpx.Response(429, json={"code": 429, "message": "Too Many Requests", "detail": detail})

    catena.fault = limit
    run.start()
    assert resting.wait(20)
    while run.resumes_at is None:
        time.sleep(0.01)
    assert run.resumes_at - datetime.now(UTC) > timedelta(minutes=59)
    assert run.running
    run.pause()
    run.wait(20)
    assert not run.running
    assert run.left == 1
    assert catena.calls[POST] == 1


def test_an_outage_pauses_the_run_instead_of_failing_every_row(
    desk: InvitationDesk, catena: FakeCatena
) -> None:
    looked(desk)

    def down(request: httpx.Request) -> None:
        if request.method == "POST" or "fleet_ref" in request.url.params:
            raise httpx.ConnectError("refused", request=request)

    catena.fault = down
    run = run_of(desk, table_of(*(f"F{n}" for n in range(100))))
    run.start()
    run.wait()
    assert "cannot be reached" in run.halted
    assert run.counts()["failed"] < 20
    assert run.left == 100
    catena.fault = lambda _request: None
    run.start()
    run.wait()
    assert run.counts() == {"created": 100}
    assert not run.halted


def test_refused_credentials_stop_the_run(catena: FakeCatena) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401, json={"error": "invalid_client"})

    with CatenaClient("id", "secret", transport=httpx.MockTransport(refuse)) as client:
        run = run_of(InvitationDesk(client), table_of(*(f"F{n}" for n in range(50))))
        run.start()
        run.wait()
    assert run.halted
    assert run.left == 50


def test_resending_is_only_done_when_asked_for(desk: InvitationDesk, catena: FakeCatena) -> None:
    catena.invite("A", status="declined")
    looked(desk)
    run = run_of(desk, table_of("A"), again=True)
    run.start()
    run.wait()
    assert run.counts() == {"refreshed": 1}


def test_an_uploaded_result_continues_where_it_stopped(desk: InvitationDesk, catena: FakeCatena) -> None:
    source = read(table_of("A", "=B", "C"), Draft()).rows
    outcomes = [{"result": "created"}, {"result": "failed"}, {"result": "not sent"}]
    table = read(result(zip(source, outcomes, strict=True)), Draft())
    assert [row.create.fleet_ref for row in table.ready if row.create] == ["=B", "C"]
    run = BulkRun(desk, table.rows, by="ann")
    run.start()
    run.wait()
    assert [sent["fleet_ref"] for sent in sorted(catena.posted, key=lambda s: str(s["fleet_ref"]))] == [
        "=B",
        "C",
    ]
    assert run.counts() == {"created": 2, "skipped": 1}
