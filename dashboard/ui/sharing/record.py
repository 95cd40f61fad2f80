"""The record of what happened: who did what, when and from where."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

import pandas as pd
import streamlit as st

from dashboard.access.viewer import EVERYTHING, Viewer
from dashboard.invitations.formatting import local_time
from dashboard.runtime.audit import Entry, Event
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.clock import viewer_zone

COLUMNS = {
    "when": st.column_config.TextColumn("When", width="medium"),
    "event": st.column_config.TextColumn("What", width=150),
    "who": st.column_config.TextColumn("Who", width="medium"),
    "what": st.column_config.TextColumn("Of what", width="medium"),
    "address": st.column_config.TextColumn("From", width="small"),
}


def show() -> None:
    """Show the record and its filter."""
    viewer = sign_in.viewer()
    st.subheader("What happened", anchor=False)
    entries = seen_by(viewer, service().audit.latest())
    if viewer.visibility != EVERYTHING:
        st.caption("You see what you did yourself; operators who see all fleets see all of it.")
    if not entries:
        st.info("Nothing has happened yet.")
        return
    there = {entry.event for entry in entries}
    chosen = st.pills(
        "Show only",
        [event for event in get_args(Event) if event in there],
        selection_mode="multi",
        format_func=str.capitalize,
        key="record-events",
    )
    cells = [
        {
            "when": local_time(datetime.fromisoformat(entry.at), viewer_zone()),
            "event": entry.event.capitalize(),
            "who": entry.who,
            "what": entry.what,
            "address": entry.address,
        }
        for entry in entries
        if not chosen or entry.event in chosen
    ]
    st.dataframe(
        pd.DataFrame(cells, columns=list(COLUMNS)),
        hide_index=True,
        column_config=COLUMNS,
        height=min(38 + 35 * max(len(cells), 1), 390),
        alt="What happened",
    )


def seen_by(viewer: Viewer, entries: list[Entry]) -> list[Entry]:
    """What a viewer may read: all of it, or what they did where they do not see all fleets."""
    return (
        entries
        if viewer.visibility == EVERYTHING
        else [entry for entry in entries if entry.who == viewer.name]
    )
