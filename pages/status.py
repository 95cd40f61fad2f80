"""Status: how this dashboard is doing, for operators."""

from datetime import UTC, datetime

import streamlit as st

from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.status import now as at_this_moment
from dashboard.ui.status import polls, tables

TICK_SECONDS = 5.0
# Streamlit makes each box as wide as its text asks for.
STYLE = "<style>.st-key-status_numbers > * { flex: 1 1 8rem; min-width: 0; }</style>"


def render() -> None:
    """Show the page."""
    if not sign_in.viewer().may_see_reasons:
        st.info("How this dashboard is doing is for its operators. Ask one of them.")
        return
    st.html(STYLE)
    st.title("Status")
    st.fragment(_live, run_every=TICK_SECONDS)()


def _live() -> None:
    viewer, now, state = sign_in.viewer(), datetime.now(UTC), service().poller.state
    at_this_moment.show(state, viewer, now)
    polls.show()
    if state.snapshot is not None:
        left, right = st.columns([2, 1], gap="medium")
        with left:
            tables.providers(state.snapshot, viewer, now)
        with right:
            tables.rejected(state.snapshot, viewer)
    tables.errors(viewer, now)
    tables.replicas(now)
