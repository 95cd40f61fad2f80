"""The funnel, as a table of cases: what Catena says → how far a fleet is, what it waits for, since when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catena_client import Connection, DataFreshness, ShareAgreement
from dashboard.invitations.first_data import FirstData
from dashboard.invitations.fleet_stats import FleetStats
from dashboard.invitations.funnel import STEPS, FleetProgress, funnel, totals
from dashboard.invitations.models import InvitationLists, InvitationSummary

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
INVITED = NOW - timedelta(hours=10)
ACCEPTED = NOW - timedelta(hours=8)
AGREED = NOW - timedelta(hours=7)
CONNECTED = NOW - timedelta(hours=5)
LATER = NOW - timedelta(hours=1)


def summary(**values: Any) -> InvitationSummary:
    defaults: dict[str, Any] = {
        "handle": "h",
        "fleet_ref": "R",
        "fleet_name": "",
        "status": "accepted",
        "live": True,
        "created_at": INVITED,
        "expires_at": NOW + timedelta(hours=1),
        "accepted_at": ACCEPTED,
        "declined_at": None,
        "decline_reason": "",
        "fleet_id": "f1",
        "permissions": {},
        "limit_tsps": (),
        "email": "",
        "phone": "",
        "created_by": "",
    }
    return InvitationSummary(**{**defaults, **values})


def agreement(**values: Any) -> ShareAgreement:
    defaults: dict[str, Any] = {"id": "a", "fleet_id": "f1", "status": "active", "effective_date": AGREED}
    return ShareAgreement(**{**defaults, **values})


def connection(**values: Any) -> Connection:
    defaults: dict[str, Any] = {
        "id": "c",
        "created_at": CONNECTED,
        "updated_at": LATER,
        "fleet_id": "f1",
        "tsp_id": "t1",
        "source_name": "samsara",
        "status": "active",
    }
    return Connection(**{**defaults, **values})


def freshness(read_at: datetime | None) -> DataFreshness:
    return DataFreshness(
        resource="vehicle_location",
        fleet_id="f1",
        connection_id="c",
        source_name="samsara",
        tsp_id="t1",
        tsp_slug="samsara",
        last_successful_execution_at=read_at,
    )


def progress_of(
    lists: InvitationLists, stats: dict[str, FleetStats] | None = None, **more: Any
) -> FleetProgress:
    (fleet,) = funnel(lists, stats or {}, NOW, **more)
    return fleet


FLOWING = {"f1": FleetStats("Nord", 5, 4, NOW - timedelta(minutes=1))}
QUIET = {"f1": FleetStats("Nord", 5, 4, NOW - timedelta(days=3))}
UNPLACED = {"f1": FleetStats("Nord", 5, 0, None)}


@pytest.mark.parametrize(
    ("invitation", "waiting", "since", "stuck"),
    [
        (
            {"status": "active", "fleet_id": None, "accepted_at": None},
            "Waiting for the fleet to accept",
            INVITED,
            False,
        ),
        (
            {"status": "declined", "fleet_id": None, "declined_at": LATER, "decline_reason": "no budget"},
            "The fleet declined: “no budget”",
            LATER,
            True,
        ),
        (
            {"status": "declined", "fleet_id": None, "declined_at": LATER},
            "The fleet declined",
            LATER,
            True,
        ),
        (
            {"status": "expired", "fleet_id": None, "expires_at": LATER},
            "The invitation expired unused",
            LATER,
            True,
        ),
    ],
)
def test_before_acceptance(invitation: dict[str, Any], waiting: str, since: datetime, stuck: bool) -> None:
    fleet = progress_of(InvitationLists(invitations=(summary(**{"accepted_at": None, **invitation}),)))
    assert (fleet.waiting, fleet.since, fleet.stuck, fleet.reached) == (waiting, since, stuck, 1)


CASES: list[tuple[str, dict[str, Any], dict[str, FleetStats], int, str, datetime | None, bool]] = [
    ("accepted only", {}, {}, 2, "Waiting for the share agreement", ACCEPTED, False),
    (
        "sharing",
        {"agreements": (agreement(),)},
        {},
        3,
        "Waiting for the fleet to connect a provider",
        AGREED,
        False,
    ),
    (
        "paused",
        {"agreements": (agreement(status="paused"),), "connections": (connection(),)},
        FLOWING,
        2,
        "Sharing stopped: agreement paused",
        None,
        True,
    ),
    (
        "ran out",
        {"agreements": (agreement(expiration_date=LATER),)},
        {},
        2,
        "Sharing stopped: agreement expired",
        None,
        True,
    ),
    (
        "starts later",
        {"agreements": (agreement(effective_date=NOW + timedelta(days=1)),)},
        {},
        2,
        "Agreed, but not in force yet",
        ACCEPTED,
        False,
    ),
    (
        "an old agreement ended, a new one is in force",
        {"agreements": (agreement(status="cancelled", effective_date=LATER), agreement()), "connections": ()},
        {},
        3,
        "Waiting for the fleet to connect a provider",
        AGREED,
        False,
    ),
    (
        "connected, never read",
        {"agreements": (agreement(),), "connections": (connection(),), "freshness": (freshness(None),)},
        {},
        4,
        "Waiting for the first data from the provider",
        CONNECTED,
        False,
    ),
    (
        "connected, read, nothing there",
        {"agreements": (agreement(),), "connections": (connection(),), "freshness": (freshness(LATER),)},
        {},
        4,
        "Provider read, no vehicles found yet",
        CONNECTED,
        False,
    ),
    (
        "connection failed",
        {"agreements": (agreement(),), "connections": (connection(status="failed"),)},
        {},
        4,
        "The connection is failed",
        LATER,
        True,
    ),
    (
        "connection cancelled",
        {"agreements": (agreement(),), "connections": (connection(status="cancelled"),)},
        {},
        3,
        "Waiting for the fleet to connect a provider",
        AGREED,
        False,
    ),
    (
        "vehicles without a position",
        {"agreements": (agreement(),), "connections": (connection(),)},
        UNPLACED,
        5,
        "Vehicles found, but none has reported a position",
        CONNECTED,
        False,
    ),
    ("flowing", {"agreements": (agreement(),), "connections": (connection(),)}, FLOWING, 6, "", None, False),
    (
        "flowing over a paused connection",
        {"agreements": (agreement(),), "connections": (connection(status="paused"),)},
        FLOWING,
        6,
        "",
        None,
        False,
    ),
    (
        "two providers, one stale",
        {"agreements": (agreement(),), "connections": (connection(), connection(id="d", status="stale"))},
        FLOWING,
        6,
        "Data flows, but one connection is stale",
        LATER,
        True,
    ),
    (
        "gone quiet",
        {"agreements": (agreement(),), "connections": (connection(),)},
        QUIET,
        6,
        "Quiet: no new position for over a day",
        NOW - timedelta(days=3),
        True,
    ),
    (
        "gone quiet because the connection went stale",
        {"agreements": (agreement(),), "connections": (connection(status="stale"),)},
        QUIET,
        6,
        "The connection is stale",
        LATER,
        True,
    ),
]


@pytest.mark.parametrize(
    ("parts", "stats", "reached", "waiting", "since", "stuck"),
    [c[1:] for c in CASES],
    ids=[c[0] for c in CASES],
)
def test_after_acceptance(
    parts: dict[str, Any],
    stats: dict[str, FleetStats],
    reached: int,
    waiting: str,
    since: datetime | None,
    stuck: bool,
) -> None:
    fleet = progress_of(InvitationLists(invitations=(summary(),), **parts), stats)
    assert (fleet.reached, fleet.waiting, fleet.since, fleet.stuck) == (reached, waiting, since, stuck)
    assert len(fleet.steps) == len(STEPS)


def test_the_times_between_the_steps() -> None:
    lists = InvitationLists(invitations=(summary(),), agreements=(agreement(),), connections=(connection(),))
    first_data = {"f1": FirstData(CONNECTED + timedelta(minutes=3), CONNECTED + timedelta(minutes=5))}
    fleet = progress_of(lists, FLOWING, first_data=first_data)
    hours = timedelta(hours=1)
    minutes = timedelta(minutes=1)
    assert [fleet.took(n) for n in range(6)] == [None, 2 * hours, hours, 2 * hours, 3 * minutes, 2 * minutes]
    unknown = progress_of(
        InvitationLists(invitations=(summary(accepted_at=None),), agreements=(agreement(),))
    )
    assert unknown.took(1) is None
    assert unknown.took(2) == 3 * hours


def test_both_providers_of_a_fleet_are_named_with_their_status() -> None:
    lists = InvitationLists(
        invitations=(summary(),),
        connections=(connection(), connection(id="d", tsp_id="t2", source_name="geotab", status="failed")),
        providers={"t1": "Samsara"},
    )
    assert progress_of(lists).steps[3].note == "Samsara (active), geotab (failed)"


def test_fleets_are_told_apart_by_id_though_they_share_a_reference() -> None:
    lists = InvitationLists(
        invitations=(summary(handle="1", fleet_id="f1"), summary(handle="2", fleet_id="f2"))
    )
    assert {(fleet.fleet_id, fleet.handle) for fleet in funnel(lists, {}, NOW)} == {("f1", "1"), ("f2", "2")}


def test_a_fleet_without_a_listed_invitation_is_there_all_the_same() -> None:
    lists = InvitationLists(agreements=(agreement(fleet_ref="OLD"),), connections=(connection(),))
    fleet = progress_of(lists, FLOWING)
    assert (fleet.fleet, fleet.fleet_ref, fleet.handle, fleet.reached) == ("Nord", "OLD", "", 6)
    assert fleet.steps[0].note


def test_an_expired_invitation_is_hidden_once_the_fleet_was_invited_again() -> None:
    old = summary(handle="old", status="expired", fleet_id=None, created_at=INVITED - timedelta(days=5))
    new = summary(handle="new", status="active", fleet_id=None)
    deleted = summary(handle="gone", fleet_ref="X", status="deleted", fleet_id=None)
    assert [fleet.handle for fleet in funnel(InvitationLists(invitations=(new, old, deleted)), {}, NOW)] == [
        "new"
    ]


def test_totals_count_fleets_that_came_at_least_so_far() -> None:
    waiting = summary(handle="w", status="active", fleet_id=None, fleet_ref="W")
    lists = InvitationLists(
        invitations=(summary(), waiting), agreements=(agreement(),), connections=(connection(),)
    )
    assert totals(funnel(lists, FLOWING, NOW)) == [2, 1, 1, 1, 1, 1]
    assert totals([]) == [0] * 6


def test_names_never_show_an_invitations_id() -> None:
    secret = "019c776d-b117-7c1a-af6e-7076c4071e37"
    stats = {"f1": FleetStats(f"Fleet {secret}", 1, 1, NOW)}
    fleet = progress_of(
        InvitationLists(invitations=(summary(fleet_ref=f"ref {secret}", fleet_name=f"Fleet {secret}"),)),
        stats,
    )
    assert secret not in fleet.fleet + fleet.fleet_ref
