"""The desk: caching, creating exactly once, lost answers, and secrets that stay inside."""

import json
import threading
from datetime import timedelta

import httpx
import pytest

from catena_client import CatenaClient, ConnectionFailed, InvitationCreate
from dashboard.invitations.desk import InvitationDesk
from dashboard.invitations.items import AlreadyInvited, Gone, Item
from tests.dashboard.invitations.conftest import START, FakeCatena, looked, stamp

LIST = "GET /v2/orgs/invitations"
POST = "POST /v2/orgs/invitations"


def anything(_item: Item) -> bool:
    """Agree to whatever is refreshed."""
    return True


def test_many_looks_read_the_list_once(desk: InvitationDesk, catena: FakeCatena) -> None:
    catena.invite("A")
    threads = [threading.Thread(target=desk.view) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [item.fleet_ref for item in looked(desk).items] == ["A"]
    assert catena.calls[LIST] == 1


def test_the_list_is_read_again_after_a_change(desk: InvitationDesk, catena: FakeCatena) -> None:
    looked(desk)
    catena.invite("A")
    assert looked(desk).items == ()
    desk.invalidate()
    assert [item.fleet_ref for item in looked(desk).items] == ["A"]


def test_a_look_never_waits_for_the_api(desk: InvitationDesk, catena: FakeCatena) -> None:
    answer = threading.Event()

    def hang(_request: httpx.Request) -> None:
        assert answer.wait(20)

    catena.fault = hang
    view = desk.view(wait=0.01)
    assert view.taken_at is None
    assert not view.troubles
    answer.set()
    assert looked(desk).taken_at == START


def test_five_thousand_invitations_are_read_in_five_pages(desk: InvitationDesk, catena: FakeCatena) -> None:
    for number in range(5000):
        catena.invite(f"F{number}")
    assert len(looked(desk).items) == 5000
    assert catena.calls[LIST] == 5


def test_created_and_refreshed_are_told_apart(desk: InvitationDesk, catena: FakeCatena) -> None:
    looked(desk)
    first = desk.create(InvitationCreate(fleet_ref="A", expires_in_hours=1), by="ann@example.com")
    again = desk.create(
        InvitationCreate(fleet_ref="A", expires_in_hours=48), by="bob@example.com", agreed=anything
    )
    assert (first.created, again.created) == (True, False)
    assert again.item.handle == first.item.handle
    assert again.item.expires_at == START + timedelta(hours=48)
    assert [(i.fleet_ref, i.created_by) for i in desk.peek().items] == [("A", "ann@example.com")]


@pytest.mark.parametrize("status", ["active", "accepted", "declined"])
def test_a_live_invitation_is_not_refreshed_without_asking(
    desk: InvitationDesk, catena: FakeCatena, status: str
) -> None:
    catena.invite("A", status=status)
    with pytest.raises(AlreadyInvited) as caught:
        desk.create(InvitationCreate(fleet_ref="A"), by="x")
    assert caught.value.items[0].status == status
    assert not catena.posted


@pytest.mark.parametrize("status", ["expired", "deleted"])
def test_a_dead_invitation_does_not_stand_in_the_way(
    desk: InvitationDesk, catena: FakeCatena, status: str
) -> None:
    catena.invite("A", status=status)
    assert desk.create(InvitationCreate(fleet_ref="A"), by="x").created


def test_the_same_reference_twice_at_the_same_moment_is_sent_once(
    desk: InvitationDesk, catena: FakeCatena
) -> None:
    outcomes: list[str] = []
    barrier = threading.Barrier(8)

    def create() -> None:
        barrier.wait()
        try:
            desk.create(InvitationCreate(fleet_ref="A"), by="x")
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


def test_a_lost_answer_is_looked_up_instead_of_sent_again(desk: InvitationDesk, catena: FakeCatena) -> None:
    catena.lose_answers = True
    made = desk.create(InvitationCreate(fleet_ref="A"), by="x")
    assert made.created
    assert catena.calls[POST] == 1
    catena.now += timedelta(minutes=1)
    again = desk.create(InvitationCreate(fleet_ref="A"), by="x", agreed=anything)
    assert not again.created
    assert catena.calls[POST] == 2


def test_a_request_that_never_arrived_is_an_error(desk: InvitationDesk, catena: FakeCatena) -> None:
    catena.invite("A", status="expired")

    def break_posts(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST":
            raise httpx.ConnectError("refused", request=request)
        return None

    catena.fault = break_posts
    with pytest.raises(ConnectionFailed):
        desk.create(InvitationCreate(fleet_ref="A"), by="x")


def test_resending_keeps_the_options(desk: InvitationDesk, catena: FakeCatena) -> None:
    catena.invite("A", status="declined", fleet_email="a@b.co", limit_tsps=["samsara"], expires_in_hours=48)
    made = desk.resend(looked(desk).items[0].handle, by="x", agreed=anything)
    assert not made.created
    assert made.item.status == "active"
    (sent,) = catena.posted
    assert (sent["fleet_email"], sent["limit_tsps"], sent["expires_in_hours"]) == ("a@b.co", ["samsara"], 48)


def test_deleting_removes_it_at_once(desk: InvitationDesk, catena: FakeCatena) -> None:
    catena.invite("A")
    handle = looked(desk).items[0].handle
    desk.delete(handle)
    assert desk.peek().items == ()
    with pytest.raises(Gone):
        desk.link(handle)


def test_an_invitation_that_ran_out_is_expired_without_a_new_reading(
    desk: InvitationDesk, catena: FakeCatena
) -> None:
    catena.invite("A", expires_at=stamp(START + timedelta(minutes=5)))
    assert looked(desk).items[0].status == "active"
    catena.now += timedelta(minutes=6)
    assert desk.peek().items[0].status == "expired"


def test_an_outage_is_named_and_never_looks_like_an_empty_list(
    desk: InvitationDesk, catena: FakeCatena
) -> None:
    catena.fault = lambda _request: httpx.Response(503, text="down")
    view = looked(desk)
    assert view.taken_at is None
    assert set(view.troubles) == {
        "invitations",
        "share agreements",
        "connections",
        "data freshness",
        "providers",
    }
    catena.fault = lambda _request: None
    catena.now += timedelta(minutes=1)
    assert not looked(desk).troubles


def test_an_outage_leaves_what_was_read(desk: InvitationDesk, catena: FakeCatena) -> None:
    catena.invite("A")
    looked(desk)

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    catena.fault = refuse
    desk.invalidate()
    view = looked(desk)
    assert "invitations" in view.troubles
    assert [item.fleet_ref for item in view.items] == ["A"]


def test_the_other_lists_are_read_when_an_invitation_has_moved_on(
    desk: InvitationDesk, catena: FakeCatena
) -> None:
    made = catena.invite("A")
    rest = "GET /v2/orgs/share-agreements"

    def look_when_due() -> tuple[int, int]:
        catena.now += timedelta(seconds=6)
        looked(desk)
        looked(desk)
        return catena.calls[LIST], catena.calls[rest]

    assert look_when_due() == (1, 1)
    assert look_when_due() == (2, 1)
    made.update(status="accepted", fleet_id="f1")
    assert look_when_due() == (3, 2)


def test_one_list_that_fails_does_not_cost_the_others(desk: InvitationDesk, catena: FakeCatena) -> None:
    catena.invite("A")
    catena.fault = lambda request: httpx.Response(403) if "connections" in request.url.path else None
    view = looked(desk)
    assert [item.fleet_ref for item in view.items] == ["A"]
    assert set(view.troubles) == {"connections", "data freshness"}


def test_no_secret_is_in_what_pages_get(
    desk: InvitationDesk, catena: FakeCatena, client: CatenaClient
) -> None:
    made = catena.invite(
        "A",
        status="accepted",
        pre_registration_access_token="jwt-access",
        pre_registration_refresh_token="jwt-refresh",
    )
    view = looked(desk)
    seen = repr(view) + repr(vars(desk)) + json.dumps([i.permissions for i in view.items])
    for secret in (made["id"], made["magic_link"], "jwt-access", "jwt-refresh"):
        assert secret not in seen
    assert desk.link(view.items[0].handle) == made["magic_link"]
    other = InvitationDesk(client)
    assert looked(other).items[0].handle != view.items[0].handle
