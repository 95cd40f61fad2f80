"""What of Catena cannot be read just now: since when, and when it is asked for again."""

from datetime import UTC, datetime

import streamlit as st

from dashboard.fleet.units import duration
from dashboard.invitations.formatting import local_time
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.clock import viewer_zone
from dashboard.ui.markdown import plain

TICK_SECONDS = 5.0
SLOW_SECONDS = 5.0
"""A list that is waited for longer than this is said to be slow."""


def show() -> None:
    """Say which lists cannot be read, refreshed by itself: an outage must not look like an empty list."""
    st.fragment(_outages, run_every=TICK_SECONDS)()


def _outages() -> None:
    lists, now, zone = service().invitations.lists(sign_in.viewer()), datetime.now(UTC), viewer_zone()
    age = "" if lists.taken_at is None else " What was read before is shown."
    sentences = []
    for title, outage in lists.outages.items():
        wait = (outage.retry_at - now).total_seconds()
        again = f"in {duration(wait)}" if wait > 0 else "under way"
        sentences.append(
            f"The {title} cannot be read just now, since {plain(local_time(outage.since, zone))}. The next try is "
            f"{again}.{age} {plain(outage.reason)}"
        )
    if sentences:
        st.warning("\n\n".join(sentences), icon=":material/cloud_off:")
    for title, number in lists.unreadable.items():
        st.warning(
            f"{number:,} of the {title} are left out: Catena sends them in a form that cannot be read.",
            icon=":material/help:",
        )
    waited = (now - lists.reading_since).total_seconds() if lists.reading_since else None
    first = lists.taken_at is None and not lists.outages
    if waited is not None and (first or waited > SLOW_SECONDS):
        st.info(
            f"Waiting for Catena's answer since {duration(waited)}. This page goes on trying by itself.{age}",
            icon=":material/hourglass_empty:",
        )
