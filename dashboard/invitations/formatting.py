"""Invitations in plain words: times, states, next steps, and the drafts of an e-mail or a text message."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from urllib.parse import quote

from dashboard.fleet.units import duration
from dashboard.invitations.models import UNKNOWN

STATUS_LABELS = {
    "active": "Waiting",
    "accepted": "Accepted",
    "declined": "Declined",
    "expired": "Expired",
    "deleted": "Deleted",
}


def status_label(status: str) -> str:
    """Write a status for people; one that the API's description does not name is shown as it came."""
    return STATUS_LABELS.get(status, status)


def local_time(moment: datetime | None, zone: tzinfo) -> str:
    """Write a moment in a time zone, for example "Tue 24 Nov 2026, 14:05 CET"; "" for None."""
    if moment is None:
        return ""
    try:
        there = moment.astimezone(zone)
    except OverflowError:  # the last day of the year 9999, or the first of the year 1
        there = moment
    return f"{there:%a} {there.day} {there:%b %Y, %H:%M %Z}"


def expiry(status: str, expires_at: datetime | None, now: datetime) -> str:
    """Write the countdown of an invitation; only a waiting one can still expire."""
    if status in ("accepted", "declined", "deleted"):
        return "-"
    if expires_at is None:
        return UNKNOWN
    span = duration(abs(expires_at - now).total_seconds())
    return f"in {span}" if expires_at > now else f"{span} ago"


def next_step(
    status: str, expires_at: datetime | None, now: datetime, reason: str = "", funnel: str = ""
) -> str:
    """Say what the operator can do next about an invitation."""
    if status == "active":
        soon = expires_at is not None and expires_at - now < timedelta(hours=2)
        return "Expires soon: remind them, or resend" if soon else "Waiting for the fleet to open the link"
    if status == "declined":
        return f"Declined: “{reason}”. Talk to them, then resend" if reason else "Talk to them, then resend"
    if status == "expired":
        return "Resend for a new link"
    if status == "deleted":
        return "Nothing to do"
    if status == "accepted":
        return funnel or "Accepted: follow it in Progress"
    return "Ask Catena: its status is not one that this dashboard knows"


def row_ranges(numbers: Sequence[int]) -> str:
    """Write the numbers of rows, which ascend, for people: "Row 4" or "Rows 4, 7 to 9"."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1] = [spans[-1][0], number]
        else:
            spans.append([number])
    written = ", ".join(" to ".join(f"{end:,}" for end in span) for span in spans)
    return f"Row{'s' if len(numbers) > 1 else ''} {written}"


def message(*, company: str, fleet: str, link: str, expires: str, agrees: str) -> str:
    """Draft what to write to a fleet together with its link."""
    return (
        f"Hello{f' {fleet}' if fleet else ''},\n\n"
        f"{company} invites you to connect your telematics. You agree to share {agrees}. "
        f"It takes a few minutes: open this link, accept, and sign in with your telematics provider.\n\n"
        f"{link}\n\n"
        f"The link is meant for you alone and works until {expires}."
    )


def mailto(to: str, subject: str, body: str) -> str:
    """Return a link that opens the operator's mail program with the draft in it."""
    return f"mailto:{quote(to, safe='@')}?subject={quote(subject)}&body={quote(body)}"


def sms(to: str, body: str) -> str:
    """Return a link that opens the phone's messages with the draft in it."""
    return f"sms:{re.sub(r'[^0-9+]', '', to)}?&body={quote(body)}"
