"""Before the stage: what is to be put on it."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from dashboard.fleet.names import masked
from dashboard.invitations.formatting import expiry, status_label
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.invitations import reach
from dashboard.ui.markdown import plain
from dashboard.ui.stage import codes
from dashboard.ui.stage.state import stage_state

READING_WIDTH = 640
FIRST_LOOK_SECONDS = 2.0
RECENT = 6


def show() -> None:
    """Offer a new code in one click, and those of the invitations made last."""
    state = stage_state()
    lists = service().invitations.lists(sign_in.viewer(), FIRST_LOOK_SECONDS)
    st.title("Stage")
    with st.container(width=READING_WIDTH):
        st.write(
            "For a projector: a fleet scans the code, and the room sees each step until its vehicles are on the map."
        )
        reach.warn_if_unreachable()
        with st.form("stage-code", border=True):
            reference = st.text_input(
                "Fleet reference",
                placeholder="Empty: the next visitor's number",
                autocomplete="off",
                key="stage-reference",
            )
            name = st.text_input(
                "Fleet name", placeholder="Letters, digits and spaces", autocomplete="off", key="stage-name"
            )
            sent = st.form_submit_button("Show the code", type="primary", icon=":material/qr_code_2:")
        fair = st.toggle(
            "Trade fair",
            value=state.fair_since is not None,
            key="stage-fair",
            help="The next code comes by itself, and a wall shows the fleets that joined today.",
        )
        if fair != (state.fair_since is not None):
            state.fair_since = datetime.now(UTC) if fair else None
        if sent:
            codes.show_code(reference, name)
            st.rerun()
        if state.problem:
            st.error(plain(state.problem), icon=":material/error:")
        recent = [known for known in lists.invitations if known.status in ("active", "accepted")][:RECENT]
        if recent:
            st.subheader("Invited last", anchor=False)
        for invitation in recent:
            named = masked(invitation.fleet_name or invitation.fleet_ref)
            left = expiry(invitation.status, invitation.expires_at, datetime.now(UTC))
            ends = f", expires {left}" if invitation.status == "active" else ""
            stands = f"{status_label(invitation.status).lower()}{ends}"
            if st.button(
                f"{plain(named)} · {plain(stands)}",
                icon=":material/co_present:",
                key=f"stage-{invitation.handle}",
                type="tertiary",
            ):
                state.put_on(invitation.handle)
                st.rerun()
