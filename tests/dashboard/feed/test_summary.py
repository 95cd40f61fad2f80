"""The numbers beside a map."""

from datetime import UTC, datetime

import pytest

from dashboard.access.scope import Scope
from dashboard.access.viewer import EVERYTHING
from dashboard.fleet.filters import Filters
from dashboard.fleet.names import Names
from dashboard.ingest.snapshot_builder import SnapshotBuilder
from tests.dashboard.feeds import ALL, NORTH, summary_of
from tests.dashboard.frames import fix


@pytest.mark.parametrize(
    ("scope", "counted"),
    [
        pytest.param(ALL, 2, id="who sees all"),
        pytest.param(Scope(EVERYTHING, Filters(fleets=("f1",))), None, id="who asks for one fleet"),
        pytest.param(Scope(NORTH), None, id="who may see one fleet"),
    ],
)
def test_rows_that_belong_to_nobody_are_counted_for_who_sees_all(scope, counted):
    snapshot = SnapshotBuilder().build([fix("a")], Names(), datetime.now(UTC), unreadable=2)
    summary = summary_of(snapshot, scope)
    assert summary.unplaceable.get("unreadable answer") == counted
    assert summary.total == 1
