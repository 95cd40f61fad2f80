"""The end of a dialog that asks before something is done."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.ui.markdown import plain


def confirm(label: str, what: str, act: Callable[[], None], errors: tuple[type[Exception], ...]) -> None:
    """Show a button that does it and one that does not; both close the dialog, unless one of `errors` is to be read.

    `what` names to the script what it is done to: a late click that was meant for something else does nothing.
    """
    with st.container(horizontal=True):
        yes = st.button(label, type="primary", key=f"confirm-yes-{what}")
        no = st.button("Cancel", key=f"confirm-no-{what}")
    if yes:
        try:
            act()
        except errors as error:
            st.error(plain(str(error)))
        else:
            st.rerun()
    if no:
        st.rerun()
