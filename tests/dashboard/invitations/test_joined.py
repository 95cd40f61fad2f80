"""Who has joined since a moment, as a wall shows it."""

from datetime import datetime, timedelta
from typing import Any

from dashboard.invitations.fleet_stats import FleetStats
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.joined import JoinedFleet, joined
from dashboard.invitations.models import InvitationLists
from tests.dashboard.invitations.fakes import START, FakeCatena, refreshed, stamp

EARLIER, SINCE, LATER = (START + timedelta(hours=hours) for hours in (-2, -1, 0))
UUID = "3f2b8a52-0b1c-4a57-9f70-5a9a3d6f1c11"


def accepted(catena: FakeCatena, reference: str, at: datetime | None, **values: Any) -> None:
    catena.invite(
        reference,
        status="accepted",
        accepted_at=None if at is None else stamp(at),
        **{"fleet_id": reference} | values,
    )


def names(lists: InvitationLists) -> list[str]:
    return [fleet.name for fleet in joined(lists, {}, SINCE)]


def test_those_accepted_since_then_the_newest_first_and_each_once(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    accepted(catena, "BEFORE", EARLIER)
    accepted(catena, "FIRST", SINCE)
    accepted(catena, "SECOND", LATER, fleet_name="Second Line")
    accepted(catena, "SECOND", LATER, fleet_id="SECOND", created_at=stamp(EARLIER))
    accepted(catena, "HIDDEN", LATER, fleet_id=None)
    accepted(catena, f"Fleet {UUID}", SINCE - timedelta(0), fleet_id="odd")
    catena.invite("WAITING")
    found = names(refreshed(invitations))
    assert found[0] == "Second Line"
    assert len(found) == 3
    assert "FIRST" in found
    assert UUID not in "".join(found)


def test_the_share_agreement_says_when_if_the_invitation_does_not(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    for reference in ("OLD", "NEW", "UNTOLD"):
        accepted(catena, reference, None)
    catena.agreements = [
        {"id": "a", "fleet_id": "OLD", "status": "active", "effective_date": stamp(EARLIER)},
        {"id": "b", "fleet_id": "NEW", "status": "active", "effective_date": stamp(LATER)},
    ]
    assert names(refreshed(invitations)) == ["NEW"]


def test_it_says_what_it_is_connected_to_and_how_many_vehicles_it_has(
    invitations: InvitationService, catena: FakeCatena
) -> None:
    accepted(catena, "F1", LATER)
    row = {"created_at": stamp(LATER), "updated_at": stamp(LATER), "fleet_id": "F1", "credentials": {}}
    catena.tsps = [{"id": "t", "name": "Telematics"}]
    catena.connections = [
        row | {"id": "1", "tsp_id": "t", "source_name": "x", "status": "active"},
        row | {"id": "2", "tsp_id": None, "source_name": "geotab", "status": "paused"},
        row | {"id": "3", "tsp_id": None, "source_name": "gone", "status": "deleted"},
        row | {"id": "4", "tsp_id": None, "source_name": "else", "status": "active", "fleet_id": "F2"},
    ]
    lists = refreshed(invitations)
    (on_its_way,) = joined(lists, {}, SINCE)
    assert on_its_way == JoinedFleet("F1", "F1", LATER, ("Telematics", "geotab"), vehicles=0, live=False)
    (unplaced,) = joined(lists, {"F1": FleetStats("Nord", 3, 0, None)}, SINCE)
    assert (unplaced.name, unplaced.vehicles, unplaced.live) == ("Nord", 3, False)
    (live,) = joined(lists, {"F1": FleetStats("Nord", 3, 1, LATER)}, SINCE)
    assert live.live
