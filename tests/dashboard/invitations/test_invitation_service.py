"""The service: caching, creating exactly once, lost answers, and secrets that stay inside."""

import json
import threading
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from catena_client import CatenaClient, ConnectionFailed, InvitationCreate
from dashboard.access.viewer import OPERATOR
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.models import AlreadyInvited, InvitationNotFound, InvitationSummary
from tests.dashboard.invitations.fakes import START, FakeCatena, refreshed, stamp
from tests.dashboard.waiting import until

LIST = "GET /v2/orgs/invitations"
POST = "POST /v2/orgs/invitations"


ANN = replace(OPERATOR, name="ann@example.com")


def anything(_item: InvitationSummary) -> bool:
    """Agree to whatever is refreshed."""
    return True


def test_many_looks_read_the_list_once(invitations: InvitationService, catena: FakeCatena) -> None:
    catena.invite("A")
    threads = [threading.Thread(target=invitations.lists, args=(OPERATOR,)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [item.fleet_ref for item in refreshed(invitations).invitations] == ["A"]
    assert catena.calls[LIST] == 1


def test_the_list_is_read_again_after_a_change(invitations: InvitationService, catena: FakeCatena) -> None:
    refreshed(invitations)
    catena.invite("A")
    assert refreshed(invitations).invitations == ()
    invitations.invalidate()
    assert [item.fleet_ref for item in refreshed(invitations).invitations] == ["A"]


def test_a_look_never_waits_for_the_api(invitations: InvitationService, catena: FakeCatena) -> None:
    answer = threading.Event()

    def hang(_request: httpx.Request) -> None:
        assert answer.wait(20)

    catena.fault = hang
    lists = invitations.lists(OPERATOR, wait=0.01)
    assert lists.taken_at is None
    assert not lists.outages
    answer.set()
    assert refreshed(invitations).taken_at == START


def test_five_thousand_invitations_are_read_in_five_pages(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    for number in range(5000):
        catena.invite(f"F{number}")
    assert len(refreshed(invitations).invitations) == 5000
    assert catena.calls[LIST] == 5


def test_created_and_refreshed_are_told_apart(invitations: InvitationService, catena: FakeCatena) -> None:
    refreshed(invitations)
    first = invitations.create(ANN, InvitationCreate(fleet_ref="A", expires_in_hours=1))
    again = invitations.create(
        OPERATOR, InvitationCreate(fleet_ref="A", expires_in_hours=48), may_refresh=anything
    )
    assert (first.created, again.created) == (True, False)
    assert again.invitation.handle == first.invitation.handle
    assert again.invitation.expires_at == START + timedelta(hours=48)
    assert [(i.fleet_ref, i.created_by) for i in invitations.peek(OPERATOR).invitations] == [
        ("A", "ann@example.com")
    ]


@pytest.mark.parametrize("status", ["active", "accepted", "declined"])
def test_a_live_invitation_is_not_refreshed_without_asking(
    invitations: InvitationService, catena: FakeCatena, status: str
) -> None:
    catena.invite("A", status=status)
    with pytest.raises(AlreadyInvited) as caught:
        invitations.create(OPERATOR, InvitationCreate(fleet_ref="A"))
    assert caught.value.live[0].status == status
    assert not catena.posted


@pytest.mark.parametrize("status", ["expired", "deleted"])
def test_a_dead_invitation_does_not_stand_in_the_way(
    invitations: InvitationService, catena: FakeCatena, status: str
) -> None:
    catena.invite("A", status=status)
    assert invitations.create(OPERATOR, InvitationCreate(fleet_ref="A")).created


def test_the_same_reference_twice_at_the_same_moment_is_sent_once(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    outcomes: list[str] = []
    barrier = threading.Barrier(8)

    def create() -> None:
        barrier.wait()
        try:
            invitations.create(OPERATOR, InvitationCreate(fleet_ref="A"))
            outcomes.append("created")
        except AlreadyInvited:
            outcomes.append("asked")

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["asked"] * 7 + ["created"]
    assert catena.calls[POST] == 1


def test_a_reference_whose_answer_does_not_come_holds_up_no_other(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    held, done = threading.Event(), threading.Event()

    def hold_up(request: httpx.Request) -> None:
        if b'"SLOW"' in request.content:
            held.wait(30)

    catena.fault = hold_up

    def create(*fleet_refs: str) -> None:
        for fleet_ref in fleet_refs:
            invitations.create(OPERATOR, InvitationCreate(fleet_ref=fleet_ref), in_bulk=True)

    slow = threading.Thread(target=create, args=("SLOW",))
    slow.start()
    until(lambda: catena.calls[POST] == 1)
    others = threading.Thread(target=lambda: (create(*map(str, range(400))), done.set()))
    others.start()
    try:
        assert done.wait(20)
    finally:
        held.set()
        others.join()
        slow.join()


def test_a_lost_answer_is_looked_up_instead_of_sent_again(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    catena.lose_answers = True
    made = invitations.create(OPERATOR, InvitationCreate(fleet_ref="A"))
    assert made.created
    assert catena.calls[POST] == 1
    catena.now += timedelta(minutes=1)
    again = invitations.create(OPERATOR, InvitationCreate(fleet_ref="A"), may_refresh=anything)
    assert not again.created
    assert catena.calls[POST] == 2


def test_a_request_that_never_arrived_is_an_error(invitations: InvitationService, catena: FakeCatena) -> None:
    catena.invite("A", status="expired")

    def break_posts(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST":
            raise httpx.ConnectError("refused", request=request)
        return None

    catena.fault = break_posts
    with pytest.raises(ConnectionFailed):
        invitations.create(OPERATOR, InvitationCreate(fleet_ref="A"))


def test_resending_keeps_the_options(invitations: InvitationService, catena: FakeCatena) -> None:
    catena.invite("A", status="declined", fleet_email="a@b.co", limit_tsps=["samsara"], expires_in_hours=48)
    made = invitations.resend(OPERATOR, refreshed(invitations).invitations[0].handle, may_refresh=anything)
    assert not made.created
    assert made.invitation.status == "active"
    (sent,) = catena.posted
    assert (sent["fleet_email"], sent["limit_tsps"], sent["expires_in_hours"]) == ("a@b.co", ["samsara"], 48)


def test_deleting_removes_it_at_once(invitations: InvitationService, catena: FakeCatena) -> None:
    catena.invite("A")
    handle = refreshed(invitations).invitations[0].handle
    invitations.delete(OPERATOR, handle)
    assert invitations.peek(OPERATOR).invitations == ()
    with pytest.raises(InvitationNotFound):
        invitations.link(OPERATOR, handle)


def test_an_invitation_that_ran_out_is_expired_without_a_new_reading(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    catena.invite("A", expires_at=stamp(START + timedelta(minutes=5)))
    assert refreshed(invitations).invitations[0].status == "active"
    catena.now += timedelta(minutes=6)
    assert invitations.peek(OPERATOR).invitations[0].status == "expired"


def test_an_outage_is_named_and_never_looks_like_an_empty_list(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    catena.fault = lambda _request: httpx.Response(503, text="down")
    lists = refreshed(invitations)
    assert lists.taken_at is None
    assert set(lists.outages) == {
        "invitations",
        "share agreements",
        "connections",
        "data freshness",
        "providers",
    }
    catena.fault = lambda _request: None
    catena.now += timedelta(minutes=1)
    assert not refreshed(invitations).outages


def test_an_outage_leaves_what_was_read(invitations: InvitationService, catena: FakeCatena) -> None:
    catena.invite("A")
    refreshed(invitations)

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    catena.fault = refuse
    invitations.invalidate()
    lists = refreshed(invitations)
    assert "invitations" in lists.outages
    assert [item.fleet_ref for item in lists.invitations] == ["A"]


def test_the_other_lists_are_read_when_an_invitation_has_moved_on(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    made = catena.invite("A")
    rest = "GET /v2/orgs/share-agreements"

    def look_when_due() -> tuple[int, int]:
        catena.now += timedelta(seconds=6)
        refreshed(invitations)
        refreshed(invitations)
        return catena.calls[LIST], catena.calls[rest]

    assert look_when_due() == (1, 1)
    assert look_when_due() == (2, 1)
    made.update(status="accepted", fleet_id="f1")
    assert look_when_due() == (3, 2)


def test_one_list_that_fails_does_not_cost_the_others(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    catena.invite("A")
    catena.fault = lambda request: httpx.Response(403) if "connections" in request.url.path else None
    lists = refreshed(invitations)
    assert [item.fleet_ref for item in lists.invitations] == ["A"]
    assert set(lists.outages) == {"connections", "data freshness"}


def test_no_secret_is_in_what_pages_get(
    invitations: InvitationService, catena: FakeCatena, client: CatenaClient
) -> None:
    made = catena.invite(
        "A",
        status="accepted",
        pre_registration_access_token="jwt-access",
        pre_registration_refresh_token="jwt-refresh",
    )
    lists = refreshed(invitations)
    seen = repr(lists) + repr(vars(invitations)) + json.dumps([i.permissions for i in lists.invitations])
    for secret in (made["id"], made["magic_link"], "jwt-access", "jwt-refresh"):
        assert secret not in seen
    assert invitations.link(OPERATOR, lists.invitations[0].handle) == made["magic_link"]
    other = InvitationService(client)
    assert refreshed(other).invitations[0].handle != lists.invitations[0].handle
