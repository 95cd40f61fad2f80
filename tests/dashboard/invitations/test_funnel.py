"""The funnel, as a table of cases: what Catena says → how far a fleet is, what it waits for, since when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from catena_client import Connection, DataFreshness, ShareAgreement
from dashboard.invitations.facts import FleetFacts, fleet_facts
from dashboard.invitations.funnel import STEPS, Firsts, Line, funnel, totals
from dashboard.invitations.items import Item, View

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
INVITED = NOW - timedelta(hours=10)
ACCEPTED = NOW - timedelta(hours=8)
AGREED = NOW - timedelta(hours=7)
CONNECTED = NOW - timedelta(hours=5)
LATER = NOW - timedelta(hours=1)


def item(**values: Any) -> Item:
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
    return Item(**{**defaults, **values})


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


def line_of(view: View, facts: dict[str, FleetFacts] | None = None, **more: Any) -> Line:
    (line,) = funnel(view, facts or {}, NOW, **more)
    return line


FLOWING = {"f1": FleetFacts("Nord", 5, 4, NOW - timedelta(minutes=1))}
QUIET = {"f1": FleetFacts("Nord", 5, 4, NOW - timedelta(days=3))}
UNPLACED = {"f1": FleetFacts("Nord", 5, 0, None)}


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
    line = line_of(View(items=(item(**{"accepted_at": None, **invitation}),)))
    assert (line.waiting, line.since, line.stuck, line.reached) == (waiting, since, stuck, 1)


CASES: list[tuple[str, dict[str, Any], dict[str, FleetFacts], int, str, datetime | None, bool]] = [
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
    ("parts", "facts", "reached", "waiting", "since", "stuck"),
    [c[1:] for c in CASES],
    ids=[c[0] for c in CASES],
)
def test_after_acceptance(
    parts: dict[str, Any],
    facts: dict[str, FleetFacts],
    reached: int,
    waiting: str,
    since: datetime | None,
    stuck: bool,
) -> None:
    line = line_of(View(items=(item(),), **parts), facts)
    assert (line.reached, line.waiting, line.since, line.stuck) == (reached, waiting, since, stuck)
    assert len(line.steps) == len(STEPS)


def test_the_times_between_the_steps() -> None:
    view = View(items=(item(),), agreements=(agreement(),), connections=(connection(),))
    firsts = {"f1": Firsts(CONNECTED + timedelta(minutes=3), CONNECTED + timedelta(minutes=5))}
    line = line_of(view, FLOWING, firsts=firsts)
    hours = timedelta(hours=1)
    minutes = timedelta(minutes=1)
    assert [line.took(n) for n in range(6)] == [None, 2 * hours, hours, 2 * hours, 3 * minutes, 2 * minutes]
    unknown = line_of(View(items=(item(accepted_at=None),), agreements=(agreement(),)))
    assert unknown.took(1) is None
    assert unknown.took(2) == 3 * hours


def test_both_providers_of_a_fleet_are_named_with_their_status() -> None:
    view = View(
        items=(item(),),
        connections=(connection(), connection(id="d", tsp_id="t2", source_name="geotab", status="failed")),
        providers={"t1": "Samsara"},
    )
    assert line_of(view).steps[3].note == "Samsara (active), geotab (failed)"


def test_fleets_are_told_apart_by_id_though_they_share_a_reference() -> None:
    view = View(items=(item(handle="1", fleet_id="f1"), item(handle="2", fleet_id="f2")))
    assert {(line.fleet_id, line.handle) for line in funnel(view, {}, NOW)} == {("f1", "1"), ("f2", "2")}


def test_a_fleet_without_a_listed_invitation_is_there_all_the_same() -> None:
    view = View(agreements=(agreement(fleet_ref="OLD"),), connections=(connection(),))
    line = line_of(view, FLOWING)
    assert (line.fleet, line.fleet_ref, line.handle, line.reached) == ("Nord", "OLD", "", 6)
    assert line.steps[0].note


def test_an_expired_invitation_is_hidden_once_the_fleet_was_invited_again() -> None:
    old = item(handle="old", status="expired", fleet_id=None, created_at=INVITED - timedelta(days=5))
    new = item(handle="new", status="active", fleet_id=None)
    deleted = item(handle="gone", fleet_ref="X", status="deleted", fleet_id=None)
    assert [line.handle for line in funnel(View(items=(new, old, deleted)), {}, NOW)] == ["new"]


def test_totals_count_fleets_that_came_at_least_so_far() -> None:
    waiting = item(handle="w", status="active", fleet_id=None, fleet_ref="W")
    view = View(items=(item(), waiting), agreements=(agreement(),), connections=(connection(),))
    assert totals(funnel(view, FLOWING, NOW)) == [2, 1, 1, 1, 1, 1]
    assert totals([]) == [0] * 6


def test_names_never_show_an_invitations_id() -> None:
    secret = "019c776d-b117-7c1a-af6e-7076c4071e37"
    facts = {"f1": FleetFacts(f"Fleet {secret}", 1, 1, NOW)}
    line = line_of(View(items=(item(fleet_ref=f"ref {secret}", fleet_name=f"Fleet {secret}"),)), facts)
    assert secret not in line.fleet + line.fleet_ref


def test_facts_of_a_snapshot() -> None:
    when = pd.to_datetime(["2026-03-02T11:00Z", None, "2026-03-01T00:00Z"], format="ISO8601").as_unit("us")
    frame = pd.DataFrame(
        {
            "fleet_id": pd.Categorical(["f1", "f1", "f2"]),
            "fleet": pd.Categorical(["Nord", "Nord", "Sud"]),
            "unplaceable": pd.Categorical(["", "no position reported", ""]),
            "occurred_at": when,
        }
    )
    assert fleet_facts(frame) == {
        "f1": FleetFacts("Nord", 2, 1, datetime(2026, 3, 2, 11, tzinfo=UTC)),
        "f2": FleetFacts("Sud", 1, 1, datetime(2026, 3, 1, tzinfo=UTC)),
    }
    assert fleet_facts(frame.iloc[:0]) == {}
