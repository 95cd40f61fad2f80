"""All links: what they show, until when, who looks now; and what can be done about one of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd
import streamlit as st

from dashboard.service import service
from dashboard.sharing.refusals import NotShared
from dashboard.sharing.share import Share
from dashboard.sharing.store import StoreFailed
from dashboard.ui import sign_in
from dashboard.ui.confirm import confirm
from dashboard.ui.markdown import plain
from dashboard.ui.sharing import form
from dashboard.ui.sharing.words import DAY, LENGTHS, fleets_in_words, shown, when
from dashboard.ui.tables import rows_key

TICK_SECONDS = 5.0
ERRORS = (NotShared, StoreFailed)
"""What changing a link may end in; each says what to do."""
COLUMNS = {
    "label": st.column_config.TextColumn("Label", width="medium"),
    "state": st.column_config.TextColumn("State", width=90),
    "now": st.column_config.NumberColumn("Viewers now", width=100),
    "ends": st.column_config.TextColumn("Ends", width="medium"),
    "used": st.column_config.TextColumn("Last use", width="medium"),
    "fleets": st.column_config.TextColumn("Fleets", width="medium"),
    "by": st.column_config.TextColumn("Made by", width="medium"),
}


def show(guests: Callable[[], Mapping[str, int]]) -> None:
    """Show the table and the actions of the chosen row; `guests` tells how many pages are open, by a link's id."""
    st.subheader("Links", anchor=False)
    st.fragment(_rows, run_every=TICK_SECONDS)(guests)


def state_of(share: Share, now: float) -> str:
    """Whether a link works, in a word."""
    return "Revoked" if share.revoked else "Ended" if share.over(now) else "Open"


def _rows(guests: Callable[[], Mapping[str, int]]) -> None:
    viewer = sign_in.viewer()
    try:
        shares = service().shares.listed(viewer)
    except StoreFailed as error:
        st.error(plain(str(error)))
        return
    if not shares:
        st.info("There are no links yet. The first one that you make above is listed here.")
        return
    st.caption("Choose one to prolong or revoke it.")
    now, open_pages, names = time.time(), guests(), form.known(viewer).fleets
    cells = [
        {
            "label": share.label,
            "state": state_of(share, now),
            "now": open_pages.get(share.id, 0),
            "ends": when(share.expires_at),
            "used": when(share.last_used_at) if share.last_used_at else "Never",
            "fleets": fleets_in_words(share.visibility.fleets or (), names),
            "by": share.made_by,
        }
        for share in shares
    ]
    picked = st.dataframe(
        pd.DataFrame(cells, columns=list(COLUMNS)),
        key=rows_key("links", [share.id for share in shares]),
        hide_index=True,
        column_config=COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
        height=min(38 + 35 * len(shares), 390),
        alt="Share links",
    )
    rows = picked["selection"]["rows"]
    if rows and rows[0] < len(shares):
        _actions(shares[rows[0]], now)


def _actions(share: Share, now: float) -> None:
    with st.container(border=True):
        st.markdown(
            f"**{plain(share.label)}**  \n{state_of(share, now)}, made {plain(when(share.made_at))} by "
            f"{plain(share.made_by)}, ends {plain(when(share.expires_at))}  \n{plain(shown(share))}"
        )
        if share.revoked:
            return
        with st.container(horizontal=True):
            if st.button("Prolong", icon=":material/more_time:", key=f"prolong-{share.id}"):
                _prolong(share)
            if st.button("Revoke", icon=":material/link_off:", key=f"revoke-{share.id}"):
                _revoke(share)


@st.dialog("Prolong this link")
def _prolong(share: Share) -> None:
    st.write(f"**{plain(share.label)}**")
    seconds = st.segmented_control(
        "Ends, from now, in", list(LENGTHS), default=DAY, required=True, format_func=LENGTHS.__getitem__
    )
    confirm(
        "Prolong", share.id, partial(service().shares.prolong, sign_in.viewer(), share.id, seconds), ERRORS
    )


@st.dialog("Revoke this link?")
def _revoke(share: Share) -> None:
    st.write(f"**{plain(share.label)}**")
    st.write("Open pages of its guests close at once, and it lets nobody in any more. This cannot be undone.")
    confirm("Revoke", share.id, partial(service().shares.revoke, sign_in.viewer(), share.id), ERRORS)
