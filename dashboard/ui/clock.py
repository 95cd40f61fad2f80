"""The time where the viewer is."""

from __future__ import annotations

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def zone(name: str | None) -> tzinfo:
    """The time zone of this name, or UTC where there is none or it is not known."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def viewer_zone() -> tzinfo:
    """The time zone of the viewer's browser. Only a script run knows it, not a download."""
    return zone(st.context.timezone)
