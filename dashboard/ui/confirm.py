"""The end of a dialog that asks before something is done."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.ui.markdown import plain


def confirm(label: str, act: Callable[[], None], errors: tuple[type[Exception], ...]) -> None:
    """Show a button that does it and one that does not; both close the dialog, unless one of `errors` is to be read."""
    with st.container(horizontal=True):
        yes = st.button(label, type="primary", key="confirm-yes")
        no = st.button("Cancel", key="confirm-no")
    if yes:
        try:
            act()
        except errors as error:
            st.error(plain(str(error)))
        else:
            st.rerun()
    if no:
        st.rerun()
