"""What of Catena cannot be read just now: since when, and when it is asked for again."""

from datetime import UTC, datetime

import streamlit as st

from dashboard.invitations.words import duration, local, zone
from dashboard.service import Service
from dashboard.ui.markdown import plain

TICK_SECONDS = 5.0
SLOW_SECONDS = 5.0
"""A list that is waited for longer than this is said to be slow."""


def trouble(service: Service) -> None:
    """Say which lists cannot be read, refreshed by itself: an outage must not look like an empty list."""
    st.fragment(_trouble, run_every=TICK_SECONDS)(service)


def _trouble(service: Service) -> None:
    view, now, where = service.invitations.view(), datetime.now(UTC), zone(st.context.timezone)
    age = "" if view.taken_at is None else " What was read before is shown."
    lines = []
    for what, problem in view.troubles.items():
        wait = problem.retry_at - now
        again = f"in {duration(wait)}" if wait.total_seconds() > 0 else "under way"
        lines.append(
            f"The {what} cannot be read just now, since {plain(local(problem.since, where))}. The next try is "
            f"{again}.{age} {plain(problem.why)}"
        )
    if lines:
        st.warning("\n\n".join(lines), icon=":material/cloud_off:")
    for what, number in view.unreadable.items():
        st.warning(
            f"{number:,} of the {what} are left out: Catena sends them in a form that cannot be read.",
            icon=":material/help:",
        )
    waited = now - view.asked_at if view.asked_at else None
    first = view.taken_at is None and not view.troubles
    if waited is not None and (first or waited.total_seconds() > SLOW_SECONDS):
        st.info(
            f"Waiting for Catena's answer since {duration(waited)}. This page goes on trying by itself.{age}",
            icon=":material/hourglass_empty:",
        )
