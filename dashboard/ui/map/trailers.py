"""Trailers as a layer of their own, fetched only while somebody has it on."""

from __future__ import annotations

from datetime import UTC, datetime

import pydeck as pdk
import streamlit as st

from dashboard.access.scope import Scope
from dashboard.access.viewer import EVERYTHING
from dashboard.deck.assets import FROM_PAGES
from dashboard.deck.layers import trailers_layer
from dashboard.fleet.display_options import DisplayOptions
from dashboard.ingest.fixes import UNREADABLE
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.map import status
from dashboard.ui.map.controls import key_in_popover
from dashboard.ui.markdown import plain


def control() -> None:
    """Show the switch for trailers."""
    st.toggle(
        "Trailers",
        key=key_in_popover("trailers"),
        help="Follows the filters Fleet, Source and Connected as.",
    )


def layers(scope: Scope, *, pickable: bool, faded: bool) -> list[pdk.Layer]:
    """The trailers of a scope; none before the first have come. Keeps them coming."""
    snapshot = service().trailers.watch().snapshot
    if snapshot is None:
        return []
    url = service().feed.trailers.url(snapshot, scope, sign_in.viewer().feed)
    return [trailers_layer(url, theme=scope.theme, assets_url=FROM_PAGES, pickable=pickable, faded=faded)]


def status_line(scope: Scope, display: DisplayOptions) -> None:
    """Say how many trailers are shown, or why there are none yet; nothing while they are off."""
    if not display.trailers:
        return
    state = service().trailers.watch()
    why = ""
    if state.problem:
        why = status.again(state.retry_at, datetime.now(UTC))
    if state.snapshot is None:
        if why:
            st.markdown(f":material/cloud_off: No trailers yet. {plain(why)}", width="content")
            _details(state.problem)
        else:
            st.markdown(":material/hourglass_top: Reading the trailers …", width="content")
        return
    count = service().feed.trailers.count(state.snapshot, scope)
    text = f"**{count:,}** {'trailer' if count == 1 else 'trailers'}."
    if state.snapshot.unreadable and scope.visibility == EVERYTHING:
        text += f" Without position: {state.snapshot.unreadable:,} ({UNREADABLE})."
    if why:
        text += f" Not up to date. {plain(why)}"
    st.markdown(text, width="content")
    _details(state.problem)


def _details(problem: str) -> None:
    """Fold away what only operators can make something of."""
    if problem and sign_in.viewer().may_see_reasons:
        with st.popover("Details", type="tertiary", icon=":material/troubleshoot:", key="trailers_details"):
            st.markdown(plain(problem))
