"""Words: times for people, countdowns, next steps, escaped texts and drafts."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest

from dashboard.invitations.formatting import expiry, local_time, mailto, message, next_step, row_ranges, sms

NOW = datetime(2026, 3, 8, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (-5, "5 s ago"),
        (0, "0 s ago"),
        (59, "in 59 s"),
        (599, "in 9 min"),
        (600, "in 10 min"),
        (3599, "in 59 min"),
        (3600, "in 1 h"),
        (86399, "in 23 h 59 min"),
        (86400 * 28, "in 28 days"),
    ],
)
def test_countdowns(seconds: int, says: str) -> None:
    assert expiry("active", NOW + timedelta(seconds=seconds), NOW) == says


def test_moments_are_in_the_viewers_zone_across_a_clock_change() -> None:
    chicago = ZoneInfo("America/Chicago")
    assert local_time(NOW, chicago) == "Sun 8 Mar 2026, 00:30 CST"
    assert local_time(NOW + timedelta(hours=2), chicago) == "Sun 8 Mar 2026, 03:30 CDT"
    assert local_time(None, chicago) == ""


@pytest.mark.parametrize(
    ("status", "hours", "countdown", "step"),
    [
        ("active", 30, "in 1 day 6 h", "Waiting for the fleet"),
        ("active", 1, "in 1 h", "Expires soon"),
        ("expired", -5, "5 h ago", "Resend"),
        ("accepted", -5, "-", "follow it"),
        ("declined", 5, "-", "Talk to them"),
        ("deleted", 5, "-", "Nothing to do"),
    ],
)
def test_countdown_and_next_step(status: str, hours: int, countdown: str, step: str) -> None:
    at = NOW + timedelta(hours=hours)
    assert expiry(status, at, NOW) == countdown
    assert step in next_step(status, at, NOW)


def test_next_steps_know_the_reason_and_the_funnel() -> None:
    assert "“too dear”" in next_step("declined", NOW, NOW, reason="too dear")
    assert next_step("accepted", NOW, NOW, funnel="On the map") == "On the map"


def test_drafts_survive_the_way_into_a_mail_program() -> None:
    body = message(
        company="Müller & Söhne",
        fleet="Nord",
        link="https://c.example/?invite=1&x=2",
        expires="soon",
        agrees="all",
    )
    parts = urlsplit(mailto("a+b@c.de", "What? & how", body))
    assert unquote(parts.path) == "a+b@c.de"
    assert parse_qs(parts.query) == {"subject": ["What? & how"], "body": [body]}
    assert unquote(sms("+1 (312) 555-0142", body)).startswith("sms:+13125550142?&body=Hello Nord,")


@pytest.mark.parametrize(
    ("numbers", "written"),
    [
        ([4], "Row 4"),
        ([4, 5], "Rows 4 to 5"),
        ([2, 4, 5, 6, 9], "Rows 2, 4 to 6, 9"),
        ([999, 1000, 1001], "Rows 999 to 1,001"),
    ],
)
def test_rows_are_named_by_ranges(numbers: list[int], written: str) -> None:
    assert row_ranges(numbers) == written
