"""Numbers as people read them, in miles and °F or in kilometres and °C. What is unknown gives None, never 0."""

from datetime import UTC, datetime
from math import isfinite

MPH = 0.44704
"""m/s in one mile per hour."""
KMH = 1 / 3.6
"""m/s in one kilometre per hour."""
MILE = 1609.344
"""Metres in one mile."""


def _known(value: float | None) -> bool:
    return value is not None and isfinite(value)


def speed(metres_per_second: float | None, *, metric: bool) -> str | None:
    """Format a speed as "45 mph" or "72 km/h"."""
    if metres_per_second is None or not _known(metres_per_second):
        return None
    unit, name = (KMH, "km/h") if metric else (MPH, "mph")
    return f"{_whole(metres_per_second / unit)} {name}"


def distance(metres: float | None, *, metric: bool) -> str | None:
    """Format a distance or odometer: one decimal under 100 miles or km, whole ones with separators above."""
    if metres is None or not _known(metres):
        return None
    unit, name = (1000.0, "km") if metric else (MILE, "mi")
    length = metres / unit
    return f"{length:.1f} {name}" if abs(length) < 99.95 else f"{_whole(length)} {name}"


def temperature(kelvin: float | None, *, metric: bool) -> str | None:
    """Format a temperature as "185 °F" or "85 °C"."""
    if kelvin is None or not _known(kelvin):
        return None
    celsius = kelvin - 273.15
    return f"{_whole(celsius)} °C" if metric else f"{_whole(celsius * 9 / 5 + 32)} °F"


def percent(value: float | None) -> str | None:
    """Format a percentage as "62 %"."""
    return None if value is None or not _known(value) else f"{_whole(value)} %"


def hours(value: float | None) -> str | None:
    """Format hours of an engine as "1,234.5 h"."""
    return None if value is None or not _known(value) else f"{value:,.1f} h"


def duration(seconds: float | None) -> str | None:
    """Say a length of time with at most two units: "12 s", "5 min", "2 h 10 min", "3 days 4 h"."""
    if seconds is None or not _known(seconds):
        return None
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return _joined(minutes // 60, "h", minutes % 60, "min")
    days, rest = divmod(minutes // 60, 24)
    return _joined(days, "day" if days == 1 else "days", rest, "h")


def last_hours(hours: int) -> str:
    """Say "hour", "6 hours", "72 hours"."""
    return "hour" if hours == 1 else f"{hours} hours"


def age(seconds: float | None) -> str | None:
    """Say how long ago: "12 s ago", "3 min ago", "5 h ago", "2 days ago", or "in 10 min" for what lies ahead."""
    if seconds is None or not _known(seconds):
        return None
    whole = abs(int(seconds))
    for size, name in ((86400, "days"), (3600, "h"), (60, "min"), (1, "s")):
        if whole >= size or size == 1:
            count = whole // size
            unit = "day" if (name, count) == ("days", 1) else name
            break
    return f"in {count} {unit}" if seconds <= -1 else f"{count} {unit} ago"


def moment(time: datetime | None) -> str | None:
    """Write a moment in UTC: "2026-05-04 12:00:07 UTC"."""
    return None if time is None else f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _joined(large: int, large_name: str, small: int, small_name: str) -> str:
    return f"{large} {large_name} {small} {small_name}" if small else f"{large} {large_name}"


def _whole(value: float) -> str:
    return f"{round(value):,}"
