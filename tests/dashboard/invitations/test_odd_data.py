"""What Catena sends in an odd form is unknown, sorts last, and costs nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from catena_client import InvitationCreate
from dashboard.access.viewer import OPERATOR
from dashboard.invitations.fleet_stats import FleetStats
from dashboard.invitations.formatting import expiry, local_time, next_step
from dashboard.invitations.funnel import funnel
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.models import AlreadyInvited, InvitationSummary, NotSent
from tests.dashboard.invitations.fakes import START, FakeCatena, refreshed, stamp

NOW = START + timedelta(hours=1)
POST = "POST /v2/orgs/invitations"
SURROGATE = "\ud800"

ODD_INVITATIONS: list[tuple[str, object, str, object]] = [
    ("created_at", None, "created_at", None),
    ("created_at", "yesterday", "created_at", None),
    ("expires_at", "", "expires_at", None),
    ("expires_at", "0001-01-01T00:00:00+14:00", "expires_at", None),
    ("expires_in_hours", "24 h", "fleet_ref", "ODD"),
    ("status", None, "status", "unknown"),
    ("status", 7, "status", "unknown"),
    ("status", "a status of tomorrow", "status", "a status of tomorrow"),
    ("fleet_ref", 5, "fleet_ref", ""),
    ("fleet_name", SURROGATE, "fleet_name", ""),
    ("fleet_id", {}, "fleet_id", None),
    ("permissions", "all", "permissions", {}),
    ("permissions", None, "permissions", {}),
    ("limit_tsps", "samsara", "limit_tsps", ()),
    ("limit_tsps", [1], "limit_tsps", ()),
    ("magic_link", 5, "fleet_ref", "ODD"),
    ("accepted_at", "soon", "accepted_at", None),
    ("decline_reason", ["no"], "decline_reason", ""),
]


def anything(_item: InvitationSummary) -> bool:
    return True


@pytest.mark.parametrize(("field", "value", "attribute", "known"), ODD_INVITATIONS)
def test_an_odd_field_costs_that_field(
    invitations: InvitationService,
    catena: FakeCatena,
    field: str,
    value: object,
    attribute: str,
    known: object,
) -> None:
    catena.invite("GOOD")
    odd = catena.invite("ODD")
    odd[field] = value
    lists = refreshed(invitations)
    assert not lists.outages
    items = {item.fleet_ref: item for item in lists.invitations}
    assert items["GOOD"].status == "active"
    other = next(item for item in lists.invitations if item.fleet_ref != "GOOD")
    assert getattr(other, attribute) == known
    assert len(funnel(lists, {}, NOW)) == 2
    assert expiry(other.status, other.expires_at, NOW)
    assert next_step(other.status, other.expires_at, NOW)


def test_what_has_no_known_age_sorts_last(invitations: InvitationService, catena: FakeCatena) -> None:
    for ref, created_at in (("NONE", None), ("OLD", START), ("NEW", NOW), ("ODD", "?")):
        catena.invite(ref)["created_at"] = (
            stamp(created_at) if isinstance(created_at, datetime) else created_at
        )
    lists = refreshed(invitations)
    assert [item.fleet_ref for item in lists.invitations] == ["NEW", "OLD", "NONE", "ODD"]
    assert [fleet.fleet_ref for fleet in funnel(lists, {}, NOW)] == ["NEW", "OLD", "NONE", "ODD"]


@pytest.mark.parametrize("status", [None, 7, "a status of tomorrow"])
def test_an_unknown_status_counts_as_live(
    invitations: InvitationService, catena: FakeCatena, status: object
) -> None:
    catena.invite("A")["status"] = status
    with pytest.raises(AlreadyInvited):
        invitations.create(OPERATOR, InvitationCreate(fleet_ref="A"))
    assert not catena.posted


def test_one_that_ran_out_by_our_clock_alone_counts_as_live(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    catena.invite("A", expires_at=stamp(START - timedelta(days=1)))
    assert refreshed(invitations).invitations[0].status == "expired"
    with pytest.raises(AlreadyInvited):
        invitations.create(OPERATOR, InvitationCreate(fleet_ref="A"))


def test_rows_that_cannot_be_read_at_all_are_counted(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    catena.invite("GOOD")
    catena.invite("ODD")["id"] = None
    catena.connections = [connection(), connection(id=4)]
    lists = refreshed(invitations)
    assert [item.fleet_ref for item in lists.invitations] == ["GOOD"]
    assert lists.unreadable == {"invitations": 1, "connections": 1}
    assert not lists.outages


def test_an_invitation_that_cannot_be_read_at_all_is_not_touched(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    catena.invite("A")["id"] = None
    with pytest.raises(NotSent, match="cannot be read"):
        invitations.create(OPERATOR, InvitationCreate(fleet_ref="A"), may_refresh=anything)
    assert not catena.posted


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit_tsps", [1]),
        ("permissions", None),
        ("permissions", "all"),
        ("fleet_email", 5),
        ("expires_in_hours", "long"),
        ("fleet_ref", 5),
    ],
)
def test_nothing_is_resent_with_options_that_are_not_known(
    invitations: InvitationService, catena: FakeCatena, field: str, value: object
) -> None:
    catena.invite("A")[field] = value
    handle = refreshed(invitations).invitations[0].handle
    with pytest.raises(NotSent, match="options"):
        invitations.resend(OPERATOR, handle, may_refresh=anything)
    assert not catena.posted


def test_a_link_that_is_not_known_is_empty(invitations: InvitationService, catena: FakeCatena) -> None:
    catena.invite("A")["magic_link"] = 5
    assert invitations.link(OPERATOR, refreshed(invitations).invitations[0].handle) == ""


def agreement(**values: Any) -> dict[str, Any]:
    return {
        "id": "a",
        "fleet_id": "f1",
        "partner_id": "p",
        "status": "active",
        "effective_date": stamp(START),
        **values,
    }


def connection(**values: Any) -> dict[str, Any]:
    return {
        "id": "c",
        "created_at": stamp(START),
        "updated_at": stamp(START),
        "fleet_id": "f1",
        "tsp_id": "t1",
        "source_name": "samsara",
        "status": "active",
        **values,
    }


ODD_ROWS: list[tuple[str, dict[str, Any]]] = [
    ("agreements", agreement(effective_date=None)),
    ("agreements", agreement(effective_date="soon")),
    ("agreements", agreement(status=None)),
    ("agreements", agreement(status=3)),
    ("agreements", agreement(expiration_date="never")),
    ("agreements", agreement(scopes="all")),
    ("connections", connection(created_at=None)),
    ("connections", connection(status=None)),
    ("connections", connection(tsp_id=4, source_name=None)),
    ("connections", connection(updated_at="?")),
    ("freshness", {"resource": "vehicle", "fleet_id": "f1", "connection_id": "c", "tsp_id": None}),
    ("freshness", {"resource": None, "fleet_id": 1, "connection_id": []}),
    ("tsps", {"id": "t1", "name": None, "slug": 5, "logo_url": ["x"]}),
    ("tsps", {"id": 7}),
]


@pytest.mark.parametrize(("where", "odd"), ODD_ROWS)
def test_odd_rows_beside_the_invitations_stand_in_no_fleets_way(
    invitations: InvitationService, catena: FakeCatena, where: str, odd: dict[str, Any]
) -> None:
    catena.invite("A", status="accepted", fleet_id="f1", accepted_at=stamp(START))
    catena.agreements, catena.connections = [agreement()], [connection()]
    catena.tsps = [
        {"id": "t1", "name": "Samsara", "slug": "samsara"},
        {"id": "t2", "name": "Geotab", "slug": "geotab"},
    ]
    if where in ("agreements", "connections"):
        setattr(catena, where, [odd])
    else:
        getattr(catena, where).append(odd)
    lists = refreshed(invitations)
    assert not lists.outages
    flowing = {"f1": FleetStats("Nord", 5, 4, NOW - timedelta(minutes=1))}
    (fleet,) = funnel(lists, flowing, NOW)
    assert (fleet.reached, fleet.waiting, fleet.stuck) == (6, "", False)
    assert "None" not in repr([step.note for step in fleet.steps])
    assert lists.providers["t2"] == "Geotab"


@pytest.mark.parametrize("moment", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)])
@pytest.mark.parametrize("where", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_ends_of_time_are_written(moment: datetime, where: str) -> None:
    assert str(moment.year) in local_time(moment, ZoneInfo(where))
