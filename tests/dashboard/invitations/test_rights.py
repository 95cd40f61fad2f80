"""Who may do what with invitations: a row for every public method, and what a limited operator gets to know."""

import inspect
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catena_client import CatenaClient, InvitationCreate, Secret
from dashboard.access.viewer import OPERATOR, Viewer, Visibility
from dashboard.invitations import webhooks
from dashboard.invitations.bulk import BulkRun
from dashboard.invitations.bulk_csv import read
from dashboard.invitations.bulk_runs import BulkRuns
from dashboard.invitations.first_data import FirstDataTracker
from dashboard.invitations.invitation_service import BY_HAND, InvitationService
from dashboard.invitations.models import (
    AlreadyInvited,
    AnswerLost,
    InvitationLists,
    InvitationNotFound,
    InvitationSummary,
    NotSent,
)
from dashboard.invitations.overview import Overview
from dashboard.invitations.rights import NotAllowed, seen_by
from dashboard.invitations.rules import Draft
from dashboard.runtime.audit import Audit
from tests.dashboard.invitations.fakes import START, FakeCatena, finish, refreshed
from tests.dashboard.waiting import until

HERE = replace(
    OPERATOR,
    name="here@example.com",
    visibility=Visibility(frozenset({"f1"})),
    fleet_refs=frozenset({"A"}),
    session="s1",
    address="192.0.2.1",
)
"""An operator of the reference A, which the fleet f1 has."""
CALLERS = {
    "guest": Viewer("guest", Visibility(None), "guest", fleet_refs=None, share="share"),
    "viewer": replace(OPERATOR, role="viewer"),
    "elsewhere": replace(HERE, visibility=Visibility(frozenset({"f2"})), fleet_refs=frozenset({"B"})),
    "here": HERE,
    "operator": OPERATOR,
}


class World:
    """A service with an invitation of A that is asked about, and one of B."""

    def __init__(self, client: CatenaClient, catena: FakeCatena) -> None:
        self.client = client
        self.audit = Audit()
        self.invitations = InvitationService(client, self.audit, now=lambda: catena.now, clock=catena.seconds)
        self.overview = Overview(self.invitations, FirstDataTracker(client), lambda: None)
        self.runs = BulkRuns()
        self.run = BulkRun(self.invitations, read(b"fleet_ref\nA", Draft()).rows)
        self.link = catena.invite("A")["magic_link"]
        catena.invite("B")
        catena.tsps = [{"id": "t", "name": "Telematics"}]
        listed = refreshed(self.invitations).invitations
        self.handle = next(one.handle for one in listed if one.fleet_ref == "A")


def refs(invitations: Any) -> set[str]:
    return {invitation.fleet_ref for invitation in invitations}


def agree(_invitation: InvitationSummary) -> bool:
    return True


A = InvitationCreate(fleet_ref="A")
ROWS: dict[str, tuple[Callable[[World, Viewer], Any], Any, Any, Any]] = {
    # the call, and what comes of it for an operator of others, of this one, and of all
    "InvitationService.lists": (lambda w, v: refs(w.invitations.lists(v).invitations), {"B"}, {"A"}, {"A", "B"}),
    "InvitationService.peek": (lambda w, v: refs(w.invitations.peek(v).invitations), {"B"}, {"A"}, {"A", "B"}),
    "InvitationService.read": (lambda w, v: refs(w.invitations.read(v)), {"B"}, {"A"}, {"A", "B"}),
    "InvitationService.tsps": (lambda w, v: len(w.invitations.tsps(v)), 1, 1, 1),
    "InvitationService.link": (lambda w, v: w.invitations.link(v, w.handle) == w.link, InvitationNotFound, True, True),
    "InvitationService.watch": (
        lambda w, v: w.invitations.watch(v, w.handle).invitation.fleet_ref, InvitationNotFound, "A", "A"
    ),
    "InvitationService.create": (lambda w, v: w.invitations.create(v, A), NotSent, AlreadyInvited, AlreadyInvited),
    "InvitationService.resend": (
        lambda w, v: w.invitations.resend(v, w.handle, may_refresh=agree).created, InvitationNotFound, False, False
    ),
    "InvitationService.delete": (lambda w, v: w.invitations.delete(v, w.handle), InvitationNotFound, None, None),
    "Overview.fleets": (lambda w, v: refs(w.overview.fleets(v, START)), {"B"}, {"A"}, {"A", "B"}),
    "Overview.fleet_of": (lambda w, v: w.overview.fleet_of(v, w.handle, START) is None, True, False, False),
    "Overview.joined": (lambda w, v: w.overview.joined(v, START), [], [], []),
    "Overview.stats": (lambda w, v: w.overview.stats(v, "f1"), None, None, None),
    "BulkRuns.of": (lambda w, v: w.runs.of(v), None, None, None),
    "BulkRuns.start": (lambda w, v: w.runs.start(v, w.run), True, True, True),
    "BulkRuns.put_away": (lambda w, v: w.runs.put_away(v, w.run), None, None, None),
    "BulkRun.start": (lambda w, v: w.run.start(v), True, True, True),
    "webhooks.register": (
        lambda w, v: webhooks.register(v, w.client, "https://map.example.com", Secret("a-shared-secret")).missing,
        NotAllowed, NotAllowed, (),
    ),
}  # fmt: skip
OF_NO_VIEWER = {
    "InvitationService.invalidate",  # reads again, and tells nothing
    "InvitationService.opened",  # told by Catena
    "BulkRuns.pause_all",  # when rules change
    "BulkRun.pause", "BulkRun.counts", "BulkRun.outcome",  # of a run that `BulkRuns.of` gave to whose it is
    "BulkRun.know",  # of what another replica has sent
    "webhooks.seconds", "webhooks.sign", "webhooks.unpacked",  # of what arrives from Catena
}  # fmt: skip


def public(owner: type | ModuleType) -> set[str]:
    name = owner.__name__.rpartition(".")[2]
    return {
        f"{name}.{method}"
        for method, found in vars(owner).items()
        if not method.startswith("_") and inspect.isfunction(found) and "dashboard" in found.__module__
    }


def test_every_public_method_has_a_row() -> None:
    parts = (InvitationService, Overview, BulkRuns, BulkRun, webhooks)
    assert set().union(*map(public, parts)) == {*ROWS, *OF_NO_VIEWER}
    assert InvitationService.__bases__ == (object,), "what it inherits would be missed"


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("method", ROWS)
def test_who_gets_what(client: CatenaClient, catena: FakeCatena, method: str, caller: str) -> None:
    world, viewer = World(client, catena), CALLERS[caller]
    call, *outcomes = ROWS[method]
    calls = catena.calls.total()
    expected = (NotAllowed, NotAllowed, *outcomes)[list(CALLERS).index(caller)]
    if isinstance(expected, type):
        with pytest.raises(expected):
            call(world, viewer)
        assert not catena.posted
        assert not catena.webhooks
        assert not world.audit.latest()
        assert expected is AlreadyInvited or catena.calls.total() == calls, "Catena was asked"
    else:
        assert call(world, viewer) == expected
    until(lambda: not world.run.running)


@pytest.fixture
def world(client: CatenaClient, catena: FakeCatena) -> World:
    return World(client, catena)


def of_a(invitations: InvitationService, viewer: Viewer = HERE) -> InvitationSummary:
    (found,) = refreshed_for(invitations, viewer)
    return found


def refreshed_for(invitations: InvitationService, viewer: Viewer) -> tuple[InvitationSummary, ...]:
    invitations.invalidate()
    refreshed(invitations)
    return invitations.peek(viewer).invitations


ACCEPTED = {"status": "accepted", "fleet_email": "hidden@example.com"}


def test_one_accepted_by_ones_own_fleet_is_ones_own(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    made = catena.invite("A", fleet_id="f1", **ACCEPTED)
    found = of_a(invitations)
    assert found.fleet_id == "f1"
    assert invitations.link(HERE, found.handle) == made["magic_link"]
    assert not invitations.resend(HERE, found.handle, may_refresh=agree).created


def test_one_accepted_by_a_fleet_that_is_not_seen_says_no_more_and_is_left_alone(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    """Its link would open that fleet's sign-up, and sending it again would renew its tokens."""
    catena.invite("A", fleet_id="f2", **ACCEPTED)
    found = of_a(invitations)
    assert (found.status, found.fleet_id, found.email) == ("accepted", None, "")
    for call in (
        lambda: invitations.link(HERE, found.handle),
        lambda: invitations.delete(HERE, found.handle),
        lambda: invitations.resend(HERE, found.handle, may_refresh=agree),
    ):
        with pytest.raises(InvitationNotFound):
            call()
    with pytest.raises(NotSent) as refused:
        invitations.create(HERE, A, may_refresh=agree)
    assert "accepted" not in str(refused.value)
    assert "invitation" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert not catena.posted
    assert len(catena.invitations) == 1


def test_a_watched_one_of_a_fleet_that_is_not_seen_says_only_that_it_was_accepted(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    catena.invite("A", fleet_id="f2", fleet_name="Hidden", **ACCEPTED)
    catena.connections = [ROW | {"fleet_id": "f2", "source_name": "hidden"}]
    handle = of_a(invitations).handle
    until(lambda: invitations.watch(OPERATOR, handle).connections)
    seen = invitations.watch(HERE, handle)
    assert (seen.invitation.status, seen.invitation.fleet_id, seen.connections) == ("accepted", None, ())
    assert "idden" not in repr(seen)


@pytest.mark.parametrize("status", ["active", "accepted", "declined"])
@pytest.mark.parametrize("may_refresh", [agree, lambda _invitation: False], ids=["agreed", "not"])
def test_what_is_in_the_way_and_not_seen_is_not_told(
    invitations: InvitationService,
    catena: FakeCatena,
    status: str,
    may_refresh: Callable[[InvitationSummary], bool],
) -> None:
    said = set()
    for values in ({"fleet_id": "f2"}, {"fleet_ref": None}):
        catena.invitations.clear()
        one = catena.invite("A", status=status, fleet_name="Hidden")
        listed = httpx.Response(
            200, json={"items": [one | values], "current_page": "c", "previous_page": None, "next_page": None}
        )
        catena.fault = lambda request, listed=listed: listed if "fleet_ref" in request.url.params else None
        with pytest.raises(NotSent) as refused:
            invitations.create(HERE, A, may_refresh=may_refresh)
        said.add(str(refused.value))
    assert len(said) == 1
    assert not catena.posted


def test_one_of_ones_own_fleet_under_another_reference_is_seen_and_not_sent(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    catena.invite("OLD", fleet_id="f1", **ACCEPTED)
    found = of_a(invitations)
    assert found.fleet_ref == "OLD"
    with pytest.raises(NotSent, match="you may not invite under this fleet reference"):
        invitations.resend(HERE, found.handle, may_refresh=agree)
    assert not catena.posted


@pytest.mark.parametrize("status", ["accepted", "expired"])
def test_one_that_another_fleet_takes_meanwhile_is_not_sent_again(
    invitations: InvitationService, catena: FakeCatena, status: str
) -> None:
    made = catena.invite("A")
    handle = of_a(invitations).handle
    made.update(status=status, fleet_id="f2")
    with pytest.raises(NotSent):
        invitations.resend(HERE, handle, may_refresh=agree)
    assert not catena.posted


ROW = {"id": "r", "status": "active", "resource": "vehicle", "connection_id": "c"}


def test_the_other_lists_are_of_ones_fleets_alone(invitations: InvitationService, catena: FakeCatena) -> None:
    rows = [ROW | {"fleet_id": fleet} for fleet in ("f1", "f2", None)]
    catena.agreements, catena.connections, catena.freshness = [*rows, {"id": 7}], rows, rows
    everything = refreshed(invitations)
    own = invitations.peek(HERE)
    for name in ("agreements", "connections", "freshness"):
        assert {row.fleet_id for row in getattr(own, name)} == {"f1"}
        assert {row.fleet_id for row in getattr(everything, name)} >= {"f1", "f2"}
    assert everything.unreadable["share agreements"]
    assert not own.unreadable


SUMMARY = {
    "live": True, "created_at": None, "expires_at": None, "accepted_at": None, "declined_at": None,
    "decline_reason": "", "permissions": {}, "limit_tsps": (), "email": "", "phone": "", "created_by": "",
}  # fmt: skip
REFS, FLEETS = st.sampled_from(["", "A", "B", "C"]), st.sampled_from([None, "", "f1", "f2", "f3"])


@given(
    st.lists(st.tuples(REFS, FLEETS), max_size=8),
    st.none() | st.frozensets(REFS.filter(bool)),
    st.none() | st.frozensets(FLEETS.filter(bool)),
)
def test_a_limited_operator_is_told_of_no_fleet_but_theirs(
    rows: list[tuple[str, str | None]], granted: frozenset[str] | None, visible: frozenset[str] | None
) -> None:
    viewer = replace(OPERATOR, fleet_refs=granted, visibility=Visibility(visible))  # type: ignore[arg-type]
    lists = InvitationLists(
        tuple(
            InvitationSummary(f"h{n}", ref, f"name-{n}", "active", fleet_id=fleet, **SUMMARY)  # type: ignore[arg-type]
            for n, (ref, fleet) in enumerate(rows)
        )
    )
    seen = seen_by(viewer, lists).invitations
    for one in seen:
        ref, fleet = rows[int(one.handle[1:])]
        assert granted is None or ref in granted or (visible is None and fleet) or fleet in (visible or ())
        assert one.fleet_id in {fleet, None}
        assert not one.fleet_id or viewer.visibility.includes(one.fleet_id)
        assert bool(one.fleet_name) == (not fleet or viewer.visibility.includes(fleet))
    of_theirs = [f"h{n}" for n, (ref, _fleet) in enumerate(rows) if granted is None or ref in granted]
    assert set(of_theirs) <= {one.handle for one in seen}


def said(world: World) -> list[tuple[str, str, str, str]]:
    return [(entry.event, entry.who, entry.address, entry.what) for entry in reversed(world.audit.latest())]


def test_what_is_done_is_recorded_with_who_and_where(world: World, catena: FakeCatena) -> None:
    ref = f"CARRIER-{uuid.uuid4()}"
    limitless = replace(HERE, fleet_refs=None, visibility=Visibility(None))
    made = world.invitations.create(limitless, InvitationCreate(fleet_ref=ref)).invitation
    world.invitations.link(HERE, world.handle)
    world.invitations.resend(HERE, world.handle, may_refresh=agree)
    world.invitations.delete(limitless, made.handle)
    who = "here@example.com", "192.0.2.1"
    *entries, deleted = said(world)
    assert [event for event, *_ in entries] == ["invitation made", "link revealed", "invitation resent"]
    assert entries[1:] == [("link revealed", *who, "A"), ("invitation resent", *who, "A")]
    assert deleted == ("invitation deleted", *who, entries[0][3])
    written = json.dumps(said(world))
    assert ref not in written
    assert entries[0][3].startswith("CARRIER-")
    for secret in (world.link, *(one["id"] for one in catena.invitations)):
        assert secret not in written


def test_a_link_is_recorded_once_in_a_session(world: World) -> None:
    for _ in range(5):
        world.invitations.link(HERE, world.handle)
    world.invitations.link(replace(HERE, session="s2"), world.handle)
    assert len(said(world)) == 2


def test_what_was_sent_and_lost_is_recorded(world: World, catena: FakeCatena) -> None:
    def lose(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST":
            catena.fault = lambda _request: httpx.Response(503)
            raise httpx.ReadTimeout("lost", request=request)
        return None

    catena.fault = lose
    with pytest.raises(AnswerLost):
        world.invitations.create(OPERATOR, InvitationCreate(fleet_ref="C"))
    assert said(world) == [("invitation made", "operator", "", "C (the answer was lost)")]


def test_by_hand_is_not_faster_than_hands_are(world: World, catena: FakeCatena) -> None:
    for number in range(BY_HAND):
        world.invitations.create(OPERATOR, InvitationCreate(fleet_ref=f"R{number}"))
    for call in (
        lambda: world.invitations.create(OPERATOR, InvitationCreate(fleet_ref="one more")),
        lambda: world.invitations.resend(OPERATOR, world.handle, may_refresh=agree),
    ):
        with pytest.raises(NotSent, match="within a minute"):
            call()
    assert len(catena.posted) == BY_HAND
    assert not world.invitations.resend(HERE, world.handle, may_refresh=agree).created, "somebody else"
    assert world.invitations.create(OPERATOR, InvitationCreate(fleet_ref="in a file"), in_bulk=True).created


def test_a_file_sends_the_rows_of_ones_references(world: World, catena: FakeCatena) -> None:
    data = b"fleet_ref\nA\nB\nC\n"
    checked = read(data, Draft(), fleet_refs=HERE.fleet_refs)
    assert [row.problem for row in checked.rows] == [
        "",
        *["fleet_ref: you may not invite under this reference."] * 2,
    ]
    run = BulkRun(world.invitations, read(data, Draft()).rows, again=True)
    finish(run, HERE)
    assert [sent["fleet_ref"] for sent in catena.posted] == ["A"]
    assert run.counts() == {"refreshed": 1, "failed": 2}
