"""The gate of the script: every page is reached through `require_viewer`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NoReturn

import streamlit as st

from dashboard.access.grants import viewer_of
from dashboard.access.session import Refused
from dashboard.access.viewer import OPERATOR, Viewer
from dashboard.configuration.settings import Settings
from dashboard.configuration.sign_in import Provider
from dashboard.service import service
from dashboard.ui.markdown import plain


def require_viewer(settings: Settings) -> Viewer:
    """Who is looking; stops the script with a sign-in page when that is not known or not allowed."""
    if not settings.sign_in:
        return _remember(OPERATOR)
    if not st.user.is_logged_in:
        _stop(
            "Sign in to see your fleets",
            "This dashboard shows real fleets to invited colleagues only.",
            {_label(one.name, settings.sign_in): partial(st.login, one.name) for one in settings.sign_in},
        )
    found = service().roles.grant(st.user.to_dict())
    if isinstance(found, Refused):
        _stop(
            "You are signed in, but not on the list",
            f"{plain(found.who or 'Your account')} may not use this dashboard. "
            "Ask whoever runs it to add your address to CATENA_OPERATORS.",
            {"Sign out": st.logout},
        )
    return _remember(viewer_of(found, service().poller.directory.names.refs))


def viewer() -> Viewer:
    """The viewer of this session, as `require_viewer` found them in the run under way."""
    viewer: Viewer = st.session_state["viewer"]
    return viewer


def _remember(viewer: Viewer) -> Viewer:
    st.session_state["viewer"] = viewer
    return viewer


def _label(provider: str, providers: tuple[Provider, ...]) -> str:
    return "Sign in" if len(providers) == 1 else f"Sign in: {plain(provider)}"


def _stop(title: str, text: str, actions: Mapping[str, Callable[[], None]]) -> NoReturn:
    st.navigation([st.Page(lambda: None, title="Catena Live Map")], position="hidden")
    with st.container(horizontal_alignment="center"):
        st.title(title)
        st.write(text)
        for label, action in actions.items():
            if st.button(label, type="primary"):
                action()
    st.stop()
