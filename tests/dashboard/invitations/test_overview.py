"""Who sees which fleet: a viewer of some fleets theirs, and the invitations nobody accepted yet."""

from datetime import datetime

import pandas as pd
import pytest

from catena_client import CatenaClient
from dashboard.access.viewer import EVERYTHING, Visibility
from dashboard.fleet.snapshot import Snapshot
from dashboard.invitations.first_data import FirstDataTracker
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.overview import Overview
from tests.dashboard.invitations.fakes import START, FakeCatena, refreshed, stamp

SOME = Visibility(frozenset({"f1"}))


def vehicles(*fleet_ids: str, at: datetime = START) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "fleet_id": pd.Categorical(fleet_ids),
            "fleet": pd.Categorical([f"Fleet {fleet_id}" for fleet_id in fleet_ids]),
            "position_error": pd.Categorical([""] * len(fleet_ids)),
            "occurred_at": pd.to_datetime([at] * len(fleet_ids)).as_unit("us"),
        }
    )


class Published:
    """A snapshot that counts how often its vehicles are looked through."""

    def __init__(self, version: int, *fleet_ids: str) -> None:
        self.version = version
        self.counted = 0
        self._vehicles = vehicles(*fleet_ids)

    @property
    def vehicles(self) -> pd.DataFrame:
        self.counted += 1
        return self._vehicles


@pytest.fixture
def overview(invitations: InvitationService, client: CatenaClient, catena: FakeCatena) -> Overview:
    for number in (1, 2):
        catena.invite(f"F{number}", status="accepted", fleet_id=f"f{number}", accepted_at=stamp(START))
    catena.invite("OPEN")
    refreshed(invitations)
    snapshot = Snapshot(1, START, vehicles("f1", "f1", "f2", "f3"))
    return Overview(invitations, FirstDataTracker(client), lambda: snapshot)


@pytest.mark.parametrize(
    ("visibility", "refs", "fleets"),
    [
        (EVERYTHING, {"F1", "F2", "OPEN"}, {"f1", "f2", "f3", ""}),
        (SOME, {"F1", "OPEN"}, {"f1", ""}),
        (Visibility(), {"OPEN"}, {""}),
    ],
    ids=["all", "some", "none"],
)
def test_lists_show_what_is_visible_and_what_names_no_fleet_yet(
    overview: Overview, visibility: Visibility, refs: set[str], fleets: set[str]
) -> None:
    assert {invitation.fleet_ref for invitation in overview.invitations(visibility)} == refs
    assert {fleet.fleet_id for fleet in overview.fleets(visibility, START)} == fleets


def test_one_fleet_is_as_in_the_list_or_not_visible(
    overview: Overview, invitations: InvitationService
) -> None:
    listed = {fleet.handle: fleet for fleet in overview.fleets(EVERYTHING, START)}
    for invitation in invitations.peek().invitations:
        assert overview.fleet_of(invitation, EVERYTHING, START) == listed[invitation.handle]
        seen = overview.fleet_of(invitation, SOME, START)
        assert seen == (None if invitation.fleet_id == "f2" else listed[invitation.handle])
    assert "2 vehicles" in {step.note for fleet in listed.values() for step in fleet.steps}


def test_before_the_first_snapshot_nothing_is_on_the_map(
    invitations: InvitationService, client: CatenaClient, catena: FakeCatena
) -> None:
    catena.invite("F1", status="accepted", fleet_id="f1", accepted_at=stamp(START))
    refreshed(invitations)
    (fleet,) = Overview(invitations, FirstDataTracker(client), lambda: None).fleets(EVERYTHING, START)
    assert fleet.reached == 2


def test_a_snapshot_is_counted_once_for_all_viewers(
    invitations: InvitationService, client: CatenaClient
) -> None:
    current = Published(1, "f1", "f2")
    overview = Overview(invitations, FirstDataTracker(client), lambda: current)  # type: ignore[arg-type, return-value]
    for number in range(50):
        overview.fleets(Visibility(frozenset({f"f{number % 2}"})), START)
        overview.fleets(EVERYTHING, START)
    assert current.counted == 1
    current = Published(2, "f1", "f3")
    assert [fleet.fleet_id for fleet in overview.fleets(SOME, START)] == ["f1"]
    assert current.counted == 1
