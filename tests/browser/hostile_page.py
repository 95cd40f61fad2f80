"""A page that shows hostile text with everything that Streamlit reads as Markdown; for `test_hostile_text.py`."""

from __future__ import annotations

import streamlit as st

from dashboard.ui.markdown import plain
from tests.browser.world import HOSTILE_TEXTS

# Options of select boxes are no Markdown and are not escaped.
for number, text in enumerate(HOSTILE_TEXTS):
    said = plain(text)
    for name in (
        "write",
        "markdown",
        "caption",
        "info",
        "warning",
        "error",
        "success",
        "title",
        "subheader",
    ):
        with st.container(key=f"shown_{number}_{name}"):
            getattr(st, name)(said)
    with st.container(key=f"shown_{number}_button"):
        st.button(said, key=f"button_{number}")
    with st.container(key=f"shown_{number}_link"):
        st.link_button(said, "http://127.0.0.1/", key=f"link_{number}")
    with st.container(key=f"shown_{number}_popover"):
        st.popover(said)
    with st.container(key=f"shown_{number}_progress"):
        st.progress(0.5, said)
    with st.container(key=f"shown_{number}_toggle"):
        st.toggle(said, key=f"toggle_{number}")
    with st.container(key=f"shown_{number}_pills"):
        st.pills("Choice", [said], label_visibility="collapsed", key=f"pills_{number}")
    with st.container(key=f"raw_{number}_multiselect"):
        st.multiselect("Choice", [text], [text], label_visibility="collapsed", key=f"multiselect_{number}")
    with st.container(key=f"raw_{number}_selectbox"):
        st.selectbox("Choice", [text], label_visibility="collapsed", key=f"selectbox_{number}")
st.toast(plain(HOSTILE_TEXTS[0]))
