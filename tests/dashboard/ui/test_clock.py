"""The viewer's time zone, as the browser names it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dashboard.ui.clock import zone


def test_a_known_zone_is_that_of_the_viewer() -> None:
    assert zone("America/Chicago") == ZoneInfo("America/Chicago")


@pytest.mark.parametrize("name", [None, "", "Nowhere/Land", "../etc/passwd", "\0"])
def test_an_unknown_zone_is_utc(name: str | None) -> None:
    assert f"{datetime(2026, 3, 8, 6, 30, tzinfo=UTC).astimezone(zone(name)):%H:%M %Z}" == "06:30 UTC"
