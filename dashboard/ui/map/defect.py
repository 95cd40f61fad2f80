"""What the map page says where a defect of ours kept something from being shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.runtime.defects import Contained


@contextmanager
def contained(what: str) -> Iterator[Contained]:
    """Show something; where that fails, say in one sentence what is missing and what can be done, and go on.

    `what` begins the sentence. Also a decorator of a function that returns nothing.
    """
    with Contained(f"{what} could not be shown") as showing:
        yield showing
    if showing.failed:
        say(what)


def say(what: str) -> None:
    """Say that something is missing, and what can be done; `what` begins the sentence."""
    st.error(
        f"{what} cannot be shown, because of a defect of this dashboard; its log says more. "
        "Other filters may work: clear them, or open the page anew.",
        icon=":material/bug_report:",
    )
