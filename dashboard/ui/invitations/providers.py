"""The picker of the providers that a fleet may choose: searchable, with logos."""

import re

import streamlit as st

from catena_client import Tsp
from dashboard.fleet.names import apart
from dashboard.invitations.models import UNKNOWN
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.invitations.state import page_state
from dashboard.ui.markdown import plain

MOST_SHOWN = 30


def known() -> dict[str, Tsp]:
    """Return the providers by what stands for them in ``limit_tsps``: slug, source name or id, as the settings say."""
    kind = service().settings.limit_tsps_by
    return {
        value: tsp
        for tsp in service().invitations.tsps(sign_in.viewer())
        if (value := str(getattr(tsp, kind) or ""))
    }


def show_chosen() -> None:
    """Say which providers the next invitation is limited to, if any."""
    chosen = page_state().limit_tsps
    if chosen:
        tsps = known()
        names = ", ".join(_label(tsps[value]) if value in tsps else plain(value) for value in chosen)
        st.markdown(f"Only these providers: {names}")


@st.dialog("Which providers may the fleet choose?")
def pick() -> None:
    """Let the operator search and choose; none chosen means all."""
    state = page_state()
    tsps = known()
    if not tsps:
        st.info("The list of providers was not read yet, so all are allowed. Open this again in a moment.")
        return
    words = (
        (st.text_input("Search providers", key="provider-search", type="search", live=True) or "")
        .casefold()
        .split()
    )
    matching = [
        value
        for value, tsp in tsps.items()
        if all(word in f"{tsp.name or ''} {tsp.slug or ''}".casefold() for word in words)
    ]
    shown = [value for value in state.limit_tsps if value in matching] + [
        v for v in matching if v not in state.limit_tsps
    ]
    shown = sorted(shown[:MOST_SHOWN], key=matching.index)
    labels = apart({value: _label(tsps[value]) for value in shown}, lambda value: f" ({plain(value)})")
    picked = st.pills(
        "Providers",
        shown,
        default=[value for value in shown if value in state.limit_tsps],
        selection_mode="multi",
        format_func=labels.__getitem__,
        key=f"provider-pills-{' '.join(words)}",
        label_visibility="collapsed",
    )
    state.limit_tsps = (*(value for value in state.limit_tsps if value not in shown), *picked)
    if len(matching) > len(shown):
        st.caption(f"{len(matching) - len(shown):,} more: search for them.")
    elif not matching:
        st.caption("No provider is called that.")
    st.markdown(
        f"**{len(state.limit_tsps):,} chosen**" if state.limit_tsps else "**None chosen: all are allowed**"
    )
    with st.container(horizontal=True):
        if st.button("Done", type="primary", key="providers-done"):
            st.rerun()
        if st.button("Allow all", key="providers-all"):
            state.limit_tsps = ()
            st.rerun()


def _label(tsp: Tsp) -> str:
    """Return logo and name as Markdown; a logo's address that is more than a plain one is left out."""
    logo, name = tsp.logo_url or "", plain(tsp.name or tsp.slug or UNKNOWN)
    return f"![]({logo}) {name}" if re.fullmatch(r"https://[\w.~:/?#@$&+,;=%-]+", logo, re.ASCII) else name
