"""Who looks, as the door has found out: every page is reached through `require_viewer`."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard.access.viewer import Viewer
from dashboard.configuration.settings import Settings
from dashboard.door.connections import HEADER
from dashboard.service import service

KEY = "viewer"
STYLE = """
<style>
.way-out { display: flex; gap: .9em; align-items: baseline; font-size: .875rem; white-space: nowrap; }
.way-out a { color: inherit; text-decoration: underline; text-underline-offset: .2em; padding: .3rem 0; }
.way-out .who { opacity: .7; max-width: 16rem; overflow: hidden; text-overflow: ellipsis; }
@media (max-width: 900px) { .way-out .who { display: none; } }
</style>
"""


def require_viewer() -> Viewer:
    """Who is looking; stops the script when nobody is let in any more."""
    found = _at_the_door()
    if found is None:
        st.info("Your session has ended. Load the page anew to come in again.")
        st.stop()
    known = st.session_state.get(KEY)
    if known is not None and known.session != found.session:
        # Streamlit has taken up the page of somebody else again: nothing of theirs is kept.
        st.session_state.clear()
    st.session_state[KEY] = found
    return found


def viewer() -> Viewer:
    """The viewer of this session, with what they may see now; stops a run that is not for them any more."""
    known: Viewer = st.session_state[KEY]
    found = _at_the_door()
    if found is None or found.session != known.session:
        st.stop()
    return found


def way_out(viewer: Viewer, settings: Settings) -> None:
    """Show operators and viewers who is signed in and how to leave; nothing while the data is simulated."""
    if settings.simulated:
        return
    word = "Sign out" if settings.sign_in else "Close this session"
    who = f'<span class="who">{escape(viewer.name)}</span>' if settings.sign_in else ""
    link = f'<a href="{service().prefix}/signout" target="_self">{word}</a>'
    with st.container(key="way_out"):
        st.html(f'{STYLE}<div class="way-out">{who}{link}</div>')


def _at_the_door() -> Viewer | None:
    connection = st.context.headers.get(HEADER)
    if connection is None:  # nobody is connected just now, so what is shown goes to nobody
        known: Viewer | None = st.session_state.get(KEY)
        return known
    return service().connections.viewer(connection)
