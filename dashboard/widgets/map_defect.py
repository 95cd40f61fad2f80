"""What the map page says where a defect of ours kept something from being shown."""

from __future__ import annotations

import streamlit as st


def say(what: str) -> None:
    """Say in one sentence what is missing, and what can be done."""
    st.error(
        f"{what} cannot be shown, because of a defect of this dashboard; its log says more. "
        "Other filters may work: clear them, or open the page anew.",
        icon=":material/bug_report:",
    )
