"""Who sees which fleet's line: a viewer of some fleets sees theirs, and the invitations nobody accepted yet."""

import pytest

from dashboard.access.viewer import OPERATOR, Viewer
from dashboard.invitations.overview import may_see

SOME = Viewer("some", fleets=frozenset({"f1"}))


@pytest.mark.parametrize(
    ("viewer", "fleet_id", "sees"),
    [
        (OPERATOR, "f2", True),
        (SOME, "f1", True),
        (SOME, "f2", False),
        (SOME, "", True),
        (SOME, None, True),
    ],
)
def test_may_see(viewer: Viewer, fleet_id: str | None, sees: bool) -> None:
    assert may_see(viewer, fleet_id) is sees
