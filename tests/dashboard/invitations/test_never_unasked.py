"""Invitations never do what was not asked: nothing is sent unseen, sent twice, or called done when it may not be."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from catena_client import CatenaError, InvitationCreate
from dashboard.access.viewer import OPERATOR, Viewer
from dashboard.invitations.bulk import WORKERS, BulkRun, RowOutcome
from dashboard.invitations.bulk_csv import read
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.models import CreateResult
from dashboard.invitations.rules import Draft
from tests.dashboard.invitations.fakes import START, FakeCatena, finish, page, refreshed, stamp
from tests.dashboard.waiting import until

LIST = "GET /v2/orgs/invitations"
POST = "POST /v2/orgs/invitations"
BAD_GATEWAY = 502


def a_run(invitations: InvitationService, *fleet_refs: str, again: bool = False) -> BulkRun:
    table = "\n".join(["fleet_ref", *fleet_refs]).encode()
    return BulkRun(invitations, read(table, Draft()).rows, again=again)


def sent(run: BulkRun) -> dict[str, RowOutcome]:
    """Send what is left, and return what became of each row."""
    finish(run)
    return {row.cells["fleet_ref"]: outcome for row in run.rows if (outcome := run.outcome(row)) is not None}


def is_look(request: httpx.Request) -> bool:
    """Whether one reference is looked up, as opposed to the whole list."""
    return request.method == "GET" and "fleet_ref" in request.url.params


def failing(applies: Callable[[httpx.Request], bool]) -> Callable[[httpx.Request], httpx.Response | None]:
    return lambda request: httpx.Response(BAD_GATEWAY, text="<html>") if applies(request) else None


def test_a_run_does_not_start_without_the_list_and_can_be_started_again(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    catena.invite("A", status="declined")
    catena.fault = failing(lambda request: request.method == "GET")
    run = a_run(invitations, "A", "B")
    assert sent(run) == {}
    assert not catena.posted
    assert "Nothing was sent" in run.halted
    assert run.left == 2
    catena.fault = lambda _request: None
    assert {ref: outcome.result for ref, outcome in sent(run).items()} == {"A": "skipped", "B": "created"}
    assert not run.halted
    assert catena.invitations[0]["status"] == "declined"


@pytest.mark.parametrize("status", ["active", "accepted", "declined", "a status of tomorrow"])
def test_one_made_elsewhere_since_the_list_was_read_is_skipped(
    invitations: InvitationService, catena: FakeCatena, status: str
) -> None:
    refreshed(invitations)

    def meanwhile(request: httpx.Request) -> None:
        if is_look(request) and not catena.invitations:
            catena.invite("A", status=status)

    catena.fault = meanwhile
    assert sent(a_run(invitations, "A"))["A"].result == "skipped"
    assert not catena.posted
    assert catena.invitations[0]["status"] == status


def test_what_cannot_be_looked_at_is_not_sent_and_can_be_continued(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    catena.fault = failing(lambda request: is_look(request) and request.url.params["fleet_ref"] == "B")
    run = a_run(invitations, "A", "B", "C")
    outcomes = sent(run)
    assert [outcomes[ref].result for ref in "ABC"] == ["created", "failed", "created"]
    assert "was not sent" in outcomes["B"].message
    assert sorted(body["fleet_ref"] for body in catena.posted) == ["A", "C"]
    catena.fault = lambda _request: None
    assert sent(run)["B"].result == "created"
    assert catena.calls[POST] == 3


def test_live_ones_of_the_list_cost_no_look(invitations: InvitationService, catena: FakeCatena) -> None:
    for number in range(20):
        catena.invite(f"F{number}", status="accepted")
    sent(a_run(invitations, *(f"F{n}" for n in range(20))))
    assert catena.calls == {LIST: 1}


def test_a_new_one_that_comes_back_as_refreshed_says_so(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    refreshed(invitations)

    def at_the_last_moment(request: httpx.Request) -> None:
        if request.method == "POST":
            catena.invite("A", status="declined")

    catena.fault = at_the_last_moment
    outcome = sent(a_run(invitations, "A"))["A"]
    assert outcome.result == "refreshed"
    assert "meant as a new one" in outcome.message


def test_an_older_invitation_does_not_answer_for_a_lost_request(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    catena.invite("NEWEST")
    older = catena.invite("A", created_at=stamp(START - timedelta(hours=1)))

    def lagging(request: httpx.Request) -> httpx.Response | None:
        """The list lacks the older one until the request was sent, and the request fails."""
        if request.method == "POST":
            return httpx.Response(BAD_GATEWAY)
        if catena.calls[POST] == 0:
            others = [one for one in catena.invitations if one is not older]
            return httpx.Response(200, json=page([] if is_look(request) else others))
        return None

    catena.fault = lagging
    run = a_run(invitations, "A")
    outcome = sent(run)["A"]
    assert outcome.result == "unknown"
    assert "cannot be told" in outcome.message
    sent(run)
    assert catena.calls[POST] == 1


def test_a_lost_refresh_is_unknown_and_not_sent_again(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    catena.invite("A", status="declined")
    catena.fault = failing(lambda request: request.method == "POST")
    run = a_run(invitations, "A", again=True)
    outcome = sent(run)["A"]
    assert outcome.result == "unknown"
    assert "Follow up" in outcome.message
    assert run.left == 0
    catena.fault = lambda _request: None
    sent(run)
    assert catena.calls[POST] == 1


def test_a_lost_refresh_that_shows_in_the_expiry_is_refreshed(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    catena.invite("A")
    catena.now += timedelta(minutes=1)
    catena.lose_answers = True
    assert sent(a_run(invitations, "A", again=True))["A"].result == "refreshed"


def test_a_lost_request_is_not_resolved_when_nobody_can_look(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    catena.lose_answers = True
    catena.fault = failing(lambda request: is_look(request) and catena.calls[POST] > 0)
    run = a_run(invitations, "A")
    assert sent(run)["A"].result == "unknown"
    catena.lose_answers, catena.fault = False, lambda _request: None
    sent(run)
    assert catena.calls[POST] == 1


def test_a_garbled_answer_is_looked_up_like_a_lost_one(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    def garble(request: httpx.Request) -> httpx.Response | None:
        if request.method != "POST":
            return None
        catena.invite("A")
        return httpx.Response(201, text='{"id": "cut o')

    catena.fault = garble
    assert invitations.create(OPERATOR, InvitationCreate(fleet_ref="A")).created


@pytest.mark.parametrize("status", [BAD_GATEWAY, 404, 409])
def test_a_lost_delete_counts_when_the_invitation_is_gone(
    invitations: InvitationService, catena: FakeCatena, status: int
) -> None:
    made = catena.invite("A")
    handle = refreshed(invitations).invitations[0].handle

    def lose(request: httpx.Request) -> httpx.Response | None:
        if request.method != "DELETE":
            return None
        catena.invitations.clear()
        return httpx.Response(status)

    catena.fault = lose
    invitations.delete(OPERATOR, handle)
    assert invitations.peek(OPERATOR).invitations == ()
    assert catena.calls[f"GET /v2/orgs/invitations/{made['id']}"] == 1


def test_a_delete_that_did_not_happen_is_an_error(invitations: InvitationService, catena: FakeCatena) -> None:
    catena.invite("A")
    handle = refreshed(invitations).invitations[0].handle
    catena.fault = failing(lambda request: request.method == "DELETE")
    with pytest.raises(CatenaError):
        invitations.delete(OPERATOR, handle)
    assert [item.handle for item in invitations.peek(OPERATOR).invitations] == [handle]


def test_one_run_is_started_once_by_many_clicks(invitations: InvitationService, catena: FakeCatena) -> None:
    clicked = threading.Event()

    def hang(_request: httpx.Request) -> None:
        assert clicked.wait(20)

    catena.fault = hang
    run = a_run(invitations, *(f"F{n}" for n in range(30)))
    clicks = [threading.Thread(target=run.start, args=(OPERATOR,)) for _ in range(16)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    clicked.set()
    until(lambda: not run.running)
    assert run.counts() == {"created": 30}
    assert catena.calls[POST] == 30
    assert catena.calls[LIST] == 31  # the whole list once, and a look at each reference


def test_an_uploaded_result_does_not_send_what_is_unknown(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    table = read(b"fleet_ref,result\nA,unknown\nB,failed\nC,created\n", Draft())
    run = BulkRun(invitations, table.rows, again=True)
    outcomes = sent(run)
    assert [body["fleet_ref"] for body in catena.posted] == ["B"]
    assert {ref: outcome.result for ref, outcome in outcomes.items()} == {
        "A": "unknown",
        "B": "created",
        "C": "skipped",
    }
    assert "answer was lost" in outcomes["A"].message


def test_a_defect_of_ours_ends_neither_the_run_nor_in_sending_a_row_twice(
    invitations: InvitationService, catena: FakeCatena, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = invitations.create

    def taken_in_badly(viewer: Viewer, wanted: InvitationCreate, **options: Any) -> CreateResult:
        made = create(viewer, wanted, **options)
        if wanted.fleet_ref.startswith("B"):
            raise ZeroDivisionError
        return made

    monkeypatch.setattr(invitations, "create", taken_in_badly)
    run = a_run(invitations, *(f"B{number}" for number in range(WORKERS)), "A", again=True)
    sent(run)
    sent(run)
    assert run.counts() == {"unknown": WORKERS, "created": 1}
    assert catena.calls[POST] == WORKERS + 1


def test_a_list_that_we_cannot_take_in_is_no_run_that_somebody_paused(
    invitations: InvitationService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "read", lambda _viewer: 1 / 0)
    run = a_run(invitations, "A")
    assert sent(run) == {}
    assert run.halted.startswith("Nothing was sent")
    assert run.left == 1
