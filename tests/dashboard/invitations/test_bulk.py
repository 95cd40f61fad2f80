"""A run: each row is sent once, and says what became of it."""

import threading
from datetime import UTC, datetime, timedelta

import httpx

from catena_client import CatenaClient
from dashboard.access.viewer import OPERATOR
from dashboard.invitations.bulk import BulkRun
from dashboard.invitations.bulk_csv import read, result
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.rules import Draft
from tests.dashboard.invitations.fakes import FakeCatena, finish, refreshed
from tests.dashboard.waiting import until

POST = "POST /v2/orgs/invitations"


def run_of(invitations: InvitationService, data: bytes, *, again: bool = False) -> BulkRun:
    return BulkRun(invitations, read(data, Draft()).rows, again=again)


def table_of(*fleet_refs: str) -> bytes:
    return "\n".join(["fleet_ref", *fleet_refs]).encode()


def test_each_row_is_sent_once_and_says_what_became_of_it(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    catena.invite("OLD", status="accepted")
    refreshed(invitations)
    run = run_of(invitations, table_of(*(f"F{n}" for n in range(50)), "OLD", "F1", "x\u2028y"))
    finish(run)
    assert run.counts() == {"created": 50, "skipped": 1, "failed": 2}
    assert catena.calls[POST] == 50
    finish(run)
    assert catena.calls[POST] == 50


def test_a_row_that_fails_does_not_stop_the_others_and_can_be_tried_again(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    def refuse_one(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST" and b'"F3"' in request.content:
            return httpx.Response(409, json={"code": 409, "message": "Conflict", "detail": "try later"})
        return None

    catena.fault = refuse_one
    refreshed(invitations)
    run = run_of(invitations, table_of(*(f"F{n}" for n in range(6))))
    finish(run)
    assert run.counts() == {"created": 5, "failed": 1}
    (failed,) = [o for row in run.rows if (o := run.outcome(row)) and o.result == "failed"]
    assert "try later" in failed.message
    catena.fault = lambda _request: None
    finish(run)
    assert run.counts() == {"created": 6}
    assert len([sent for sent in catena.posted if sent["fleet_ref"] != "F3"]) == 5


def test_pausing_and_continuing_sends_nothing_twice(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    refreshed(invitations)
    run = run_of(invitations, table_of(*(f"F{n}" for n in range(40))))

    def pause_at_ten(request: httpx.Request) -> None:
        if request.method == "POST" and catena.calls[POST] == 10:
            run.pause()

    catena.fault = pause_at_ten
    finish(run)
    assert not run.running
    assert 0 < run.left < 40
    finish(run)
    assert run.counts() == {"created": 40}
    assert sorted(sent["fleet_ref"] for sent in catena.posted) == sorted(f"F{n}" for n in range(40))


def test_rate_limits_are_waited_out(invitations: InvitationService, catena: FakeCatena) -> None:
    limited = iter([True] * 3)

    def limit(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST" and next(limited, False):
            detail = {"retry_after_seconds": 0, "message": "slow down"}
            return httpx.Response(429, json={"code": 429, "message": "Too Many Requests", "detail": detail})
        return None

    catena.fault = limit
    refreshed(invitations)
    run = run_of(invitations, table_of("A", "B", "C"))
    finish(run)
    assert run.counts() == {"created": 3}


def test_a_long_limit_is_said_and_the_wait_can_be_paused(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    run = run_of(invitations, table_of("A"))
    resting = threading.Event()

    def limit(request: httpx.Request) -> httpx.Response | None:
        if request.method != "POST":
            return None
        resting.set()
        detail = {"retry_after_seconds": 3600, "message": "slow down"}
        return httpx.Response(429, json={"code": 429, "message": "Too Many Requests", "detail": detail})

    catena.fault = limit
    run.start(OPERATOR)
    assert resting.wait(20)
    until(lambda: run.resumes_at is not None)
    assert run.resumes_at - datetime.now(UTC) > timedelta(minutes=59)
    assert run.running
    run.pause()
    until(lambda: not run.running)
    assert not run.running
    assert run.left == 1
    assert catena.calls[POST] == 1


def test_an_outage_pauses_the_run_instead_of_failing_every_row(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    refreshed(invitations)

    def down(request: httpx.Request) -> None:
        if request.method == "POST" or "fleet_ref" in request.url.params:
            raise httpx.ConnectError("refused", request=request)

    catena.fault = down
    run = run_of(invitations, table_of(*(f"F{n}" for n in range(100))))
    finish(run)
    assert "cannot be reached" in run.halted
    assert run.counts()["failed"] < 20
    assert run.left == 100
    catena.fault = lambda _request: None
    finish(run)
    assert run.counts() == {"created": 100}
    assert not run.halted


def test_refused_credentials_stop_the_run(catena: FakeCatena) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401, json={"error": "invalid_client"})

    with CatenaClient("id", "secret", transport=httpx.MockTransport(refuse)) as client:
        run = run_of(InvitationService(client), table_of(*(f"F{n}" for n in range(50))))
        finish(run)
    assert run.halted
    assert run.left == 50


def test_resending_is_only_done_when_asked_for(invitations: InvitationService, catena: FakeCatena) -> None:
    catena.invite("A", status="declined")
    refreshed(invitations)
    run = run_of(invitations, table_of("A"), again=True)
    finish(run)
    assert run.counts() == {"refreshed": 1}


def test_an_uploaded_result_continues_where_it_stopped(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    source = read(table_of("A", "=B", "C"), Draft()).rows
    outcomes = [{"result": "created"}, {"result": "failed"}, {"result": "not sent"}]
    table = read(result(zip(source, outcomes, strict=True)), Draft())
    assert [row.create.fleet_ref for row in table.ready if row.create] == ["=B", "C"]
    run = BulkRun(invitations, table.rows)
    finish(run)
    assert [sent["fleet_ref"] for sent in sorted(catena.posted, key=lambda s: str(s["fleet_ref"]))] == [
        "=B",
        "C",
    ]
    assert run.counts() == {"created": 2, "skipped": 1}
