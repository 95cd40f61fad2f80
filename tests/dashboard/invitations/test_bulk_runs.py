"""One file at a time is sent under one name."""

import threading

import httpx

from dashboard.invitations.bulk import BulkRun
from dashboard.invitations.bulk_csv import read
from dashboard.invitations.bulk_runs import BulkRuns
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.rules import Draft
from tests.dashboard.invitations.fakes import FakeCatena
from tests.dashboard.waiting import until


def test_one_of_two_files_under_one_name_is_sent(invitations: InvitationService, catena: FakeCatena) -> None:
    clicked = threading.Event()

    def hang(_request: httpx.Request) -> None:
        assert clicked.wait(20)

    catena.fault = hang
    runs = BulkRuns()
    files = [
        BulkRun(invitations, read(f"fleet_ref\nF{number}".encode(), Draft()).rows, by="ann")
        for number in range(16)
    ]
    begun: list[BulkRun] = []
    clicks = [
        threading.Thread(target=lambda run=run: begun.append(run) if runs.start("operator", run) else None)
        for run in files
    ]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    (run,) = begun
    assert runs.of("operator") is run
    runs.put_away("operator", run)
    assert runs.of("operator") is run, "it runs"
    clicked.set()
    until(lambda: not run.running)
    assert len(catena.posted) == 1
    runs.put_away("operator", files[0] if run is not files[0] else files[1])
    assert runs.of("operator") is run
    runs.put_away("operator", run)
    assert runs.of("operator") is None
