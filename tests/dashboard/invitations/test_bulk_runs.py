"""One file at a time is sent under one name."""

import threading
from dataclasses import replace

import httpx
import pytest

from dashboard.access.viewer import OPERATOR, Viewer, Visibility
from dashboard.invitations.bulk import BulkRun
from dashboard.invitations.bulk_csv import read
from dashboard.invitations.bulk_runs import BulkRuns
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.rights import NotAllowed
from dashboard.invitations.rules import Draft
from dashboard.invitations.shared_runs import SharedBulkRuns
from tests.dashboard.invitations.fakes import FakeCatena
from tests.dashboard.waiting import until

ANN = replace(OPERATOR, name="ann@example.com", session="s1")


@pytest.fixture(params=["process", "redis"])
def runs(request: pytest.FixtureRequest, invitations: InvitationService) -> BulkRuns:
    if request.param == "process":
        return BulkRuns()
    return SharedBulkRuns(request.getfixturevalue("store_of")(), invitations)


def test_one_of_two_files_under_one_name_is_sent(
    invitations: InvitationService, catena: FakeCatena, runs: BulkRuns
) -> None:
    clicked = threading.Event()

    def hang(_request: httpx.Request) -> None:
        assert clicked.wait(20)

    catena.fault = hang
    files = [
        BulkRun(invitations, read(f"fleet_ref\nF{number}".encode(), Draft()).rows) for number in range(16)
    ]
    begun: list[BulkRun] = []
    clicks = [
        threading.Thread(target=lambda run=run: begun.append(run) if runs.start(OPERATOR, run) else None)
        for run in files
    ]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    (run,) = begun
    assert runs.of(OPERATOR) is run
    runs.put_away(OPERATOR, run)
    assert runs.of(OPERATOR) is run, "it runs"
    clicked.set()
    until(lambda: not run.running)
    assert len(catena.posted) == 1
    runs.put_away(OPERATOR, files[0] if run is not files[0] else files[1])
    assert runs.of(OPERATOR) is run
    runs.put_away(OPERATOR, run)
    assert runs.of(OPERATOR) is None


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (replace(ANN, session="s2"), True),
        (replace(ANN, name="bob@example.com"), False),
        (replace(OPERATOR, session="s1"), False),
    ],
    ids=["another browser", "another address", "nobody's address"],
)
def test_a_run_belongs_to_an_address(
    invitations: InvitationService, runs: BulkRuns, other: Viewer, same: bool
) -> None:
    run = BulkRun(invitations, read(b"fleet_ref\nA", Draft()).rows)
    assert runs.start(ANN, run)
    until(lambda: not run.running)
    assert (runs.of(other) is run) is same


def test_without_an_address_a_run_belongs_to_a_session(
    invitations: InvitationService, runs: BulkRuns
) -> None:
    run = BulkRun(invitations, read(b"fleet_ref\nA", Draft()).rows)
    assert runs.start(replace(OPERATOR, session="s1"), run)
    until(lambda: not run.running)
    assert runs.of(replace(OPERATOR, session="s1")) is run
    assert runs.of(replace(OPERATOR, session="s2")) is None


def test_when_the_rules_change_what_runs_pauses_and_goes_on_with_the_rights_of_now(
    invitations: InvitationService, catena: FakeCatena, runs: BulkRuns
) -> None:
    begun, changed = threading.Event(), threading.Event()

    def hang(_request: httpx.Request) -> None:
        begun.set()
        assert changed.wait(20)

    catena.fault = hang
    run = BulkRun(invitations, read(b"fleet_ref\nA\nB", Draft()).rows)
    runs.start(ANN, run)
    assert begun.wait(20)
    runs.pause_all()
    changed.set()
    until(lambda: not run.running)
    assert not catena.posted
    assert run.halted.startswith("Who may invite has changed")
    with pytest.raises(NotAllowed):
        runs.start(replace(ANN, role="viewer"), run)
    assert runs.start(replace(ANN, fleet_refs=frozenset({"A"}), visibility=Visibility()), run)
    until(lambda: not run.running)
    assert [sent["fleet_ref"] for sent in catena.posted] == ["A"]
    assert run.counts() == {"created": 1, "failed": 1}
    runs.pause_all()
    assert not run.halted, "it was done"
