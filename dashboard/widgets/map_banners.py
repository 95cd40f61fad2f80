"""Providers that are behind: their vehicles look silent, but it is the delivery that is late."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.invitations.words import plain
from dashboard.map.providers import Banner


def show(late: Sequence[Banner]) -> None:
    """Say which providers are behind: the one that affects most vehicles outright, the others on demand."""
    if not late:
        return
    st.badge("Provider late", icon=":material/schedule:", color="orange")
    st.markdown(plain(late[0].sentence), width="content")
    if len(late) > 1:
        with st.popover(f"{len(late) - 1} more behind", type="tertiary"):
            for banner in late[1:]:
                st.markdown(plain(banner.sentence))
