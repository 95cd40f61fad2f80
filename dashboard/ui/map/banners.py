"""Sources that are behind: their vehicles look silent, but it is the delivery that is late."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.fleet.providers import Banner
from dashboard.ui.markdown import plain


def show(late: Sequence[Banner]) -> None:
    """Say which sources are behind: all of them on demand, the one that affects most vehicles outright."""
    if not late:
        return
    number = f" ({len(late):,})" if len(late) > 1 else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="map_late"):
        popover = st.popover(f":orange-badge[:material/schedule: Source late{number}]", type="tertiary")
        with popover.container(key="map_late_all"):
            st.markdown("\n\n".join(plain(banner.sentence) for banner in late))
        st.markdown(plain(late[0].sentence))


def sentences(late: Sequence[Banner]) -> dict[str, str]:
    """What is said of them, by the CSS selectors of where that stands: it counts minutes and vehicles."""
    found = {
        f".st-key-map_late_all p:nth-of-type({n})": banner.sentence for n, banner in enumerate(late, start=1)
    }
    return {".st-key-map_late > * > .stMarkdown p": late[0].sentence, **found} if late else found
