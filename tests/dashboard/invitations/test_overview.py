"""Who sees how far which fleet is: an operator of some fleets theirs, and the invitations of their references."""

from dataclasses import replace
from datetime import datetime

import pandas as pd
import pytest

from catena_client import CatenaClient
from dashboard.access.viewer import OPERATOR, Viewer, Visibility
from dashboard.fleet.snapshot import Snapshot
from dashboard.invitations.first_data import FirstDataTracker
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.overview import Overview
from tests.dashboard.invitations.fakes import START, FakeCatena, refreshed, stamp

ONE = replace(OPERATOR, visibility=Visibility(frozenset({"f1"})), fleet_refs=frozenset({"F1"}))
"""An operator of one fleet."""


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
    ("viewer", "fleets"),
    [
        (OPERATOR, {("F1", "f1"), ("F2", "f2"), ("", "f3"), ("OPEN", "")}),
        (ONE, {("F1", "f1")}),
        (replace(ONE, fleet_refs=frozenset({"F1", "OPEN"})), {("F1", "f1"), ("OPEN", "")}),
        (replace(ONE, fleet_refs=frozenset({"F2"}), visibility=Visibility()), {("F2", "")}),
        (replace(ONE, fleet_refs=frozenset({"F3"}), visibility=Visibility(frozenset({"f3"}))), {("", "f3")}),
        (replace(ONE, fleet_refs=frozenset(), visibility=Visibility()), set()),
    ],
    ids=["all", "one", "one and an open one", "a fleet of another now", "not invited", "none"],
)
def test_progress_is_of_what_the_viewer_may_see(
    overview: Overview, viewer: Viewer, fleets: set[tuple[str, str]]
) -> None:
    shown = overview.fleets(viewer, START)
    assert {(fleet.fleet_ref, fleet.fleet_id) for fleet in shown} == fleets
    hidden = {"f1", "f2", "f3"} - {fleet_id for _ref, fleet_id in fleets}
    assert not [fleet for fleet in hidden if f"Fleet {fleet}" in repr(shown)]


def test_one_fleet_is_as_in_the_list_or_not_there(overview: Overview, invitations: InvitationService) -> None:
    listed = {fleet.handle: fleet for fleet in overview.fleets(OPERATOR, START)}
    for invitation in invitations.peek(OPERATOR).invitations:
        assert overview.fleet_of(OPERATOR, invitation.handle, START) == listed[invitation.handle]
        seen = overview.fleet_of(ONE, invitation.handle, START)
        assert seen == (listed[invitation.handle] if invitation.fleet_id == "f1" else None)
    assert overview.fleet_of(OPERATOR, "made up", START) is None
    assert "2 vehicles" in {step.note for fleet in listed.values() for step in fleet.steps}


def test_before_the_first_snapshot_nothing_is_on_the_map(
    invitations: InvitationService, client: CatenaClient, catena: FakeCatena
) -> None:
    catena.invite("F1", status="accepted", fleet_id="f1", accepted_at=stamp(START))
    refreshed(invitations)
    (fleet,) = Overview(invitations, FirstDataTracker(client), lambda: None).fleets(OPERATOR, START)
    assert fleet.reached == 2


def test_a_snapshot_is_counted_once_for_all_viewers(
    invitations: InvitationService, client: CatenaClient
) -> None:
    current = Published(1, "f1", "f2")
    overview = Overview(invitations, FirstDataTracker(client), lambda: current)  # type: ignore[arg-type, return-value]
    for number in range(50):
        overview.fleets(replace(ONE, visibility=Visibility(frozenset({f"f{number % 2}"}))), START)
        overview.fleets(OPERATOR, START)
    assert current.counted == 1
    current = Published(2, "f1", "f3")
    assert [fleet.fleet_id for fleet in overview.fleets(ONE, START)] == ["f1"]
    assert current.counted == 1


def test_who_has_joined_and_what_a_fleet_has_is_of_what_the_viewer_may_see(overview: Overview) -> None:
    assert {fleet.fleet_id for fleet in overview.joined(OPERATOR, START)} == {"f1", "f2"}
    assert [(fleet.fleet_id, fleet.vehicles) for fleet in overview.joined(ONE, START)] == [("f1", 2)]
    of_nobody = replace(ONE, fleet_refs=frozenset({"F2"}), visibility=Visibility())
    assert overview.joined(of_nobody, START) == []
    assert [overview.stats(ONE, key) is None for key in ("f1", "f2", "made up")] == [False, True, True]
