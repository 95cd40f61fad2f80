"""The picker of the providers that a fleet may choose: searchable, with logos."""

import re

import streamlit as st

from catena_client import Tsp
from dashboard.invitations.desk import InvitationDesk
from dashboard.invitations.words import UNKNOWN
from dashboard.ui.invitations.state import page_state
from dashboard.ui.markdown import plain

MOST_SHOWN = 30


def sent_for(tsp: Tsp, kind: str) -> str:
    """Return what stands for a provider in ``limit_tsps``: its slug, source name or id, as `kind` says."""
    return str(getattr(tsp, kind) or "")


def chosen_providers(desk: InvitationDesk, kind: str) -> None:
    """Say which providers the next invitation is limited to, if any."""
    chosen = page_state().limit_tsps
    if chosen:
        known = {sent_for(tsp, kind): tsp for tsp in desk.tsps()}
        names = ", ".join(_label(known[value]) if value in known else plain(value) for value in chosen)
        st.markdown(f"Only these providers: {names}")


@st.dialog("Which providers may the fleet choose?")
def pick_providers(desk: InvitationDesk, kind: str) -> None:
    """Let the operator search and choose; none chosen means all."""
    state = page_state()
    known = {value: tsp for tsp in desk.tsps() if (value := sent_for(tsp, kind))}
    if not known:
        st.info("The list of providers was not read yet, so all are allowed. Open this again in a moment.")
        return
    words = (
        (st.text_input("Search providers", key="provider-search", type="search", live=True) or "")
        .casefold()
        .split()
    )
    found = [
        value
        for value, tsp in known.items()
        if all(word in f"{tsp.name or ''} {tsp.slug or ''}".casefold() for word in words)
    ]
    shown = [value for value in state.limit_tsps if value in found] + [
        v for v in found if v not in state.limit_tsps
    ]
    shown = sorted(shown[:MOST_SHOWN], key=found.index)
    picked = st.pills(
        "Providers",
        shown,
        default=[value for value in shown if value in state.limit_tsps],
        selection_mode="multi",
        format_func=lambda value: _label(known[value]),
        key=f"provider-pills-{' '.join(words)}",
        label_visibility="collapsed",
    )
    state.limit_tsps = (*(value for value in state.limit_tsps if value not in shown), *picked)
    if len(found) > len(shown):
        st.caption(f"{len(found) - len(shown):,} more: search for them.")
    elif not found:
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
